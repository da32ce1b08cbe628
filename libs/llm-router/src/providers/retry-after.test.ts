import { describe, expect, test } from '@jest/globals';
import { retryAfterOf, secondsOfDuration, secondsToPacificMidnight, secondsToStatedReset } from './retry-after.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');

describe('waits a provider asks for', () => {
  test.each([
    [{ 'retry-after': '7' }, 7],
    [{ 'retry-after': '1.5' }, 1.5],
    [{ 'retry-after': '9', 'retry-after-ms': '250' }, 0.25],
    [{ 'retry-after': 'Sun, 22 Nov 2026 10:01:00 GMT' }, 60],
    [{ 'retry-after': 'Sun, 22 Nov 2026 09:00:00 GMT' }, 0],
    [{ 'retry-after': '99999999999' }, 86_400],
    [{ 'retry-after-ms': '999999999999' }, 86_400],
    [{ 'retry-after': '-5' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after-ms': 'NaN', 'retry-after': '3' }, 3],
    [{}, undefined],
  ])('%j', (headers, seconds) => {
    expect(retryAfterOf(headers, NOW)).toBe(seconds);
  });

  test.each([
    ['45.837906927s', 45.838],
    ['1m2s', 62],
    ['6ms', 0.006],
    ['1h', 3600],
    ['2h3m4s', 7384],
    ['900h', 86_400],
    ['', undefined],
    ['-3s', undefined],
    ['5', undefined],
    ['s', undefined],
  ])('the duration %j', (text, seconds) => {
    expect(secondsOfDuration(text)).toBe(seconds);
  });

  test('midnight in California, in winter and in summer', () => {
    expect(secondsToPacificMidnight(Date.parse('2026-11-22T07:59:00Z'))).toBe(60);
    expect(secondsToPacificMidnight(Date.parse('2026-07-01T06:59:30Z'))).toBe(30);
    expect(secondsToPacificMidnight(Date.parse('2026-11-22T08:00:00Z'))).toBe(86_400);
  });

  test('a reset time without a zone is in China', () => {
    expect(secondsToStatedReset('5 hour limit, will reset at 2026-11-22 18:30:00', NOW)).toBe(1800);
    expect(secondsToStatedReset('will reset at 2026-11-20 18:30:00', NOW)).toBe(0);
    expect(secondsToStatedReset('will reset at 2029-01-01 00:00:00', NOW)).toBe(86_400);
    expect(secondsToStatedReset('will reset at 2026-99-99 99:99:99', NOW)).toBeUndefined();
    expect(secondsToStatedReset('limit reached', NOW)).toBeUndefined();
  });
});
