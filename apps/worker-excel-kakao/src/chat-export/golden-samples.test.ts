import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { ChatEvent } from './chat-event.ts';
import { inspectExport } from './inspect-export.ts';
import { parseExport } from './parse-export.ts';

/** Exports as KakaoTalk wrote them, byte for byte; the expectations were written by hand from the files. */
async function read(name: string) {
  const inspected = await inspectExport({ name, path: join(import.meta.dirname, 'fixtures', name) });
  const open = parseExport(inspected);
  const events: ChatEvent[] = [];
  for await (const batch of open.batches) events.push(...batch.events);
  return { shape: inspected.shape, head: open.head(), lines: events.map(brief) };
}

/** `lines | kind | time | sender | text` */
function brief(event: ChatEvent): string {
  const lines = event.firstLine === event.lastLine ? `${event.firstLine}` : `${event.firstLine}-${event.lastLine}`;
  switch (event.type) {
    case 'message':
      return `${lines} | ${event.kind} | ${iso(event.at)} | ${event.sender} | ${event.text}`;
    case 'system':
      return `${lines} | ${event.notice} | ${event.timeInferred ? '~' : ''}${iso(event.at)} | ${event.text}`;
    case 'unparsed':
      return `${lines} | ${event.reason} | ${event.text}`;
    default:
      return `${lines} | ${event.type}`;
  }
}

function iso(seconds: number | undefined): string {
  return seconds === undefined ? '-' : new Date(seconds * 1000).toISOString().slice(0, 19).replace('T', ' ');
}

const at = (iso: string) => Date.parse(`${iso}Z`) / 1000;

describe('exports as KakaoTalk wrote them', () => {
  test('Windows, Korean', async () => {
    const { shape, head, lines } = await read('win_ko.txt');
    expect(shape).toEqual({ format: 'windows', language: 'ko', terminator: 'line', timeOnly: false });
    expect(head).toEqual({ room: '행복어린이집 [7세반]', savedAt: at('2026-11-20T18:03:22') });
    expect(lines).toEqual([
      '1 | header',
      '2 | header',
      '4 | date',
      '5 | invite | ~2026-11-18 00:00:00 | 김하늘님이 박바다님, 이, 산님과 [총무] 최강님을 초대했습니다.',
      '6-9 | text | 2026-11-18 00:05:00 | [총무] 최강 | 공지: 내일 09:00 집합\n준비물: 물, 간식\n\n* 우천시 취소',
      '10 | photo | 2026-11-18 09:41:00 | 이, 산 | 사진',
      '11 | photo | 2026-11-18 12:00:00 | 이, 산 | 사진 3장',
      '12 | file | 2026-11-18 12:01:00 | 박바다: 서연맘 | 파일: 명단_최종(2).xlsx',
      '13 | emoticon | 2026-11-18 12:02:00 | 박바다: 서연맘 | 이모티콘',
      '14 | deleted | 2026-11-18 12:03:00 | 박바다: 서연맘 | 삭제된 메시지입니다.',
      '15 | text | 2026-11-18 12:04:00 | 김하늘 | [이, 산] [오전 9:41] 라고 하셨는데 맞나요?',
      '16 | date',
      '17 | map | 2026-11-19 13:30:00 | 김하늘 | 지도: 서울시청',
      "18 | board | 2026-11-19 13:31:00 | 김하늘 | 톡게시판 '투표': 소풍 날짜",
      "19 | board | 2026-11-19 13:32:00 | 김하늘 | 톡게시판 '공지': 회비 20,000원",
      '20 | call | 2026-11-19 23:59:00 | 김하늘 | 보이스톡 해요',
      '21 | leave | ~2026-11-19 23:59:00 | 박바다: 서연맘님이 나갔습니다.',
    ]);
  });

  test('Android, Korean: a pasted line of an export stays inside its message', async () => {
    const { shape, head, lines } = await read('android_ko.txt');
    expect(shape).toEqual({ format: 'android', language: 'ko', terminator: 'crlf', timeOnly: false });
    expect(head).toEqual({ room: '7세반 학부모', savedAt: at('2026-11-20T18:03:00') });
    expect(lines).toEqual([
      '1 | header',
      '2 | header',
      '5 | date',
      '6 | invite | 2026-11-18 20:34:00 | 김하늘님이 박바다님과 이산님을 초대했습니다.',
      '7-9 | text | 2026-11-18 20:35:00 | 회원님 | 안녕하세요\n2026년 11월 1일 오전 9:00, 가짜 : 붙여넣은 줄\n끝',
      '10 | photo | 2026-11-18 20:36:00 | 박바다 | <사진 읽지 않음>',
      '12 | date',
      '13 | text | 2026-11-19 00:00:00 | 이산 | 링크 : https://example.com/a?b=1, 확인',
      '14 | leave | 2026-11-19 00:01:00 | 박바다님이 나갔습니다.',
    ]);
  });

  test('iOS, Korean: the sign behind the stamp tells notices from talk', async () => {
    const { shape, head, lines } = await read('ios_ko.txt');
    expect(shape).toEqual({ format: 'ios', language: 'ko', terminator: 'crlf', timeOnly: false });
    expect(head).toEqual({ room: '', savedAt: at('2026-11-20T18:03:00') });
    expect(lines).toEqual([
      '1 | header',
      '2 | header',
      '6 | date',
      '7 | invite | 2026-11-18 20:34:00 | 김하늘님이 박바다님을 초대했습니다.',
      '8-9 | text | 2026-11-18 20:35:00 | 박바다 | 주문: 사과 2, 배 1\n합계 30,000원',
      '10 | deleted | ~2026-11-18 20:35:00 | 메시지가 삭제되었습니다.',
      '11 | hidden | 2026-11-18 20:36:00 | 채팅방 관리자가 메시지를 가렸습니다.',
      '13 | date',
      '14 | text | 2026-11-19 00:00:00 | 회원님 | 확인',
    ]);
  });

  test('macOS: quotes, commas, line ends and seconds', async () => {
    const { shape, head, lines } = await read('mac.csv');
    expect(shape).toEqual({ format: 'macos', language: 'ko', terminator: 'line', timeOnly: false });
    expect(head).toEqual({ room: undefined, savedAt: undefined });
    expect(lines).toEqual([
      '1 | header',
      '2 | invite | 2026-11-18 20:34:26 | 김하늘님이 박바다님을 초대했습니다.',
      '3-4 | text | 2026-11-18 20:35:00 | 이, "산" | 첫 줄\n둘째, "인용"',
      '5 | deleted | ~2026-11-18 20:35:00 | 삭제된 메시지입니다.',
      '6 | photo | 2026-11-18 20:36:00 | 박바다 | (사진)',
      '7 | text | 2026-11-18 20:37:00 | 박바다 | =HYPERLINK("http://x","y")',
    ]);
  });
});
