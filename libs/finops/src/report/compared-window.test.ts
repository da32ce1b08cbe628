import { expect, test } from '@jest/globals';
import { comparedWindow } from './compared-window.ts';

test.each([
  ['a month with the month before', '2026-11-01', '2026-11-30', 'prev', '2026-10-01', '2026-10-31'],
  ['February with January', '2026-02-01', '2026-02-28', 'prev', '2026-01-01', '2026-01-31'],
  ['a quarter with the quarter before', '2026-07-01', '2026-09-30', 'prev', '2026-04-01', '2026-06-30'],
  [
    'a month so far with the same days of the one before',
    '2026-11-01',
    '2026-11-15',
    'prev',
    '2026-10-01',
    '2026-10-15',
  ],
  ['as far as that month has days', '2026-03-01', '2026-03-30', 'prev', '2026-02-01', '2026-02-28'],
  ['a week with the week before', '2026-11-09', '2026-11-15', 'prev', '2026-11-02', '2026-11-08'],
  ['a day with the day before', '2026-03-02', '2026-03-02', 'prev', '2026-03-01', '2026-03-01'],
  ['a month with that of the year before', '2026-02-01', '2026-02-28', 'yoy', '2025-02-01', '2025-02-28'],
  ['February before a leap year', '2025-02-01', '2025-02-28', 'yoy', '2024-02-01', '2024-02-29'],
  ['days with those of the year before', '2024-02-27', '2024-02-29', 'yoy', '2023-02-27', '2023-02-28'],
] as const)('compares %s', (...row) => {
  const [, from, to, how, expectedFrom, expectedTo] = row;
  expect(comparedWindow({ from, to }, how)).toEqual({ from: expectedFrom, to: expectedTo });
});
