import type { LedgerPort, Reservation, ReserveRequest, Settlement } from '../guards/ledger-port.ts';

/** `dailyNano` in nano-USD; the fractions as LLM_BUDGET_SOFT_PCT and LLM_BUDGET_HARD_PCT, 1 = all of it. */
export type MemoryLedgerOptions = {
  dailyNano: bigint;
  softFraction: number;
  hardFraction: number;
  /** Milliseconds since 1970. */
  now: () => number;
};

/** What one UTC day has spent, and what is reserved of it now. */
export type BudgetDay = { day_key: string; spent: bigint; reserved: bigint };

export type MemoryLedger = LedgerPort & {
  /** The day of `at` (now unless told). */
  day(at?: number): BudgetDay;
  /** What was settled, in order, for tests to look at. */
  settlements: readonly (Settlement & { reservation_id: string })[];
};

type Row = {
  day: string;
  estimate: bigint;
  expiresAt: number;
  state: 'reserved' | 'settled' | 'voided';
  answer: Reservation;
};

/** A budget in memory that keeps the promises of {@link LedgerPort}; for tests and for a router without a ledger. */
export function createMemoryLedger({ dailyNano, softFraction, hardFraction, now }: MemoryLedgerOptions): MemoryLedger {
  const rows = new Map<string, Row>();
  const spent = new Map<string, bigint>();
  const settlements: (Settlement & { reservation_id: string })[] = [];

  function day(at = now()): BudgetDay {
    const day_key = new Date(at).toISOString().slice(0, 10);
    let reserved = 0n;
    for (const row of rows.values()) {
      const counts = row.day === day_key && row.state === 'reserved' && row.expiresAt > now();
      if (counts) reserved += row.estimate;
    }
    return { day_key, spent: spent.get(day_key) ?? 0n, reserved };
  }

  function reserve({ reservation_id, estimate_nano, lifetime_s }: ReserveRequest): Reservation {
    const known = rows.get(reservation_id);
    if (known !== undefined) return known.answer;
    const today = day();
    const projected = today.spent + today.reserved + estimate_nano;
    const amounts = `projected=${usd(projected)} daily=${usd(dailyNano)}`;
    if (projected > part(dailyNano, hardFraction)) {
      return { ok: false, reason: `budget_hard_exceeded ${amounts}`, retryAfterSeconds: secondsUntilTomorrow(now()) };
    }
    const soft = projected > part(dailyNano, softFraction);
    const answer: Reservation = {
      ok: true,
      reservation_id,
      soft,
      reason: soft ? `budget_soft_exceeded ${amounts}` : 'ok',
    };
    const expiresAt = now() + lifetime_s * 1000;
    rows.set(reservation_id, { day: today.day_key, estimate: estimate_nano, expiresAt, state: 'reserved', answer });
    return answer;
  }

  function settle(reservation_id: string, settlement: Settlement): { changed: boolean } {
    const row = rows.get(reservation_id);
    if (row === undefined) throw new Error('This reservation is not known: reserve before settling.');
    if (row.state !== 'reserved') return { changed: false };
    row.state = 'settled';
    spent.set(row.day, (spent.get(row.day) ?? 0n) + settlement.actual_nano);
    settlements.push({ ...settlement, reservation_id });
    return { changed: true };
  }

  function voidReservation(reservation_id: string): { changed: boolean } {
    const row = rows.get(reservation_id);
    if (row?.state !== 'reserved') return { changed: false };
    row.state = 'voided';
    return { changed: true };
  }

  return {
    reserve: async (request) => reserve(request),
    settle: async (reservationId, settlement) => settle(reservationId, settlement),
    void: async (reservationId) => voidReservation(reservationId),
    day,
    settlements,
  };
}

/** A fraction of an amount, counted in millionths so that no money is lost to floating point. */
function part(amount: bigint, fraction: number): bigint {
  return (amount * BigInt(Math.round(fraction * 1_000_000))) / 1_000_000n;
}

/** Nano-USD as a decimal number of USD without useless zeros, e.g. `0.0125`. */
function usd(nano: bigint): string {
  const digits = nano.toString().padStart(10, '0');
  const decimals = digits.slice(-9).replace(/0+$/, '');
  return decimals === '' ? digits.slice(0, -9) : `${digits.slice(0, -9)}.${decimals}`;
}

function secondsUntilTomorrow(now: number): number {
  return Math.ceil((86_400_000 - (now % 86_400_000)) / 1000);
}
