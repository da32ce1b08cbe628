import { expect, test } from '@jest/globals';
import { fittingLetters } from './letter-run.ts';
import { CODES, letterParts, PAYLOAD_BYTES } from './letter-subject.ts';

test('as many letters as memory and disk have room for', () => {
  expect(fittingLetters(1_000_000, { memory: 6e9, disk: 6e9 })).toBe(1_000_000);
  expect(fittingLetters(1_000_000, { memory: 5.9e9, disk: 6e9 })).toBe(980_000);
  expect(fittingLetters(1_000_000, { memory: 6e9, disk: 3e9 })).toBe(500_000);
  expect(fittingLetters(100_000, { memory: 1e8, disk: 6e9 })).toBe(0);
});

test('every code meets every type equally often, and every payload has the same length', () => {
  const letters = Array.from({ length: 2000 }, (_, n) => letterParts(n));
  const pairs = new Map<string, number>();
  for (const { failure_code, task_type, payload, payload_hash } of letters) {
    const pair = `${failure_code}|${task_type}`;
    pairs.set(pair, 1 + (pairs.get(pair) ?? 0));
    expect(Buffer.byteLength(JSON.stringify(payload))).toBe(PAYLOAD_BYTES);
    expect(payload_hash).toMatch(/^[0-9a-f]{64}$/);
  }
  expect(pairs.size).toBe(CODES * 10);
  expect(new Set(pairs.values())).toEqual(new Set([10]));
  expect(new Set(letters.map(({ payload_hash }) => payload_hash)).size).toBe(letters.length);
});
