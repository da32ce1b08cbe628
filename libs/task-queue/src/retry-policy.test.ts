import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nextDelayMs, retrySteps } from './retry-policy.ts';

const steps = retrySteps({ maxRetries: 5, delaysSeconds: [5, 30, 300], jitter: false }).backoff;
const random = () => 0.5;

test('steps come in order and the last one repeats', () => {
  expect([1, 2, 3, 4, 5].map((failed) => nextDelayMs(failed, steps, { random }))).toEqual([
    5_000, 30_000, 300_000, 300_000, 300_000,
  ]);
});

test('zero retries are one attempt; zero and missing delays are no delay', () => {
  expect(retrySteps({ maxRetries: 0, delaysSeconds: [], jitter: false }).attempts).toBe(1);
  expect(nextDelayMs(1, { delays: [0] }, { random })).toBe(0);
  expect(nextDelayMs(3, { delays: [] }, { random })).toBe(0);
});

test('a longer Retry-After wins, a shorter one does not shorten the step', () => {
  expect(nextDelayMs(1, steps, { retryAfterSeconds: 60, random })).toBe(60_000);
  expect(nextDelayMs(2, steps, { retryAfterSeconds: 1, random })).toBe(30_000);
});

test('jitter stays within ten per cent of the step and never shortens an asked wait', () => {
  const jittered = retrySteps({ maxRetries: 3, delaysSeconds: [5, 30, 300], jitter: true }).backoff;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.double({ min: 0, max: 1, noNaN: true }), (failed, drawn) => {
      const step = nextDelayMs(failed, steps, { random });
      const delay = nextDelayMs(failed, jittered, { random: () => drawn });
      expect(Math.abs(delay - step)).toBeLessThanOrEqual(step * 0.1 + 1);
      expect(nextDelayMs(failed, jittered, { retryAfterSeconds: 400, random: () => drawn })).toBe(400_000);
    }),
  );
});
