import { addDays, countDays, isDay, monthOf } from '@nexus/finops';
import { failureWithCode } from '../failure-with-code.ts';
import type { Days } from './spend-source.ts';

/** Ten years: more is a typing error, and would ask a store for thousands of days. */
const MOST_DAYS = 3660;

/**
 * The window of `--from` and `--to`. Without both it is the month of yesterday up to today, so that a report on the first of
 * a month is about the month that just ended. Without `--to` it ends today; without `--from` it begins with its month.
 * Throws OPTION_INVALID.
 */
export function reportWindow(asked: { from?: string | undefined; to?: string | undefined }, today: string): Days {
  const { from, to } = asked;
  for (const [name, day] of Object.entries({ from, to })) {
    if (day !== undefined && !isDay(day)) {
      throw failureWithCode(
        'OPTION_INVALID',
        `--${name} must be a day such as 2026-11-30, not ${JSON.stringify(day)}.`,
      );
    }
  }
  const window = completed(asked, today);
  if (window.from > window.to) {
    throw failureWithCode('OPTION_INVALID', `--from ${window.from} lies after --to ${window.to}: swap them.`);
  }
  if (countDays(window.from, window.to) > MOST_DAYS) {
    throw failureWithCode(
      'OPTION_INVALID',
      `From ${window.from} to ${window.to} are more than ten years: ask for less.`,
    );
  }
  return window;
}

function completed({ from, to }: { from?: string | undefined; to?: string | undefined }, today: string): Days {
  if (from !== undefined) return { from, to: to ?? (from > today ? from : today) };
  if (to !== undefined) return { from: `${monthOf(to)}-01`, to };
  const yesterday = addDays(today, -1);
  const isFirst = monthOf(yesterday) !== monthOf(today);
  return { from: `${monthOf(yesterday)}-01`, to: isFirst ? yesterday : today };
}
