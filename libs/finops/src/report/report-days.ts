import { nanoToUsd } from '../money/usd-text.ts';
import { addDays, type Calendar, daysFrom } from '../spend/calendar.ts';
import { type DayCell, noSpend } from '../spend/spend-cell.ts';
import { sumBy, sumSpend } from '../spend/sum-spend.ts';
import { byText } from './amount.ts';
import { nameOf } from './breakdown.ts';
import type { ReportInput } from './report-input.ts';
import type { ReportDay } from './report-model.ts';

/** Every day of the window, also those without a call. */
export function reportDays({ window, previous, as_of, cells }: ReportInput, calendar: Calendar): ReportDay[] {
  const byDay = new Map<string, DayCell[]>();
  for (const cell of cells) {
    const known = byDay.get(cell.day);
    if (known === undefined) byDay.set(cell.day, [cell]);
    else known.push(cell);
  }
  const before = previous && sumBy(previous.cells, ({ day }) => day);
  return daysFrom(window.from, window.to).map((day, index) => {
    const cellsOfDay = byDay.get(day) ?? [];
    const sum = sumSpend(cellsOfDay);
    const dayBefore = previous === undefined ? undefined : addDays(previous.from, index);
    const isCompared = dayBefore !== undefined && previous !== undefined && dayBefore <= previous.to;
    return {
      day,
      complete: calendar.endOf(day) <= as_of,
      calls: sum.calls,
      cost_usd: nanoToUsd(sum.cost_nano),
      approx_calls: sum.approx_calls,
      wasted_usd: nanoToUsd(sum.wasted_nano),
      providers: providersOf(cellsOfDay),
      before_usd: isCompared ? nanoToUsd((before?.get(dayBefore) ?? noSpend).cost_nano) : null,
    };
  });
}

function providersOf(cells: readonly DayCell[]): ReportDay['providers'] {
  const sums = sumBy(cells, (cell) => nameOf(cell, 'provider'));
  return [...sums]
    .map(([name, { cost_nano }]) => ({ name, cost_usd: nanoToUsd(cost_nano) }))
    .sort((left, right) => byText(left.name, right.name));
}
