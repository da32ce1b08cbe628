import { expect, test } from '@jest/globals';
import { iso, systemClock } from './time.ts';

test('instants are written in UTC with milliseconds', () => {
  expect(iso(0)).toBe('1970-01-01T00:00:00.000Z');
  expect(iso(Date.UTC(2026, 10, 22, 18, 16, 37, 5))).toBe('2026-11-22T18:16:37.005Z');
  expect(() => iso(Number.NaN)).toThrow(RangeError);
});

test('the clock on the wall goes forward from this century', () => {
  expect(systemClock()).toBeGreaterThan(Date.UTC(2026, 0, 1));
});
