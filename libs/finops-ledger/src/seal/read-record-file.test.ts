import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from '@jest/globals';
import { readRecordFile, type RecordFileLine } from './read-record-file.ts';

const directory = mkdtempSync(join(tmpdir(), 'nexus-records-'));
afterAll(() => rmSync(directory, { recursive: true }));

const record = (cost: unknown) =>
  JSON.stringify({ ts: 1, provider: 'glm', model: 'm', tokens_in: 1, tokens_out: 2, actual_cost_usd: cost });

async function read(text: string, most = Number.POSITIVE_INFINITY) {
  const path = join(directory, 'ledger.jsonl');
  writeFileSync(path, text);
  const seen: RecordFileLine[] = [];
  const lines = await readRecordFile(path, (line) => {
    seen.push(line);
    return seen.length < most;
  });
  return { lines, seen };
}

test('every line is read or named', async () => {
  const text = [`\ufeff${record('1')}`, '', record(0.5), '{"cut', record('2'), '', ''].join('\r\n');
  const { lines, seen } = await read(text);
  expect(lines).toBe(5);
  expect(seen).toMatchObject([
    { line: 1, ok: true, record: { actual_nano: 1_000_000_000n } },
    { line: 2, ok: false, why: 'it is empty' },
    { line: 3, ok: true, record: { actual_nano: 500_000_000n } },
    { line: 4, ok: false, why: 'it is not JSON' },
    { line: 5, ok: true },
  ]);
});

test('reading ends when asked to, and an empty file has no lines', async () => {
  expect((await read(`${record(1)}\n${record(2)}\n${record(3)}\n`, 2)).seen).toHaveLength(2);
  expect(await read('')).toEqual({ lines: 0, seen: [] });
  await expect(readRecordFile(join(directory, 'none'), () => undefined)).rejects.toMatchObject({ code: 'ENOENT' });
});
