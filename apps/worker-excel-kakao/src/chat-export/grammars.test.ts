import { describe, expect, test } from '@jest/globals';
import type { ChatEvent } from './chat-event.ts';
import { grammarOf } from './parse-export.ts';
import { recogniseExport } from './recognise-export.ts';
import { LONGEST_LINE, RecordSplitter } from './record-splitter.ts';

const PIECE = 40_000;

/** Parses text as the converter would, without a file between. */
function parse(text: string) {
  const shape = recogniseExport(text, /\r\n/.test(text) && /(^|[^\r])\n/.test(text));
  if (shape === undefined) throw new Error('not recognised');
  const grammar = grammarOf(shape);
  const splitter = new RecordSplitter(shape.terminator, grammar);
  for (let start = 0; start < text.length; start += PIECE) splitter.push(text.slice(start, start + PIECE));
  splitter.end();
  grammar.end();
  return { shape, grammar, events: grammar.take() };
}

function messages(events: readonly ChatEvent[]) {
  return events
    .filter((event) => event.type === 'message')
    .map(({ at, sender, text }) => `${new Date(at * 1000).toISOString().slice(0, 16)} ${sender}: ${text}`);
}

function notices(events: readonly ChatEvent[]) {
  return events.filter((event) => event.type === 'system').map(({ notice, text }) => `${notice}: ${text}`);
}

function unparsed(events: readonly ChatEvent[]) {
  return events.filter((event) => event.type === 'unparsed').map(({ reason, text }) => `${reason}: ${text}`);
}

const WINDOWS_DAY = '--------------- 2026년 11월 18일 수요일 ---------------\n';

describe('Windows', () => {
  test('open-chat notices do not become words of whoever spoke last', () => {
    const { events } = parse(
      `${WINDOWS_DAY}[이산] [오전 9:41] 안녕하세요\n박바다님이 들어왔습니다.\n` +
        '불법촬영물등 식별 및 게재제한 조치 안내\n전기통신사업법에 따라 조치가 취해질 수 있습니다.\n' +
        '운영정책을 위반한 메시지로 신고 접수 시 이용이 제한될 수 있습니다.\n[이산] [오전 9:42] 어서오세요\n',
    );
    expect(messages(events)).toEqual(['2026-11-18T09:41 이산: 안녕하세요', '2026-11-18T09:42 이산: 어서오세요']);
    expect(notices(events)).toEqual([
      'join: 박바다님이 들어왔습니다.',
      'policy: 불법촬영물등 식별 및 게재제한 조치 안내\n전기통신사업법에 따라 조치가 취해질 수 있습니다.',
      'policy: 운영정책을 위반한 메시지로 신고 접수 시 이용이 제한될 수 있습니다.',
    ]);
  });

  test('midnight is 오전 12, noon is 오후 12; English and 24-hour clocks', () => {
    const korean = parse(`${WINDOWS_DAY}[a] [오전 12:00] x\n[a] [오후 12:00] y\n[a] [23:59] z\n`);
    expect(messages(korean.events).map((line) => line.slice(11, 16))).toEqual(['00:00', '12:00', '23:59']);
    const english = parse(
      '--------------- Wednesday, November 18, 2026 ---------------\n[a] [12:05 AM] x\n[a] [12:05 PM] y\n',
    );
    expect(english.shape.language).toBe('en');
    expect(messages(english.events).map((line) => line.slice(0, 16))).toEqual(['2026-11-18T00:05', '2026-11-18T12:05']);
  });

  test('an impossible day or time and what hangs on it are kept as not understood', () => {
    const { events } = parse(
      `[a] [오전 9:00] 날짜 앞\n${WINDOWS_DAY}[a] [오전 9:41] 하나\n[a] [오후 25:99] 둘\n이어지는 줄\n` +
        '--------------- 2026년 13월 45일 수요일 ---------------\n[a] [오전 9:42] 셋\n',
    );
    expect(messages(events)).toEqual(['2026-11-18T09:41 a: 하나']);
    expect(unparsed(events)).toEqual([
      'no_date_above: [a] [오전 9:00] 날짜 앞',
      'impossible_time: [a] [오후 25:99] 둘',
      'follows_unparsed: 이어지는 줄',
      'impossible_date: --------------- 2026년 13월 45일 수요일 ---------------',
      'no_date_above: [a] [오전 9:42] 셋',
    ]);
  });

  test('a clock that steps back keeps the order of the file and is flagged', () => {
    const { events } = parse(`${WINDOWS_DAY}[a] [오전 9:41] 하나\n[a] [오전 9:39] 둘\n[a] [오전 9:40] 셋\n`);
    const flags = events
      .filter((event) => event.type === 'message')
      .map(({ text, steppedBack }) => [text, steppedBack]);
    expect(flags).toEqual([['하나', false], ['둘', true], ['셋', false]]); // prettier-ignore
  });

  test('exports that somebody joined into one file keep their heads out of the messages', () => {
    const one = `행복 님과 카카오톡 대화\n저장한 날짜 : 2026-11-20 18:03:22\n\n${WINDOWS_DAY}[a] [오전 9:41] 하나\n\n`;
    const { events } = parse(one + one);
    expect(messages(events)).toEqual(['2026-11-18T09:41 a: 하나', '2026-11-18T09:41 a: 하나']);
    expect(events.filter((event) => event.type === 'header').map(({ firstLine }) => firstLine)).toEqual([1, 2, 7, 8]);
  });

  test('a line beyond the limit gives its beginning to the message and the rest to the lines not understood', () => {
    const { events } = parse(`${WINDOWS_DAY}[a] [오전 9:41] ${'가'.repeat(LONGEST_LINE * 2.5)}\n[a] [오전 9:42] 끝\n`);
    const texts = events.filter((event) => event.type !== 'date').map((event) => event.text);
    expect(events.map(({ type }) => type)).toEqual(['date', 'message', 'unparsed', 'unparsed', 'message']);
    expect(texts.slice(0, -1).join('')).toBe(
      `${texts[0] ?? ''}${'가'.repeat(LONGEST_LINE * 2.5 - (texts[0]?.length ?? 0))}`,
    );
  });

  test('a message that never ends is cut off at the limit, and the lines behind it are kept', () => {
    const line = '가'.repeat(1000);
    const { events } = parse(`${WINDOWS_DAY}[a] [오전 9:41] 시작\n${`${line}\n`.repeat(1100)}[a] [오전 9:42] 끝\n`);
    const [, first, ...others] = events;
    const kept = (first?.text.split('\n').length ?? 0) - 1;
    expect(kept).toBe(Math.floor((LONGEST_LINE - 3) / 1001));
    expect(others.filter((event) => event.type === 'unparsed' && event.reason === 'message_too_long')).toHaveLength(
      1100 - kept,
    );
    expect(others.at(-1)).toMatchObject({ type: 'message', text: '끝' });
  });
});

