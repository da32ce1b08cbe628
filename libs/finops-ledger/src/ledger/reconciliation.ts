import type { Period } from './budget.ts';

/**
 * One number that is not what it should be. `cell`: a sum of spending that is not that of its lines. `spent`: a counter of
 * a scope that is not the sum of its lines. `reserved`: one that is not the sum of the open reservations. `unreadable`: the
 * Redis key holds something else; `expected` and `found` are empty. `lines`: somebody deleted lines; it cannot be mended.
 */
export type Difference = {
  what: 'cell' | 'spent' | 'reserved' | 'unreadable' | 'lines';
  /** The day, the month, or the hour in seconds since 1970. */
  period: Period | 'hour';
  at: string;
  /** Scope of a counter; tags and measure of a cell; key and field of what cannot be read. */
  name: string;
  expected: string;
  found: string;
};

/** `unchecked` are days whose lines are no longer in Redis (sealed and trimmed): only their reservations were compared. */
export type Reconciliation = { differences: Difference[]; lines: number; unchecked: string[] };
