import { nanoToUsd } from '../money/usd-text.ts';
import { type Calendar, countDays, createCalendar, lastDayOf, monthOf } from '../spend/calendar.ts';
import type { DayCell } from '../spend/spend-cell.ts';
import { sumSpend } from '../spend/sum-spend.ts';
import { byText, divideHalfEven, measuresOf, nanoOf, shareOf } from './amount.ts';
import { breakdownBy } from './breakdown.ts';
import { budgetRows } from './budget-rows.ts';
import { chargebackRows } from './chargeback.ts';
import { forecastMonth } from './forecast.ts';
import { movementOf, moversBy } from './movers.ts';
import { qualityFacts } from './quality-facts.ts';
import { reportDays } from './report-days.ts';
import type { ReportedAnomaly, ReportInput } from './report-input.ts';
import { REPORT_SCHEMA_VERSION, type ReportDay, type ReportModel } from './report-model.ts';
import { isScopeOf, passesFilters } from './spend-filters.ts';
import { unitCosts } from './unit-costs.ts';

/**
 * Makes a report out of rollups. Pure: equal input, in whatever order its cells are, gives an equal report. An empty window
 * gives a report of nothing. Throws RangeError for an unknown zone.
 */
export function buildReport(written: ReportInput): ReportModel {
  const input = withinWindows(written);
  const { window, as_of, cells, previous, budgets, quality, anomalies } = input;
  const calendar = createCalendar(window.zone);
  const totals = sumSpend(cells);
  const before = previous && sumSpend(previous.cells);
  const days = reportDays(input, calendar);
  const by = (dimension: Parameters<typeof breakdownBy>[0]) => breakdownBy(dimension, cells, previous?.cells);
  return {
    schema_version: REPORT_SCHEMA_VERSION,
    window: { from: window.from, to: window.to, zone: window.zone, days: countDays(window.from, window.to) },
    as_of: new Date(as_of).toISOString(),
    filters: input.filters ?? {},
    totals: measuresOf(totals),
    compared:
      previous === undefined || before === undefined
        ? null
        : {
            how: previous.how,
            from: previous.from,
            to: previous.to,
            days: countDays(previous.from, previous.to),
            totals: measuresOf(before),
            change: shareOf(totals.cost_nano - before.cost_nano, before.cost_nano),
            movement: movementOf(before, totals),
          },
    run_rate: runRateOf(days, window.to),
    budgets: budgetRows(budgets, as_of),
    days,
    providers: by('provider'),
    models: by('model'),
    purposes: by('purpose'),
    teams: by('team'),
    projects: by('project'),
    movers:
      previous === undefined
        ? null
        : {
            projects: moversBy('project', cells, previous.cells),
            models: moversBy('model', cells, previous.cells),
          },
    unit_costs: {
      now: unitCosts(totals, quality.source),
      before: before === undefined ? null : unitCosts(before, quality.source),
    },
    forecast: forecastMonth(input, calendar),
    anomalies: anomalies === undefined ? null : anomalyRows(anomalies),
    chargeback: chargebackRows(cells),
    quality: qualityFacts(cells, totals, quality),
  };
}

/** Only what the report is about, whatever more a source returned. */
function withinWindows(input: ReportInput): ReportInput {
  const { window, previous, history, as_of } = input;
  const calendar: Calendar = createCalendar(window.zone);
  const within = (cells: readonly DayCell[], from: string, to: string): DayCell[] =>
    cells.filter((cell) => cell.day >= from && cell.day <= to && passesFilters(cell, input.filters));
  return {
    ...input,
    budgets: input.budgets.filter(({ scope }) => isScopeOf(scope, input.filters)),
    cells: within(input.cells, window.from, window.to),
    history: within(history, '', calendar.dayOf(as_of - 1)),
    ...(previous && { previous: { ...previous, cells: within(previous.cells, previous.from, previous.to) } }),
  };
}

/** The average of the complete days, and what a month of the window's end would cost at that pace. */
function runRateOf(days: readonly ReportDay[], to: string): ReportModel['run_rate'] {
  const complete = days.filter((day) => day.complete);
  if (complete.length === 0) return null;
  const cost = complete.reduce((sum, { cost_usd }) => sum + nanoOf(cost_usd), 0n);
  const count = BigInt(complete.length);
  const daysOfMonth = BigInt(lastDayOf(monthOf(to)).slice(8));
  return {
    complete_days: complete.length,
    per_day_usd: nanoToUsd(divideHalfEven(cost, count)),
    per_month_usd: nanoToUsd(divideHalfEven(cost * daysOfMonth, count)),
  };
}

function anomalyRows(anomalies: readonly ReportedAnomaly[]): NonNullable<ReportModel['anomalies']> {
  return [...anomalies]
    .sort((left, right) => left.started_at - right.started_at || byText(left.id, right.id))
    .map(({ id, started_at, ended_at, scope, kind, actual_nano, expected_nano }) => ({
      id,
      started_at: new Date(started_at).toISOString(),
      ended_at: ended_at === null ? null : new Date(ended_at).toISOString(),
      scope,
      kind,
      actual_usd: nanoToUsd(actual_nano),
      expected_usd: expected_nano === null ? null : nanoToUsd(expected_nano),
    }));
}
