import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readXlsx } from 'hucre';
import type { Conversation } from './chat-export/testing/conversation.ts';
import { generateConversation } from './chat-export/testing/conversation.ts';
import { renderExport } from './chat-export/testing/render-export.ts';
import type { RenderOptions } from './chat-export/testing/render-export.ts';
import { UnusableExport } from './chat-export/unusable-export.ts';
import { convertChat } from './convert-chat.ts';
import type { ConversionProgress } from './convert-chat.ts';

const FIXTURES = join(import.meta.dirname, 'chat-export', 'fixtures');
const WINDOWS: RenderOptions = { format: 'windows', language: 'ko', clock: '12', encoding: 'utf-8' };

let directory = '';
let output = '';
let temporaryDirectory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'convert-chat-'));
  output = join(directory, '결과.xlsx');
  temporaryDirectory = join(directory, 'temporary');
  await mkdir(temporaryDirectory);
});
afterEach(async () => {
  // Whatever happened, nothing but the output may be left.
  expect(await readdir(temporaryDirectory)).toEqual([]);
  expect((await readdir(directory)).filter((name) => name.endsWith('.partial'))).toEqual([]);
  await rm(directory, { recursive: true, force: true });
});

async function file(name: string, content: Buffer | string) {
  const path = join(directory, name);
  await writeFile(path, content);
  return { name, path };
}

async function exported(name: string, conversation: Conversation, options: RenderOptions) {
  return file(name, Buffer.concat([...renderExport(conversation, options)]));
}

function options(inputs: { name: string; path: string }[], more: { signal?: AbortSignal } = {}) {
  return { inputs, output, timezone: 'Asia/Seoul', temporaryDirectory, ...more };
}

async function sheetRows() {
  const { sheets } = await readXlsx(await readFile(output));
  return new Map(sheets.map(({ name, rows }) => [name, rows.slice(1)]));
}

function sum(rows: readonly (readonly unknown[])[] | undefined, column: number): number {
  return (rows ?? []).reduce((total, row) => total + Number(row[column] ?? 0), 0);
}

async function refusal(inputs: { name: string; path: string }[], timezone = 'Asia/Seoul'): Promise<UnusableExport> {
  const error: unknown = await convertChat({ ...options(inputs), timezone }).catch((reason: unknown) => reason);
  expect((await readdir(directory)).includes('결과.xlsx')).toBe(false);
  if (!(error instanceof UnusableExport)) throw new Error(`not refused: ${String(error)}`);
  return error;
}

