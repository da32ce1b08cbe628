import { stringify } from 'csv-stringify/sync';
import type { Measures, ReportModel } from '../report-model.ts';
import { spreadsheetText } from './inert-text.ts';

/** What Excel needs to read UTF-8, so that Korean names are not garbled. */
export const BYTE_ORDER_MARK = '\ufeff';

const COLUMNS = [
  'month',
  'team',
  'project',
  'calls',
  'input_tokens',
  'cache_read_tokens',
  'cache_write_tokens',
  'output_tokens',
  'reasoning_tokens',
  'cost_usd',
  'list_usd',
  'wasted_usd',
  'avoided_usd',
  'approx_calls',
  'share',
] as const;

/**
 * Chargeback: one row for each team, project and month, then TOTAL, which is the report's total to the nano-USD. RFC 4180.
 * Names that a spreadsheet would take for a formula begin with an apostrophe.
 */
export function renderCsv({ chargeback, totals }: ReportModel, { bom = false }: { bom?: boolean } = {}): string {
  const rows = chargeback.map(({ month, team, project, share, ...measures }) => [
    month,
    spreadsheetText(team),
    spreadsheetText(project),
    ...cellsOf(measures),
    share === null ? '' : share.toFixed(6),
  ]);
  const total = ['TOTAL', '', '', ...cellsOf(totals), chargeback.length === 0 ? '' : '1.000000'];
  return `${bom ? BYTE_ORDER_MARK : ''}${stringify([[...COLUMNS], ...rows, total])}`;
}

function cellsOf({ calls, tokens, cost_usd, list_usd, wasted_usd, avoided_usd, approx_calls }: Measures): string[] {
  const { input, cache_read, cache_write, output, reasoning } = tokens;
  const counts = [calls, input, cache_read, cache_write, output, reasoning].map(String);
  return [...counts, cost_usd, list_usd, wasted_usd, avoided_usd, String(approx_calls)];
}
