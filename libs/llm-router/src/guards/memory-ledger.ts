import { nanoToUsd } from '@nexus/finops';
import type { LedgerPort, Reservation, ReserveRequest, Settlement } from './ledger-port.ts';

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

type Row = { day: string; estimate: bigint; expiresAt: number; answer: Reservation };

/** Ended reservations and settlements that are remembered; older ones are forgotten, so that memory stays bounded. */
const REMEMBERED = 10_000;
/** An unsettled reservation of a call that never came back is forgotten this long after it expired. */
const FORGET_MS = 86_400_000;

/**
 * A budget in memory that keeps the promises of {@link LedgerPort} for one process: two supervisors do not see each
 * other's, and a restart forgets what was spent.
 */
export function createMemoryLedger({ dailyNano, softFraction, hardFraction, now }: MemoryLedgerOptions): MemoryLedger {
  const open = new Map<string, Row>();
  const ended = new Map<string, Reservation | undefined>();
  const spent = new Map<string, bigint>();
  const settlements: (Settlement & { reservation_id: string })[] = [];

  function day(at = now()): BudgetDay {
    const day_key = dayKey(at);
    const present = now();
    let reserved = 0n;
    for (const [id, row] of open) {
      if (row.expiresAt + FORGET_MS < present) open.delete(id);
      else if (row.day === day_key && row.expiresAt > present) reserved += row.estimate;
    }
    return { day_key, spent: spent.get(day_key) ?? 0n, reserved };
  }

  function reserve({ reservation_id, estimate_nano, lifetime_s }: ReserveRequest): Reservation {
    const known = open.get(reservation_id)?.answer ?? ended.get(reservation_id);
    if (known !== undefined) return known;
    const today = day();
    const projected = today.spent + today.reserved + estimate_nano;
    const amounts = () => `projected=${nanoToUsd(projected)} daily=${nanoToUsd(dailyNano)}`;
    if (projected > part(dailyNano, hardFraction)) {
      return { ok: false, reason: `budget_hard_exceeded ${amounts()}`, retryAfterSeconds: secondsUntilTomorrow(now()) };
    }
    const soft = projected > part(dailyNano, softFraction);
    const reason = soft ? `budget_soft_exceeded ${amounts()}` : 'ok';
    const answer: Reservation = { ok: true, reservation_id, soft, reason, reserved_at: now() };
    const expiresAt = now() + lifetime_s * 1000;
    open.set(reservation_id, { day: today.day_key, estimate: estimate_nano, expiresAt, answer });
    return answer;
  }

  function settle(reservation_id: string, settlement: Settlement): { changed: boolean } {
    const row = open.get(reservation_id);
    if (row === undefined && ended.has(reservation_id)) return { changed: false };
    const day_key = row?.day ?? dayKey(settlement.reserved_at);
    end(reservation_id, row);
    spent.set(day_key, (spent.get(day_key) ?? 0n) + settlement.actual_nano);
    settlements.push({ ...settlement, reservation_id });
    if (settlements.length > REMEMBERED) settlements.shift();
    return { changed: true };
  }

  function voidReservation(reservation_id: string): { changed: boolean } {
    const row = open.get(reservation_id);
    if (row === undefined) return { changed: false };
    end(reservation_id, row);
    return { changed: true };
  }

  function end(reservation_id: string, row: Row | undefined): void {
    open.delete(reservation_id);
    ended.set(reservation_id, row?.answer);
    const oldest = ended.size > REMEMBERED ? ended.keys().next().value : undefined;
    if (oldest !== undefined) ended.delete(oldest);
  }

  return {
    reserve: async (request) => reserve(request),
    settle: async (reservationId, settlement) => settle(reservationId, settlement),
    void: async (reservationId) => voidReservation(reservationId),
    day,
    settlements,
  };
}

function dayKey(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}

/** A fraction of an amount, counted in millionths so that no money is lost to floating point. */
function part(amount: bigint, fraction: number): bigint {
  return (amount * BigInt(Math.round(fraction * 1_000_000))) / 1_000_000n;
}

function secondsUntilTomorrow(now: number): number {
  return Math.ceil((86_400_000 - (now % 86_400_000)) / 1000);
}
