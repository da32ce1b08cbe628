import type { ProviderName, Usage } from '../model.ts';

/** Money is in nano-USD (10⁻⁹ USD), whole. The caller names the reservation, so that asking again reserves once. */
export type ReserveRequest = {
  reservation_id: string;
  /** What the dearest provider still in the chain would cost. Not negative. */
  estimate_nano: bigint;
  team: string;
  project: string;
  purpose: string;
  /** After this many seconds an unsettled reservation no longer counts: longer than the call can take. */
  lifetime_s: number;
};

/** `reason` is `ok` or the soft text when reserved, the hard text when refused; both name projected and daily USD. */
export type Reservation =
  | { ok: true; reservation_id: string; reason: string; soft: boolean }
  | { ok: false; reason: string; retryAfterSeconds: number };

/** What a call really cost. `approx` = estimated, because the provider's usage is not known. */
export type Settlement = {
  actual_nano: bigint;
  provider: ProviderName;
  model: string;
  usage: Usage | undefined;
  approx: boolean;
};

/**
 * The budget, given to the router as functions. Every method is idempotent by reservation id, and rejects when the
 * state cannot be read: then nothing may be spent. A reservation belongs to the UTC day it was made in.
 */
export type LedgerPort = {
  /** Reserves the whole estimate or refuses; never part of it. */
  reserve(request: ReserveRequest): Promise<Reservation>;
  /**
   * Counts the cost and gives back the reservation. `changed` is false when it was settled or voided before. An expired
   * reservation is still settled: the money is spent. Rejects for an id that was never reserved.
   */
  settle(reservationId: string, settlement: Settlement): Promise<{ changed: boolean }>;
  /** Gives back the reservation of a call that cost nothing. `changed` is false when it was settled, voided or unknown. */
  void(reservationId: string): Promise<{ changed: boolean }>;
};
