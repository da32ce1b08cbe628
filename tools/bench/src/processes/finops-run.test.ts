import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { fittingLines } from './finops-chain-run.ts';
import { scoreOf } from './finops-score.ts';
import { spreadCalls } from './finops-spread.ts';
import { benchCall, COMBINATIONS, inFlight } from './finops-subject.ts';

test('calls are spread over cells without one too many or too few', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 7000 }), fc.integer({ min: 0, max: 10_000_000 }), (cells, more) => {
      const counts = spreadCalls(cells + more, cells);
      expect(counts).toHaveLength(cells);
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(cells + more);
      expect(counts.every((count) => Number.isSafeInteger(count) && count >= 1)).toBe(true);
    }),
    { numRuns: 50 },
  );
  expect(() => spreadCalls(9, 10)).toThrow('9 calls are too few for 10 cells');
});

test('all combinations of tags take turns, and every call costs something within its hold', () => {
  const calls = Array.from({ length: COMBINATIONS * 3 }, (_, n) => benchCall(n));
  const combinations = calls.map(({ cost }) => JSON.stringify([cost.provider, cost.model, cost.tags]));
  expect(new Set(combinations).size).toBe(COMBINATIONS);
  expect(new Set(combinations.slice(0, COMBINATIONS)).size).toBe(COMBINATIONS);
  for (const { request, cost } of calls) {
    expect(cost.actual_nano > 0n && cost.actual_nano <= cost.list_nano).toBe(true);
    expect(cost.list_nano <= request.estimate_nano).toBe(true);
    expect([cost.tags, cost.key]).toEqual([request.tags, request.key]);
  }
  expect(new Set(calls.map(({ request }) => request.reservation_id)).size).toBe(calls.length);
});

test('so many are under way at the same time, and each is done once', async () => {
  const seen: number[] = [];
  let now = 0;
  let most = 0;
  async function act(n: number): Promise<void> {
    seen.push(n);
    most = Math.max(most, (now += 1));
    await Promise.resolve();
    now -= 1;
  }
  await inFlight(100, act, { width: 7 });
  expect(seen.toSorted((left, right) => left - right)).toEqual(Array.from({ length: 100 }, (_, n) => n));
  expect(most).toBe(7);
});

test('as many lines as the disk has room for', () => {
  expect(fittingLines(10_000_000, 10e9)).toBe(10_000_000);
  expect(fittingLines(10_000_000, 1.239e9)).toBe(1_230_000);
  expect(fittingLines(10_000_000, 1e6)).toBe(0);
});

test('sets count by their labels and alarms, not each the same', () => {
  const set = { seed: 1, seconds: 1, generated_s: 1 };
  const sets = [
    { ...set, labels: 10, found: 9, false_alarms: 1, series_days: 100 },
    { ...set, labels: 90, found: 63, false_alarms: 7, series_days: 900 },
  ];
  expect(scoreOf(sets)).toMatchObject({ precision: 0.9, recall: 0.72, falsePerSeriesDay: 0.008 });
  expect(scoreOf(sets).f1).toBeCloseTo(0.8, 12);
  expect(scoreOf([]).f1).toBeNaN();
});
