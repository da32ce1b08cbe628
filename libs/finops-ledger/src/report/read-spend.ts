import { type BudgetStanding, type DayCell, type LedgerQuality, priceBookVersion } from '@nexus/finops';
import type { BudgetRow } from '../ledger/budget.ts';
import type { DayCounts } from '../ledger/day-counts.ts';
import type { Ledger } from '../ledger/ledger.ts';

/** Calendar days `YYYY-MM-DD`, both included. */
export type Days = { from: string; to: string };

/** What a report needs: the cells of all days of `ranges`, which may overlap, and the facts of its window. */
export type SpendRequest = {
  window: Days;
  ranges: readonly Days[];
  /** ms since 1970: budgets are told as they stood then. */
  asOf: number;
  /** Also compare lines, cells and counters of the window; takes as long as reading its lines. */
  reconcile?: boolean;
};

/** What the ledger tells about them. Each cell is there once. */
export type SpendFacts = { cells: DayCell[]; budgets: BudgetStanding[]; quality: LedgerQuality };

type Readable = Pick<Ledger, 'dayCells' | 'budgets' | 'counts' | 'reconcile'>;

/** Reads what a spend report is made of from the rollups. Rejects as the ledger does. */
export async function readSpend(ledger: Readable, request: SpendRequest): Promise<SpendFacts> {
  const { window, ranges, asOf, reconcile = false } = request;
  const { from, to } = window;
  const [cells, budgets, counts] = await Promise.all([
    Promise.all(withoutOverlap(ranges).map((days) => ledger.dayCells(days.from, days.to))),
    // A budget's period is the one of its last instant: as of midnight, the day that just ended.
    ledger.budgets(asOf - 1),
    ledger.counts(from, to),
  ]);
  const reconciled = reconcile ? { differences: (await ledger.reconcile(from, to)).differences.length } : null;
  return { cells: cells.flat(), budgets: budgets.map(standingOf), quality: qualityOf(counts, reconciled) };
}

/** Ranges that together have the same days, each once. */
function withoutOverlap(ranges: readonly Days[]): Days[] {
  const merged: Days[] = [];
  for (const range of ranges.toSorted((left, right) => (left.from < right.from ? -1 : 1))) {
    const last = merged.at(-1);
    if (last === undefined || range.from > last.to) merged.push({ ...range });
    else if (range.to > last.to) last.to = range.to;
  }
  return merged;
}

function standingOf(row: BudgetRow): BudgetStanding {
  const { scope, period, starts_at, ends_at, hard_nano, soft_nano, spent_nano, reserved_nano } = row;
  return { scope, period, starts_at, ends_at, cap_nano: hard_nano, soft_nano, spent_nano, held_nano: reserved_nano };
}

function qualityOf(counts: readonly DayCounts[], reconciled: { differences: number } | null): LedgerQuality {
  const sum = (name: 'expired' | 'late' | 'voided' | 'refused') => counts.reduce((total, day) => total + day[name], 0);
  return {
    source: 'ledger',
    expired: sum('expired'),
    late: sum('late'),
    voided: sum('voided'),
    refused: sum('refused'),
    unsealed: null,
    reconciled,
    price_books: [priceBookVersion],
    skipped_lines: 0,
  };
}
