import { medianAbsoluteDeviation, medianSorted } from 'simple-statistics';

/**
 * What comparable hours say about an hour. Spend is multiplied by what happens, not added to, so it is compared on a
 * logarithmic scale: `scale` is a robust standard deviation of ln(USD), never below 0.15 (about 15 %), so that an ordinary
 * hour of a quiet series looks ordinary. `median` (USD) and `scale` are of the `used` hours among all `points`.
 */
export type Expectation = { points: number; used: number; median: number; scale: number };

/**
 * Comparable hours in three widths: with their neighbours (`near`), at the same hour of the day (`exact`), and at the same
 * hour of the week (`weekly`, four of them).
 */
export type Expectations = { near: Expectation; exact: Expectation; weekly: Expectation };

const WEEKS_BACK = [168, 336, 504, 672];
const DAY_SECONDS = 86_400;
/** 1.4826 × the median absolute deviation is the standard deviation of normal noise. */
const MAD_TO_DEVIATION = 1.4826;
const LEAST_SCALE = 0.15;
/** Workdays are many; of weekends there are two days a week. */
const WORKDAYS_BACK = 14;
const WEEKEND_DAYS_BACK = 28;

/**
 * Hours before an hour (how many) that it is compared with: the same hour of the week of the last four weeks, and the same
 * hour of other days of the same kind, workday or weekend, of the last two weeks; weekends go back four.
 */
export function comparableHoursBack(hour: number, zoneOffset: number): number[] {
  const weekend = isWeekend(hour + zoneOffset);
  const back: number[] = [...WEEKS_BACK];
  const days = weekend ? WEEKEND_DAYS_BACK : WORKDAYS_BACK;
  for (let day = 1; day <= days; day += 1) {
    if (day % 7 !== 0 && isWeekend(hour - day * DAY_SECONDS + zoneOffset) === weekend) back.push(day * 24);
  }
  return back;
}

/**
 * The expectation for the hour after `history` (USD an hour, the latest last; nothing of the hour itself). Neighbours are
 * an hour earlier and later: people are not punctual, and clocks are changed twice a year.
 */
export function expectationsFor(history: readonly number[], hour: number, zoneOffset: number): Expectations {
  const exact: number[] = [];
  const near: number[] = [];
  for (const back of comparableHoursBack(hour, zoneOffset)) {
    const at = history.length - back;
    for (let index = at - 1; index <= at + 1; index += 1) {
      const value = history[index];
      if (value === undefined) continue;
      near.push(value);
      if (index === at) exact.push(value);
    }
  }
  const weekly = WEEKS_BACK.map((back) => history[history.length - back]).filter((value) => value !== undefined);
  return { near: summarise(near), exact: summarise(exact), weekly: summarise(weekly) };
}

/** Distance of an hour with spend from what is expected, in robust standard deviations. 0 where nothing is expected. */
export function scoreOf(usd: number, { used, median, scale }: Expectation): number {
  return used === 0 || usd <= 0 ? 0 : Math.log(usd / median) / scale;
}

function summarise(values: readonly number[]): Expectation {
  const logarithms = values
    .filter((value) => value > 0)
    .map(Math.log)
    .sort((one, other) => one - other);
  const used = logarithms.length;
  if (used === 0) return { points: values.length, used, median: 0, scale: LEAST_SCALE };
  const deviation = MAD_TO_DEVIATION * medianAbsoluteDeviation(logarithms);
  return {
    points: values.length,
    used,
    median: Math.exp(medianSorted(logarithms)),
    scale: Math.max(deviation, LEAST_SCALE),
  };
}

/** Saturday or Sunday at a local time in seconds. The first day of 1970 was a Thursday. */
function isWeekend(local: number): boolean {
  const day = (((Math.floor(local / DAY_SECONDS) + 4) % 7) + 7) % 7;
  return day === 0 || day === 6;
}
