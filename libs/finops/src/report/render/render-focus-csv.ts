import { stringify } from 'csv-stringify/sync';
import type { PriceOf } from '../../money/price.ts';
import { createCalendar } from '../../spend/calendar.ts';
import type { DayCell } from '../../spend/spend-cell.ts';
import { byText } from '../amount.ts';
import type { ReportWindow } from '../report-input.ts';
import { FOCUS_COLUMNS } from './focus-columns.ts';
import { focusRows } from './focus-rows.ts';
import { BYTE_ORDER_MARK } from './render-csv.ts';

/** `priceOf` splits a cell's cost among its meters; `account` is the BillingAccountId. */
export type FocusOptions = { window: ReportWindow; priceOf: PriceOf; account?: string; bom?: boolean };

/**
 * The window's cells as a cost and usage dataset of FOCUS 1.2: a row for each day, tags, model and meter. BilledCost adds up
 * to the cost of the cells exactly. Spend that was avoided is no charge and not here. RFC 4180.
 */
export function renderFocusCsv(cells: readonly DayCell[], { window, priceOf, account, bom }: FocusOptions): string {
  const context = { calendar: createCalendar(window.zone), priceOf, account: account ?? 'nexus' };
  const starts = new Map<string, number>();
  const startOf = (day: string): number => {
    const known = starts.get(day) ?? context.calendar.startOf(day);
    starts.set(day, known);
    return known;
  };
  const remembering = { ...context, calendar: { ...context.calendar, startOf } };
  const rows = [...cells]
    .filter(({ day }) => day >= window.from && day <= window.to)
    .sort(byTags)
    .flatMap((cell) => focusRows(cell, remembering));
  const table = rows.map((row) => FOCUS_COLUMNS.map((column) => row[column] ?? ''));
  return `${bom === true ? BYTE_ORDER_MARK : ''}${stringify([[...FOCUS_COLUMNS], ...table])}`;
}

function byTags(left: DayCell, right: DayCell): number {
  return (
    byText(left.day, right.day) ||
    byText(left.provider, right.provider) ||
    byText(left.model, right.model) ||
    byText(left.team, right.team) ||
    byText(left.project, right.project) ||
    byText(left.purpose, right.purpose)
  );
}