describe('phones', () => {
  test.each([
    ['2026년 11월 18일 오후 8:34, a : x', '2026-11-18T20:34'],
    ['2026년 11월 18일 20:34, a : x', '2026-11-18T20:34'],
    ['2026. 1. 27. 21:06, a : x', '2026-01-27T21:06'],
    ['2026. 1. 27. 오전 12:06, a : x', '2026-01-27T00:06'],
    ['November 18, 2026, 8:34 PM, a : x', '2026-11-18T20:34'],
    ['November 18, 2026, 8:34 p.m., a : x', '2026-11-18T20:34'],
    ['November 18, 2026 at 8:34\u202fPM, a : x', '2026-11-18T20:34'],
    ['November 18, 2026 at 8:34\u00a0AM, a : x', '2026-11-18T08:34'],
    ['November 18, 2026 at 20:34, a : x', '2026-11-18T20:34'],
    ['8:34pm, July 9, 2015, a : x', '2015-07-09T20:34'],
    ['Nov 18, 2026, 8:34 PM, a : x', '2026-11-18T20:34'],
    ['May 8, 2026 at 12:01\u202fAM, a : x', '2026-05-08T00:01'],
  ])('reads the stamp of %s', (line, time) => {
    expect(messages(parse(`${line}\n`).events)).toEqual([`${time} a: x`]);
  });

  test('talk about leaving stays talk; a notice without a colon is a notice', () => {
    const { events } = parse(
      '2026년 11월 18일 오후 8:34, 이산 : 이산님이 나갔습니다.\n2026년 11월 18일 오후 8:35, 이산님이 나갔습니다.\n' +
        '2026년 11월 18일 오후 8:36, 무슨 알림인지 모르는 줄\n',
    );
    expect(messages(events)).toEqual(['2026-11-18T20:34 이산: 이산님이 나갔습니다.']);
    expect(notices(events)).toEqual(['leave: 이산님이 나갔습니다.', 'other: 무슨 알림인지 모르는 줄']);
  });

  test('a name with a colon is recognised once it is known', () => {
    const { events } = parse(
      'Talk_2026.11.20 18:03-1.txt\n저장한 날짜 : 2026. 11. 20. 오후 6:03\n\n2026년 11월 18일 수요일\n' +
        '2026. 11. 18. 오후 8:33: 박바다 : 서연맘님이 들어왔습니다.\n2026. 11. 18. 오후 8:34, 박바다 : 서연맘 : 안녕\n' +
        '2026. 11. 18. 오후 8:35, 이산 : 링크 : https://example.com\n',
    );
    expect(messages(events)).toEqual([
      '2026-11-18T20:34 박바다 : 서연맘: 안녕',
      '2026-11-18T20:35 이산: 링크 : https://example.com',
    ]);
  });

  test('an editor that trims line ends and turns them to LF costs nothing but blanks', () => {
    const { events } = parse(
      '2026. 1. 27. 21:06, a :\n2026. 1. 27. 21:07, b : 여러\n줄\n\n2026년 1월 28일 수요일\n2026. 1. 28. 1:00, b : c\n',
    );
    expect(messages(events)).toEqual(['2026-01-27T21:06 a: ', '2026-01-27T21:07 b: 여러\n줄', '2026-01-28T01:00 b: c']);
  });

  test('a stray CR LF in a file of LF does not merge its records', () => {
    const lines = Array.from({ length: 50 }, (_, index) => `2026. 1. 27. 21:06, a : ${index}\n`).join('');
    const { events, shape } = parse(`${lines}2026. 1. 27. 21:07, a : 끝\r\n`);
    expect(shape.terminator).toBe('line');
    expect(messages(events)).toHaveLength(51);
  });

  test('blank lines before a deleted message belong to nothing', () => {
    const { events } = parse(
      '2026. 1. 27. 21:06, a : x\ny\r\n\n \n메시지가 삭제되었습니다.  \r\n\n2026. 1. 27. 21:07, b : z\r\n',
    );
    expect(notices(events)).toEqual(['deleted: 메시지가 삭제되었습니다.']);
    expect(events.map(({ firstLine, lastLine }) => [firstLine, lastLine])).toEqual([[1, 2], [5, 5], [7, 7]]); // prettier-ignore
  });

  test('a date no calendar has is kept as not understood', () => {
    const { events } = parse('2026. 1. 27. 21:06, a : x\n2026. 2. 30. 21:06, a : y\n이어짐\n');
    expect(unparsed(events)).toEqual(['impossible_date: 2026. 2. 30. 21:06, a : y', 'follows_unparsed: 이어짐']);
  });
});

