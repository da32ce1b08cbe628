import { addDays, monthOf, weekdayOf } from '../../spend/calendar.ts';
import { nanoOf } from '../amount.ts';
import type { ReportDay } from '../report-model.ts';

/** A bar of the chart: a day, a week from Monday, or a month. Money in nano-USD. */
export type TimelineBar = {
  from: string;
  complete: boolean;
  cost: bigint;
  providers: Map<string, bigint>;
};
export type Timeline = { grain: 'day' | 'week' | 'month'; bars: TimelineBar[] };

const MOST_DAYS = 62;
const MOST_WEEKS_DAYS = 370;

/** The days as at most about sixty bars; longer windows by week, and then by month. */
export function timelineOf(days: readonly ReportDay[]): Timeline {
  const grain = days.length <= MOST_DAYS ? 'day' : days.length <= MOST_WEEKS_DAYS ? 'week' : 'month';
  const bars = new Map<string, TimelineBar>();
  for (const day of days) {
    const from = { day: day.day, week: addDays(day.day, -((weekdayOf(day.day) + 6) % 7)), month: monthOf(day.day) }[
      grain
    ];
    const bar = bars.get(from) ?? {
      from,
      complete: true,
      cost: 0n,
      providers: new Map<string, bigint>(),
    };
    bars.set(from, bar);
    bar.complete &&= day.complete;
    bar.cost += nanoOf(day.cost_usd);
    for (const { name, cost_usd } of day.providers) {
      bar.providers.set(name, (bar.providers.get(name) ?? 0n) + nanoOf(cost_usd));
    }
  }
  return { grain, bars: [...bars.values()] };
}
