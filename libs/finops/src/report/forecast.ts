import { nanoToUsd } from '../money/usd-text.ts';
import { addDays, type Calendar, daysFrom, lastDayOf, monthOf } from '../spend/calendar.ts';
import { noSpend } from '../spend/spend-cell.ts';
import { sumBy } from '../spend/sum-spend.ts';
import { backtest, type Backtest, bandOf, type DailyCost, runRate, sameWeekday } from './forecast-methods.ts';
import type { ReportInput } from './report-input.ts';
import type { Forecast, ForecastDay, ForecastMethod } from './report-model.ts';

/** A pace needs a week; a band needs enough places in the past to stand on. */
const NEEDED_DAYS = 7;
const LEARNED_DAYS = 14;
const FEWEST_ORIGINS = 8;
const LONGEST_HORIZON_DAYS = 14;
const HISTORY_DAYS = 70;

const RULES = { same_weekday: sameWeekday, run_rate: runRate } as const;

/** The days whose cells a forecast as of that instant learns from. */
export function historyWindow(asOf: number, calendar: Calendar): { from: string; to: string } {
  const to = calendar.dayOf(asOf - 1);
  return { from: addDays(to, -HISTORY_DAYS), to };
}

/**
 * The cost of the month of `as_of` at its end: what is spent, and for each day to come what the better of two simple rules
 * says, judged by their errors on the past. The band is from the same back-test. Days before the first call are no history.
 */
export function forecastMonth(input: ReportInput, calendar: Calendar): Forecast {
  const facts = factsOf(input, calendar);
  const { series, future, spent, none } = facts;
  if (future.length === 0) return { ...none, state: 'month_complete' };
  if (series.length < NEEDED_DAYS) return { ...none, state: 'too_little_history' };
  const horizon = Math.min(future.length, LONGEST_HORIZON_DAYS);
  const tried = (Object.keys(RULES) as ForecastMethod['name'][]).map((name) => {
    const test = backtest(RULES[name], series, { learned: LEARNED_DAYS, horizon });
    // What today cost already is the least that today will cost.
    const daily = RULES[name](series, future).map((cost, index) => (index === 0 ? Math.max(cost, facts.today) : cost));
    return { name, test, daily };
  });
  const best = tried.reduce((one, other) =>
    (other.test.mape ?? Infinity) < (one.test.mape ?? Infinity) ? other : one,
  );
  const hasBand = best.test.ratios.length >= FEWEST_ORIGINS;
  const days = daysOf(facts, best.daily, hasBand ? best.test : undefined);
  const last = days.at(-1);
  return {
    ...none,
    state: hasBand ? 'forecast' : 'no_band',
    chosen: best.name,
    methods: tried.map(({ name, test, daily }) => ({
      name,
      month_end_usd: usdOf(spent + sum(daily)),
      mape: test.mape === null ? null : Math.round(test.mape * 10_000) / 10_000,
    })),
    month_end_usd: last?.expected_usd ?? null,
    p10_usd: last?.p10_usd ?? null,
    p90_usd: last?.p90_usd ?? null,
    backtest: best.test.ratios.length === 0 ? null : { origins: best.test.ratios.length, horizon_days: horizon },
    days,
  };
}

type Facts = {
  series: DailyCost[];
  month: { day: string; cost: number }[];
  future: string[];
  /** Cost of the month's complete days, and of the day that is under way, in nano-USD. */
  spent: number;
  today: number;
  none: Forecast;
};

function factsOf({ as_of, history, budgets }: ReportInput, calendar: Calendar): Facts {
  const today = calendar.dayOf(as_of - 1);
  const isOver = calendar.endOf(today) <= as_of;
  const month = monthOf(today);
  const costs = sumBy(history, ({ day }) => day);
  const costOf = (day: string): number => Number((costs.get(day) ?? noSpend).cost_nano);
  const lastComplete = isOver ? today : addDays(today, -1);
  const first = [...costs]
    .filter(([, { calls }]) => calls > 0)
    .reduce((least, [day]) => (day < least ? day : least), addDays(lastComplete, 1));
  const series = daysFrom(first, lastComplete).map((day) => ({ day, cost: costOf(day) }));
  const complete = daysFrom(`${month}-01`, lastComplete).map((day) => ({ day, cost: costOf(day) }));
  const future = daysFrom(addDays(lastComplete, 1), lastDayOf(month));
  const spent = sum(complete.map(({ cost }) => cost));
  const todayCost = isOver ? 0 : costOf(today);
  const cap = budgets.find(
    ({ scope, period, cap_nano }) => scope === 'global' && period === 'month' && cap_nano !== null,
  );
  const none: Forecast = {
    month,
    state: 'too_little_history',
    history_days: series.length,
    needed_days: {
      forecast: NEEDED_DAYS,
      band: LEARNED_DAYS + FEWEST_ORIGINS - 1 + Math.min(Math.max(future.length, 1), LONGEST_HORIZON_DAYS),
    },
    days_left: future.length,
    spent_usd: usdOf(spent + todayCost),
    chosen: null,
    methods: [],
    month_end_usd: null,
    p10_usd: null,
    p90_usd: null,
    backtest: null,
    days: [],
    cap_usd: cap?.cap_nano == null ? null : nanoToUsd(cap.cap_nano),
  };
  return { series, month: complete, future, spent, today: todayCost, none };
}

function daysOf({ month, future, spent }: Facts, daily: readonly number[], test: Backtest | undefined): ForecastDay[] {
  const band = test && bandOf(test.ratios);
  let cost = 0;
  const past = month.map(({ day, cost: added }): ForecastDay => {
    cost += added;
    return { day, actual_usd: usdOf(cost), expected_usd: null, p10_usd: null, p90_usd: null };
  });
  let coming = 0;
  const ahead = future.map((day, index): ForecastDay => {
    coming += daily[index] ?? 0;
    return {
      day,
      actual_usd: null,
      expected_usd: usdOf(spent + coming),
      p10_usd: band === undefined ? null : usdOf(spent + coming * band.low),
      p90_usd: band === undefined ? null : usdOf(spent + coming * band.high),
    };
  });
  return [...past, ...ahead];
}

/** A forecast is no account: it is told to the cent's hundredth. */
function usdOf(nano: number): string {
  return nanoToUsd(BigInt(Math.round(nano / 100_000)) * 100_000n);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
