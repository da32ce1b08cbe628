import type { DayCell } from '../spend/spend-cell.ts';
import type { SpendFilters } from './spend-filters.ts';

/** Calendar days `YYYY-MM-DD`, both included, in an IANA time zone. */
export type ReportWindow = { from: string; to: string; zone: string };

/** With what a window is compared: the period before it, the same days a year before, or nothing. */
export const COMPARISONS = ['prev', 'yoy', 'none'] as const;
export type Comparison = (typeof COMPARISONS)[number];

/** A budget at the instant the report is made for. Money in nano-USD; a cap of null counts without a limit. */
export type BudgetStanding = {
  /** `global`, `team:<team>`, `project:<team>/<project>`, `purpose:<purpose>`, `key:<id>`. */
  scope: string;
  period: 'day' | 'month';
  /** First instant of the period and of the next one, ms since 1970. */
  starts_at: number;
  ends_at: number;
  cap_nano: bigint | null;
  soft_nano: bigint | null;
  spent_nano: bigint;
  held_nano: bigint;
};

/** What is known about the data themselves; null where the source does not tell. */
export type LedgerQuality = {
  /** `file`: records of a JSONL export, which do not tell cached tokens, wasted answers and answers from the cache. */
  source: 'ledger' | 'file';
  /** Reservations that expired, were settled after that, were given back, and were refused for a budget. */
  expired: number | null;
  late: number | null;
  voided: number | null;
  refused: number | null;
  /** Lines that are not yet in a sealed segment. */
  unsealed: number | null;
  /** Whether lines, rollups and counters add up to the same; null = was not checked. */
  reconciled: { differences: number } | null;
  price_books: readonly string[];
  /** Corrupt lines of a file that were left out because somebody asked for it. */
  skipped_lines: number;
};

/** An anomaly of spending that began in the window. */
export type ReportedAnomaly = {
  id: string;
  /** ms since 1970. */
  started_at: number;
  ended_at: number | null;
  scope: string;
  kind: string;
  actual_nano: bigint;
  expected_nano: bigint | null;
};

/** Everything a report is made of. Cells may be in any order; those outside their window are left out. */
export type ReportInput = {
  window: ReportWindow;
  /** ms since 1970: days that end after it are not complete. Forecast and pace are told as of this instant. */
  as_of: number;
  /** Looks at the spending of these names only. Counters of `quality` and anomalies are of everybody all the same. */
  filters?: SpendFilters;
  cells: readonly DayCell[];
  previous?: { how: 'prev' | 'yoy'; from: string; to: string; cells: readonly DayCell[] };
  /** The days before `as_of` that a forecast may learn from: see historyWindow. */
  history: readonly DayCell[];
  budgets: readonly BudgetStanding[];
  quality: LedgerQuality;
  anomalies?: readonly ReportedAnomaly[];
};
