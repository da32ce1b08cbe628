/**
 * A script of the ledger for another script to run as a part of itself: both happen in one step and cost one round trip.
 * `lua` is a body that wants KEYS to be `keys`, ARGV to be one argument and `...` to be the answer of TIME or nothing; it
 * raises an error only before it has changed anything.
 */
export type LedgerRider<Request, Answer> = {
  lua: string;
  keys: readonly string[];
  /** Throws RangeError for what the ledger would not take. */
  argument(request: Request): string;
  /** Undefined where it is not decided: ask the ledger itself, which says what is wrong and does what is missing. */
  read(reply: unknown, reservationId: string): Answer | undefined;
};
