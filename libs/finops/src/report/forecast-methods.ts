import { quantileSorted } from 'simple-statistics';
import { weekdayOf } from '../spend/calendar.ts';

/** The cost of one complete day, in nano-USD. Days of a series follow each other without a gap. */
export type DailyCost = { day: string; cost: number };

/** Foretells the cost of days to come from a series of complete days, oldest first. Pure. */
export type ForecastRule = (series: readonly DailyCost[], days: readonly string[]) => number[];

const WEEKS = 4;
const SHORTEST_PACE_DAYS = 7;

/** Seasonal-naive: a day costs what the same weekday cost, on average of the last four; the pace where there is none. */
export function sameWeekday(series: readonly DailyCost[], days: readonly string[]): number[] {
  const costs = Array.from({ length: 7 }, (_, weekday) =>
    series.filter(({ day }) => weekdayOf(day) === weekday).slice(-WEEKS),
  );
  const [pace = 0] = runRate(series, days.slice(0, 1));
  return days.map((day) => mean(costs[weekdayOf(day)] ?? []) ?? pace);
}

/** Linear: every day costs the average of the month's complete days so far, of the last seven when there are fewer. */
export function runRate(series: readonly DailyCost[], days: readonly string[]): number[] {
  const month = days[0]?.slice(0, 7) ?? '';
  const ofMonth = series.filter(({ day }) => day.startsWith(month));
  const pace = mean(series.slice(-Math.max(SHORTEST_PACE_DAYS, ofMonth.length))) ?? 0;
  return days.map(() => pace);
}

/** How a rule did in the past: actual cost of `horizon` days divided by the foretold one, and the mean relative error. */
export type Backtest = { ratios: number[]; mape: number | null };

/**
 * Rolling origin: stands after each day that has at least `learned` days before it, foretells the next `horizon` days with
 * what was known then, and compares. Windows in which nothing was spent or foretold tell nothing and are left out.
 */
export function backtest(
  rule: ForecastRule,
  series: readonly DailyCost[],
  { learned, horizon }: { learned: number; horizon: number },
): Backtest {
  const ratios: number[] = [];
  const errors: number[] = [];
  for (let origin = learned; origin + horizon <= series.length; origin++) {
    const future = series.slice(origin, origin + horizon);
    const foretold = total(
      rule(
        series.slice(0, origin),
        future.map(({ day }) => day),
      ),
    );
    const actual = total(future.map(({ cost }) => cost));
    if (foretold <= 0 || actual <= 0) continue;
    ratios.push(actual / foretold);
    errors.push(Math.abs(foretold - actual) / actual);
  }
  return {
    ratios: ratios.sort((left, right) => left - right),
    mape: errors.length === 0 ? null : total(errors) / errors.length,
  };
}

/** The ratios below which a tenth and nine tenths of the past lie; they enclose 1, so that the forecast is in its band. */
export function bandOf(ratios: readonly number[]): { low: number; high: number } {
  const sorted = [...ratios];
  return { low: Math.min(1, quantileSorted(sorted, 0.1)), high: Math.max(1, quantileSorted(sorted, 0.9)) };
}

function mean(costs: readonly DailyCost[]): number | undefined {
  return costs.length === 0 ? undefined : total(costs.map(({ cost }) => cost)) / costs.length;
}

function total(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
