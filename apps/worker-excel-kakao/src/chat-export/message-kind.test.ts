import { expect, test } from '@jest/globals';
import { messageKind } from './message-kind.ts';

test.each([
  ['사진', 'photo'],
  ['사진 3장', 'photo'],
  ['3 photos', 'photo'],
  ['<사진 읽지 않음>', 'photo'],
  ['사진 보내주세요', 'text'],
  ['동영상', 'video'],
  ['음성메시지', 'voice'],
  ['(이모티콘_라이언)', 'emoticon'],
  ['(부끄)(하트)', 'text'],
  ['파일: 명단_최종(2).xlsx', 'file'],
  ['명단_최종(2).xlsx', 'file'],
  ['2026 정산.hwp', 'file'],
  ['https://example.com/명단.pdf', 'text'],
  ['명단.pdf\n확인', 'text'],
  ['지도: 서울시청', 'map'],
  ['연락처: 김하늘', 'contact'],
  ["톡게시판 '투표': 소풍", 'board'],
  ['[공지] 내일 휴무', 'board'],
  ['보이스톡 해요', 'call'],
  ['보이스톡 12:05', 'call'],
  ['페이스톡 해요', 'call'],
  ['30,400원을 받으세요.', 'payment'],
  ['30,400원 받기 완료! 감사', 'payment'],
  ['30,400원 입금했어요', 'text'],
  ['샵검색: #날씨', 'search'],
  ['삭제된 메시지입니다.', 'deleted'],
  ['', 'text'],
])('%j is %s', (text, kind) => {
  expect(messageKind(text)).toBe(kind);
});
