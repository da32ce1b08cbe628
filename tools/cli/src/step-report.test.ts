import { expect, test } from '@jest/globals';
import { createStepReport, duration } from './step-report.ts';

test('one line a step, with what came of it and how long it took', async () => {
  const lines: string[] = [];
  let now = 0;
  const report = createStepReport(
    (text) => lines.push(text),
    () => (now += 1_500),
  );
  expect(
    await report.step(
      'Redis',
      async () => 6379,
      (port) => `port ${port}`,
    ),
  ).toBe(6379);
  report.note('half way');
  await expect(report.step('Upload', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(lines).toEqual(['✓ Redis: port 6379  1.5 s\n', '  · half way\n', '✗ Upload  1.5 s\n']);
});

test('durations for people', () => {
  expect([0, 49, 99_940, 125_000].map(duration)).toEqual(['0.0 s', '0.0 s', '99.9 s', '2 min 05 s']);
});