describe('CSV', () => {
  test('a quote that is never closed costs only its own line', () => {
    const { events } = parse(
      'Date,User,Message\n2026-11-18 20:34:26,"a","열림\n2026-11-18 20:34:27,"b","둘"\n2026-11-18 20:34:28,"c","셋"\n',
    );
    expect(messages(events)).toEqual(['2026-11-18T20:34 b: 둘', '2026-11-18T20:34 c: 셋']);
    expect(unparsed(events)).toEqual(['broken_csv: 2026-11-18 20:34:26,"a","열림']);
  });

  test('dates as a spreadsheet re-saves them, fields without quotes, quotes inside them', () => {
    const { events } = parse(
      'Date,User,Message\r\n2026-11-18 20:34,a,5" 피자\r\n2026.11.18 20:35,b,"x"\r\n2026-11-18 8:36:00 PM,c,y\r\n2026-11-18 오후 8:37,d,z\r\n',
    );
    expect(messages(events)).toEqual([
      '2026-11-18T20:34 a: 5" 피자',
      '2026-11-18T20:35 b: x',
      '2026-11-18T20:36 c: y',
      '2026-11-18T20:37 d: z',
    ]);
  });

  test('wording of a notice is a notice only from the user it names', () => {
    const { events } = parse(
      'Date,User,Message\n2026-11-18 20:34:26,"A","A invited B and."\n2026-11-18 20:34:27,"C","B left this chatroom."\n2026-11-18 20:34:28,"B","B left this chatroom."\n',
    );
    expect(notices(events)).toEqual(['invite: A invited B and.', 'leave: B left this chatroom.']);
    expect(messages(events)).toEqual(['2026-11-18T20:34 C: B left this chatroom.']);
  });

  test('an impossible date and a row with other fields are kept as not understood', () => {
    const { events } = parse(
      'Date,User,Message\n2026-13-45 20:34:26,"a","x"\n2026-11-18 20:34:26,"a","x","y"\n,"a","x"\n',
    );
    expect(unparsed(events).map((line) => line.split(':')[0])).toEqual([
      'impossible_date',
      'broken_csv',
      'no_date_above',
    ]);
  });
});
