import type { DayCell, HourCell, LedgerLine, SpendTags, TokenUsage } from '@nexus/finops';
import type { BudgetRow, Cap, CapChange, DeclaredCap, Period } from './budget.ts';
import type { DayCounts } from './day-counts.ts';
import type { LedgerRider } from './ledger-rider.ts';
import type { Reconciliation } from './reconciliation.ts';

/** What a call is for. Its budget scopes are made of it: see budgetScopes. */
export type BudgetTags = { team: string; project: string; purpose: string };

/** Money is in whole nano-USD (10⁻⁹ USD), from 0 to 2⁵⁰. The caller names the reservation: asking again reserves once. */
export type ReserveRequest = {
  reservation_id: string;
  estimate_nano: bigint;
  tags: BudgetTags;
  /** Id of the caller's key, a scope of its own. */
  key?: string;
  /** After so many seconds, a day at most, an unsettled reservation no longer counts: longer than the call can take. */
  lifetime_s: number;
};

/**
 * `reason` is `ok`, or names the budget that is passed: its soft part when reserved, its hard one when refused.
 * `reserved_at` is the server's time in ms since 1970: the reservation belongs to that instant's day and month.
 */
export type Reservation =
  | { ok: true; reservation_id: string; reason: string; soft: boolean; reserved_at: number }
  | { ok: false; reason: string; retryAfterSeconds: number; scope: string; period: Period };

/** What one billed answer cost; `reserved_at` and `estimate_nano` are those of its reservation. */
export type Settlement = {
  reserved_at: number;
  estimate_nano: bigint;
  actual_nano: bigint;
  /** What it would have cost without the provider's cache. */
  list_nano: bigint;
  provider: string;
  model: string;
  tags: BudgetTags;
  /** Id of the caller's key, as it was reserved with. */
  key?: string;
  usage: TokenUsage;
  /** The tokens were counted by characters. */
  approx: boolean;
  /** Billed, but of no use to the caller. */
  wasted: boolean;
  price_source: LedgerLine['price_source'];
  /** Which key of the provider. */
  key_id: string;
  /** First 16 hex digits of the hash of the prompt. */
  fp: string;
  task_id: string | null;
  /** Whole milliseconds. */
  latency_ms: number;
  budget_reason: string;
};

/** `late`: its reservation had expired or was lost. `voided`: it was given back before, so nothing was counted. */
export type Settled = { changed: boolean; kind: 'settled' | 'late' | 'voided' };

/** `broken` are errors of reservations that cannot be read: their money stays reserved until somebody repairs them. */
export type Sweep = { expired: number; more: boolean; broken: string[] };

/**
 * Which lines: of one month's stream in the order they were written, optionally behind the line `after`; or those whose
 * `ts` is in [from, to), month by month.
 */
export type LineRange = { month: string; after?: string } | { from: number; to: number };

/**
 * The ledger. Every method rejects when Redis is away or a value in it cannot be read, and then nothing has changed.
 * Money is counted in all scopes of a call whether they have a cap or not. Days and months are those of the ledger's zone.
 */
export type Ledger = {
  /**
   * Holds the estimate in all scopes, or refuses. Idempotent by id until the reservation has ended; after that the id is
   * refused with an error.
   */
  reserve(request: ReserveRequest): Promise<Reservation>;
  /**
   * Counts the cost and gives back the reservation, once; told again it changes nothing. An expired reservation, and one
   * that Redis has lost, is counted as `late`. Rejects for an unknown one reserved more than two hours ago: nobody can
   * tell whether it was settled before. After an error with unknown outcome the caller tells it again.
   */
  settle(reservationId: string, settlement: Settlement): Promise<Settled>;
  /** The same two for the scripts of others on the same server. What they leave open is asked and told here again. */
  riders: {
    reserve: LedgerRider<ReserveRequest, Reservation>;
    settle: LedgerRider<Settlement & { reservation_id: string }, Settled>;
  };
  /** Gives back the reservation of a call that cost nothing. `changed` is false when it had ended or is not known. */
  void(reservationId: string): Promise<{ changed: boolean }>;
  /** Counts a call answered from the cache and what it would have cost. Not idempotent, and no money: told at most once. */
  avoided(tags: SpendTags, nano: bigint): Promise<void>;
  /** Gives back a bounded number of expired reservations. For a schedule; reserve does it by itself before it refuses. */
  sweep(): Promise<Sweep>;
  /** All caps, and every scope that spent in the day and month of `at` (ms since 1970; now unless told). */
  budgets(at?: number): Promise<BudgetRow[]>;
  /** `owned_by_file`: the budgets file declares it, so it is changed there. */
  setCap(period: Period, scope: string, cap: Cap): Promise<CapChange>;
  deleteCap(period: Period, scope: string): Promise<CapChange>;
  /** Makes the caps of the budgets file exactly these; those of the API stay, unless the file declares them too. */
  applyCapsFile(caps: readonly DeclaredCap[]): Promise<void>;
  /** Days `YYYY-MM-DD`, both included. Ordered by day. */
  dayCells(fromDay: string, toDay: string): Promise<DayCell[]>;
  /** Starts of hours in seconds since 1970, both included. Kept for a hundred days. Ordered by hour. */
  hourCells(fromHour: number, toHour: number): Promise<HourCell[]>;
  /** In bounded memory. Lines that were sealed and trimmed are no longer there. */
  lines(range: LineRange): AsyncIterable<LedgerLine>;
  /** Months that have lines, `YYYY-MM`, oldest first. */
  months(): Promise<string[]>;
  /** What became of reservations, for each day from one to the other. */
  counts(fromDay: string, toDay: string): Promise<DayCounts[]>;
  /** Compares lines, cells, counters and open reservations; exact also while calls are settled. */
  reconcile(fromDay: string, toDay: string): Promise<Reconciliation>;
  /**
   * Makes cells and counters of these days what the lines say, and the reserved what the open reservations say; returns
   * what differed. Safe while calls are settled. Answers from the cache are kept: they have no lines.
   */
  rebuild(fromDay: string, toDay: string): Promise<Reconciliation>;
};
