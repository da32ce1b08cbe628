import type { ProviderName, Usage } from '../model.ts';
import type { CallTags } from '../routing/router-ports.ts';
import type { RiderScript } from './guard-scripts.ts';

/** Money is in nano-USD (10⁻⁹ USD), whole. The caller names the reservation, so that asking again reserves once. */
export type ReserveRequest = {
  reservation_id: string;
  /** What the dearest provider still in the chain would cost. Not negative. */
  estimate_nano: bigint;
  tags: CallTags;
  /** After this many seconds an unsettled reservation no longer counts: longer than the call can take. */
  lifetime_s: number;
};

/**
 * `reason` is `ok` or the soft text when reserved, the hard text when refused; both name what is projected and the limit.
 * `reserved_at` is the ledger's own time, in milliseconds since 1970.
 */
export type Reservation =
  | { ok: true; reservation_id: string; reason: string; soft: boolean; reserved_at: number }
  | { ok: false; reason: string; retryAfterSeconds: number };

/** What one billed answer really cost; with `reserved_at` and `estimated_nano` of its reservation. */
export type Settlement = {
  tags: CallTags;
  reserved_at: number;
  estimated_nano: bigint;
  actual_nano: bigint;
  /** What it would have cost without the provider's cache. */
  list_nano: bigint;
  provider: ProviderName;
  model: string;
  usage: Usage;
  /** The provider did not tell its usage: counted by characters. */
  approx: boolean;
  /** Billed, but of no use to the caller: failed, refused or cut off. */
  wasted: boolean;
  price_source: 'configured' | 'book' | 'base';
  /** Of the price book, when the price is from it. */
  price_version: string | null;
  /** Which key of the provider. */
  key_id: string;
  latency_ms: number;
  budget_reason: string;
};

/**
 * One of the methods below as a script for the guards' scripts to run as a part of themselves, for a ledger that is in the
 * same Redis: then it costs no round trip, and happens if and only if they do. `lua` and `keys` are a {@link RiderScript}.
 */
export type LedgerRider<Request, Answer> = RiderScript & {
  /** May throw; then the method itself is to be called, which says what is wrong. */
  argument: (request: Request) => string;
  /** Undefined where the reply decides nothing: the method is to be called with the same request. */
  read: (reply: unknown, request: Request) => Answer | undefined;
};

/**
 * The budget, given to the router as functions. Every method is idempotent by reservation id, and rejects when the
 * state cannot be read: then nothing may be spent. A reservation belongs to the calendar day it was made in.
 */
export type LedgerPort = {
  /** Reserves the whole estimate or refuses; never part of it. */
  reserve(request: ReserveRequest): Promise<Reservation>;
  /**
   * Counts the cost and gives back the reservation. `changed` is false when it was settled or voided before. An expired
   * reservation is still settled, and so is one the ledger has lost: the money is spent.
   */
  settle(reservationId: string, settlement: Settlement): Promise<{ changed: boolean }>;
  /** Gives back the reservation of a call that cost nothing. `changed` is false when it was settled, voided or unknown. */
  void(reservationId: string): Promise<{ changed: boolean }>;
  /** Where there are any, the guards must have been created with them. */
  riders?: {
    reserve: LedgerRider<ReserveRequest, Reservation>;
    settle: LedgerRider<Settlement & { reservation_id: string }, { changed: boolean }>;
  };
};
