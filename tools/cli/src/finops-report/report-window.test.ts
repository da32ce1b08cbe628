import { expect, test } from '@jest/globals';
import { reportWindow } from './report-window.ts';

test.each([
  ['the month so far', {}, '2026-11-19', '2026-11-01', '2026-11-19'],
  ['on the first of a month the month that ended', {}, '2026-12-01', '2026-11-01', '2026-11-30'],
  ['on the second the month that began', {}, '2026-12-02', '2026-12-01', '2026-12-02'],
  ['from a day up to today', { from: '2026-10-20' }, '2026-11-19', '2026-10-20', '2026-11-19'],
  ['a day to come alone', { from: '2027-01-01' }, '2026-11-19', '2027-01-01', '2027-01-01'],
  ['up to a day from the first of its month', { to: '2026-10-20' }, '2026-11-19', '2026-10-01', '2026-10-20'],
  ['both', { from: '2026-01-31', to: '2026-02-28' }, '2026-11-19', '2026-01-31', '2026-02-28'],
])('%s', (...row) => {
  const [, asked, today, from, to] = row;
  expect(reportWindow(asked, today)).toEqual({ from, to });
});

test.each([
  [{ from: '2026-02-30' }, /--from must be a day/],
  [{ to: 'yesterday' }, /--to must be a day/],
  [{ from: '2026-11-02', to: '2026-11-01' }, /lies after --to/],
  [{ from: '2000-01-01', to: '2026-01-01' }, /more than ten years/],
])('%j is refused', (asked, message) => {
  expect(() => reportWindow(asked, '2026-11-19')).toThrow(message);
});
