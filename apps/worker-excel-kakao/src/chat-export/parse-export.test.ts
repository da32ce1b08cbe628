import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import type { ChatEvent } from './chat-event.ts';
import { inspectExport } from './inspect-export.ts';
import { parseExport } from './parse-export.ts';
import { conversationArbitrary, renderOptionsArbitrary } from './testing/conversation-arbitrary.ts';
import type { Conversation } from './testing/conversation.ts';
import { generateConversation } from './testing/conversation.ts';
import { expectedEvents } from './testing/expected-events.ts';
import { renderExport } from './testing/render-export.ts';
import type { RenderOptions } from './testing/render-export.ts';

/** Hundreds of exports go through the file system; a busy machine may take its time. */
jest.setTimeout(120_000);

let directory = '';
let files = 0;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'parse-export-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

async function parseBytes(bytes: string | Buffer): Promise<{ events: ChatEvent[]; format: string }> {
  const path = join(directory, `${(files += 1)}.txt`);
  await writeFile(path, bytes);
  const inspected = await inspectExport({ name: 'export.bin', path });
  const events: ChatEvent[] = [];
  for await (const batch of parseExport(inspected).batches) events.push(...batch.events);
  await rm(path);
  return { events, format: inspected.shape.format };
}

function spoken(events: readonly ChatEvent[]) {
  return events
    .filter((event) => event.type === 'message' || event.type === 'system')
    .map((event) => ({
      type: event.type,
      at: event.at,
      sender: event.type === 'message' ? event.sender : undefined,
      text: event.text,
    }));
}

/** Checks that the spans hold every line that is not blank, and none twice. */
function assertEveryLineIsOnce(text: string, events: readonly ChatEvent[]): void {
  const lines = text.split('\n');
  const holders = new Uint32Array(lines.length + 1);
  for (const { firstLine, lastLine } of events) {
    for (let line = firstLine; line <= lastLine; line += 1) holders[line] = (holders[line] ?? 0) + 1;
  }
  const missing = lines
    .map((line, index) => ({ line, holders: holders[index + 1] }))
    .filter(({ line }) => line.trim() !== '');
  expect(missing.filter((line) => line.holders !== 1)).toEqual([]);
}

function exportCases(): fc.Arbitrary<{ options: RenderOptions; conversation: Conversation }> {
  return renderOptionsArbitrary().chain((options) =>
    conversationArbitrary(options).map((conversation) => ({ options, conversation })),
  );
}

const pasted = '[김하늘] [오전 9:41] 붙여넣은 줄';
const pastedAsOftenAsWritten = {
  options: {
    format: 'ios',
    language: 'en',
    clock: '24',
    narrow: false,
    encoding: 'utf-8-bom',
    lineEnds: 'raw',
  } satisfies RenderOptions,
  conversation: {
    room: '행복 [7세반]',
    members: 2,
    savedAt: 1_325_376_060,
    entries: [
      { type: 'message', at: 1_325_376_000, sender: '김하늘', text: '시작' },
      { type: 'message', at: 1_325_376_000, sender: '이, "산"', text: `사과\n${pasted}\n${pasted}` },
    ],
  } satisfies Conversation,
};

describe('reading what KakaoTalk wrote', () => {
  test('render, then parse, is the identity in every format, language, clock and encoding', async () => {
    await fc.assert(
      fc.asyncProperty(exportCases(), async ({ options, conversation }) => {
        const bytes = Buffer.concat([...renderExport(conversation, options)]);
        const { events, format } = await parseBytes(bytes);
        expect(spoken(events)).toEqual(expectedEvents(conversation, options));
        expect(events.filter((event) => event.type === 'unparsed')).toEqual([]);
        if (options.format === 'windows' || options.format === 'macos' || options.language === 'ko') {
          expect(format).toBe(options.format);
        }
      }),
      // As many pasted lines of another format as messages of its own.
      { numRuns: 400, examples: [[pastedAsOftenAsWritten]] },
    );
  });

  test.each(['windows', 'android', 'ios', 'macos'] as const)(
    'a %s export longer than one read comes out whole',
    async (format) => {
      const conversation = generateConversation({ seed: 7, messages: 6_000 });
      const options: RenderOptions = { format, language: 'ko', clock: '12', encoding: 'utf-8' };
      const { events } = await parseBytes(Buffer.concat([...renderExport(conversation, options)]));
      expect(spoken(events)).toEqual(expectedEvents(conversation, options));
    },
  );

  test('iOS stamps without a date take the day of the date line', async () => {
    const options: RenderOptions = {
      format: 'ios',
      language: 'ko',
      clock: '12',
      encoding: 'utf-8-bom',
      timeOnly: true,
    };
    const conversation = generateConversation({ seed: 3, messages: 300, pace: 3_000 });
    const { events, format } = await parseBytes(Buffer.concat([...renderExport(conversation, options)]));
    expect(format).toBe('ios');
    expect(spoken(events)).toEqual(expectedEvents(conversation, options));
  });
});

describe('no line is lost', () => {
  const rubble = fc.constantFrom(
    '[김하늘] [오전 9:41] 안녕',
    '[김하늘] [오후 25:99] 안녕',
    '--------------- 2026년 11월 18일 수요일 ---------------',
    '--------------- 2026년 13월 45일 수요일 ---------------',
    '2026년 11월 18일 오후 8:35, 회원님 : 안녕',
    '2026년 13월 45일 오후 8:35, 회원님 : 안녕',
    '2026. 11. 18. 오후 8:36: 이산님이 나갔습니다.',
    'November 31, 2026 at 8:34 PM, Ann : hi',
    '이산님이 들어왔습니다.',
    '메시지가 삭제되었습니다.',
    '행복 님과 카카오톡 대화',
    '저장한 날짜 : 2026-11-20 18:03:22',
    'Date,User,Message',
    '2026-11-18 20:34:26,"김하늘","안녕"',
    '2026-11-18 20:34:26,"김하늘","열린 인용',
    ',"","삭제된 메시지입니다."',
    'a"b,c',
    '',
    '   ',
    '그냥 줄',
    '\ud83d',
  );

  test.each([
    ['windows', '행복 님과 카카오톡 대화\n저장한 날짜 : 2026-11-20 18:03:22\n'],
    ['android', '2026년 11월 18일 오후 8:35, 회원님 : 안녕\n'],
    ['ios', 'Talk_2026.11.20 18:03-1.txt\n저장한 날짜 : 2026. 11. 20. 오후 6:03\n'],
    ['macos', 'Date,User,Message\n'],
  ])('every line of a %s export that is not blank ends in exactly one event', async (_format, head) => {
    const lines = fc.array(fc.tuple(fc.oneof(rubble, fc.string()), fc.constantFrom('\n', '\r\n')), { maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(lines, async (pieces) => {
        const text = head + pieces.map(([line, end]) => line + end).join('');
        const { events } = await parseBytes(text);
        assertEveryLineIsOnce(Buffer.from(text).toString(), events);
      }),
      { numRuns: 200 },
    );
  });
});
