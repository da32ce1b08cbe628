import type { DayCell } from '../../spend/spend-cell.ts';
import type { ReportInput } from '../report-input.ts';

/** A report's input about nothing, of a window of November 2026 that is over. */
export function reportInput(parts: Partial<ReportInput> = {}): ReportInput {
  return {
    window: { from: '2026-11-01', to: '2026-11-30', zone: 'UTC' },
    as_of: Date.parse('2026-12-01T00:00:00Z'),
    cells: [],
    history: [],
    budgets: [],
    quality: {
      source: 'ledger',
      expired: 0,
      late: 0,
      voided: 0,
      refused: 0,
      unsealed: 0,
      reconciled: { differences: 0 },
      price_books: ['2026-11-01'],
      skipped_lines: 0,
    },
    ...parts,
  };
}

/** A cell of one call, without cache, by gemini for ops. */
export function dayCell(parts: Partial<DayCell> = {}): DayCell {
  const cost_nano = parts.cost_nano ?? 1_000_000_000n;
  return {
    ...{ day: '2026-11-02', provider: 'gemini', model: 'gemini-3-flash-preview', purpose: 'summary' },
    ...{ team: 'ops', project: 'kakao', calls: 1, cost_nano, list_nano: cost_nano, approx_calls: 0 },
    ...{ base_priced_calls: 0, input: 1000, cache_read: 0, cache_write: 0, output: 100, reasoning: 0 },
    ...{ latency_ms: 800, wasted_calls: 0, wasted_nano: 0n, dedupe_hits: 0, avoided_nano: 0n },
    ...parts,
  };
}
