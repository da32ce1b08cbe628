import type { BudgetStanding, DayCell, LedgerQuality } from '@nexus/finops';

/** Calendar days `YYYY-MM-DD`, both included. */
export type Days = { readonly from: string; readonly to: string };

/** What a report needs: all days of `ranges`, and the facts of its window. */
export interface SpendRequest {
  readonly window: Days;
  /** The window, the compared period and the history; they may overlap. */
  readonly ranges: readonly Days[];
  /** ms since 1970: budgets are told as they stood then. */
  readonly asOf: number;
  readonly zone: string;
}

/** What a source tells. Cells of days in no range may be among them. */
export interface SpendFacts {
  readonly cells: readonly DayCell[];
  readonly budgets: readonly BudgetStanding[];
  readonly quality: LedgerQuality;
}

/** Where spending is read: the ledger in Redis, or an exported file. */
export type SpendSource = (request: SpendRequest) => Promise<SpendFacts>;

/** Whether a day lies in one of the ranges. */
export function isWanted(day: string, ranges: readonly Days[]): boolean {
  return ranges.some(({ from, to }) => day >= from && day <= to);
}