describe('convertChat', () => {
  test('the counts agree with the sheets, and the sheets with each other', async () => {
    const conversation = generateConversation({ seed: 11, messages: 5_000, pace: 600 });
    const rubble = '[총무] [오후 25:99] 고장 난 줄\r\n';
    const text = Buffer.concat([...renderExport(conversation, WINDOWS)]).toString() + rubble;
    const result = await convertChat(options([await file('대화.txt', text)]));
    const rows = await sheetRows();
    expect(result.formats).toEqual(['windows']);
    expect(result.duplicates).toBe(0);
    expect(result.counts).toEqual({
      messages: rows.get('메시지')?.length,
      system: rows.get('시스템')?.length,
      participants: rows.get('참여자')?.length,
      days: rows.get('일별통계')?.length,
      unparsed: rows.get('오류')?.length,
    });
    expect(result.counts).toMatchObject({ messages: 5_000, unparsed: 1 });
    expect(sum(rows.get('참여자'), 1)).toBe(5_000);
    expect(sum(rows.get('일별통계'), 1)).toBe(5_000);
    const hours = Array.from({ length: 24 }, (_, hour) => sum(rows.get('일별통계'), 5 + hour));
    expect(hours.reduce((total, hour) => total + hour, 0)).toBe(5_000);
    for (const [label, people, days] of [
      ['사진', 7, 3],
      ['파일', 8, 4],
    ] as const) {
      // prettier-ignore
      const shown = rows.get('메시지')?.filter((row) => row[4] === label).length;
      expect([sum(rows.get('참여자'), people), sum(rows.get('일별통계'), days)]).toEqual([shown, shown]);
    }
    expect(rows.get('메시지')?.map((row) => row[0])).toEqual(Array.from({ length: 5_000 }, (_, index) => index + 1));
    expect(rows.get('오류')?.[0]?.slice(1)).toEqual([
      '대화.txt',
      text.split('\n').length - 1,
      rubble.trim(),
      '시계에 없는 시각',
    ]);
  });

  test.each([
    ['win_ko.txt', 'windows', { messages: 11, system: 2, participants: 5, days: 2, unparsed: 0 }],
    ['android_ko.txt', 'android', { messages: 3, system: 2, participants: 4, days: 2, unparsed: 0 }],
    ['ios_ko.txt', 'ios', { messages: 2, system: 3, participants: 3, days: 2, unparsed: 0 }],
    ['mac.csv', 'macos', { messages: 3, system: 2, participants: 3, days: 1, unparsed: 0 }],
  ])('%s as KakaoTalk wrote it', async (name, format, counts) => {
    const result = await convertChat(options([{ name, path: join(FIXTURES, name) }]));
    expect(result).toEqual({ formats: [format], counts, duplicates: 0 });
  });

  test('the example chat is understood to its last line', async () => {
    const name = '공동구매_주문방.txt';
    const example = { name, path: join(import.meta.dirname, '../../../examples/chat', name) };
    const { counts } = await convertChat(options([example]));
    expect(counts).toEqual({ messages: 634, system: 10, participants: 20, days: 18, unparsed: 0 });
    expect(sum((await sheetRows()).get('참여자'), 1)).toBe(634);
  });

  test('overlapping parts of one chat count once, in any order', async () => {
    const conversation = generateConversation({ seed: 5, messages: 900 });
    const entries = [...conversation.entries];
    const part = (from: number, to: number): Conversation => ({ ...conversation, entries: entries.slice(from, to) });
    // The cut of the parts lies between two minutes, or records of one minute could not be told apart.
    const minute = (index: number) => Math.floor((entries[index]?.at ?? 0) / 60);
    const cutAfter = (index: number): number => (minute(index - 1) < minute(index) ? index : cutAfter(index + 1));
    const ios: RenderOptions = { ...WINDOWS, format: 'ios' };
    const second = await exported('2.txt', part(cutAfter(400), entries.length), ios);
    const inputs = [second, await exported('1.txt', part(0, cutAfter(500)), ios)];
    const both = await convertChat(options(inputs));
    const merged = (await sheetRows()).get('메시지')?.map((row) => row.slice(1, 6));
    const whole = await convertChat(options([await exported('all.txt', part(0, entries.length), ios)]));
    expect(both.counts).toEqual(whole.counts);
    expect(both.duplicates).toBeGreaterThan(90);
    expect(merged).toEqual((await sheetRows()).get('메시지')?.map((row) => row.slice(1, 6)));
  });

  test('reports progress that never falls and ends at the whole', async () => {
    const input = await exported('대화.txt', generateConversation({ seed: 2, messages: 20_000 }), WINDOWS);
    const seen: ConversionProgress[] = [];
    await convertChat({ ...options([input]), onProgress: (progress) => seen.push(progress) });
    const done = seen.map((progress) => progress.done);
    expect(done.length).toBeGreaterThan(10);
    expect(done).toEqual([...done].sort((a, b) => a - b));
    expect(done.at(-1)).toBe(seen[0]?.total);
  });

  test('stops when told to, and leaves nothing behind', async () => {
    const input = await exported('대화.txt', generateConversation({ seed: 2, messages: 20_000 }), WINDOWS);
    const controller = new AbortController();
    const run = convertChat({
      ...options([input], { signal: controller.signal }),
      onProgress: () => controller.abort(),
    });
    await expect(run).rejects.toMatchObject({ name: 'AbortError' });
    expect(await readdir(directory)).not.toContain('결과.xlsx');
  });

  test('replaces a workbook that was there', async () => {
    await writeFile(output, 'old');
    await convertChat(options([{ name: 'mac.csv', path: join(FIXTURES, 'mac.csv') }]));
    expect((await sheetRows()).get('메시지')).toHaveLength(3);
  });
});

describe('input that cannot become a workbook', () => {
  test('no file at all', async () => {
    expect((await refusal([])).detail.reason).toBe('no_input');
  });

  test('an export without a message', async () => {
    const head =
      '행복 님과 카카오톡 대화\r\n저장한 날짜 : 2026-11-20 18:03:22\r\n\r\n이산님이 들어왔습니다.\r\n뭔지 모를 줄\r\n';
    const error = await refusal([await file('빈방.txt', head)]);
    expect(error.detail).toMatchObject({ reason: 'no_messages', system: 1, unparsed: 0 });
    expect(error.message).toContain('"빈방.txt" holds no message');
    expect(error.detail.message_ko).toContain('메시지가 없습니다');
  });

  test('a picture among good exports names the picture', async () => {
    const inputs = [
      { name: 'mac.csv', path: join(FIXTURES, 'mac.csv') },
      await file('사진.jpg', Buffer.from('ffd8ffe0', 'hex')),
    ];
    expect((await refusal(inputs)).detail).toMatchObject({ reason: 'not_text', file: '사진.jpg' });
  });

  test('a time zone nobody knows', async () => {
    const error = await refusal([{ name: 'mac.csv', path: join(FIXTURES, 'mac.csv') }], 'Asia/Atlantis');
    expect(error.detail).toMatchObject({ reason: 'unknown_timezone', timezone: 'Asia/Atlantis' });
  });
});
