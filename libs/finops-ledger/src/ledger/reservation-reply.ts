import { nanoToUsd } from '@nexus/finops';
import type { Period } from './budget.ts';
import type { Reservation } from './ledger.ts';

/** What lua/reserve-1.lua returns. */
export type HeldReply =
  | ['held', number]
  | ['held' | 'refused', number, string, Period, string, string]
  | ['ended', string]
  | ['differs']
  | ['due']
  | ['day', number];

const ENDED: Readonly<Record<string, string>> = {
  s: 'was settled',
  v: 'was given back',
  l: 'was settled late',
  x: 'has expired',
};

/** Why the id of such a reply holds no money, and never will. */
export function unusableReservation(reply: HeldReply): Error {
  if (reply[0] !== 'ended') {
    return new Error('This id holds another amount already: reserve each amount with an id of its own.');
  }
  const ending = ENDED[reply[1]] ?? 'has ended';
  return new Error(`This reservation ${ending}, so it holds no money: reserve with a new id.`);
}

/** The reservation of a reply; undefined for one that holds none. `dailyNano`: the whole daily budget. */
export function readReservation(reply: HeldReply, id: string, dailyNano: bigint): Reservation | undefined {
  if (reply[0] !== 'held' && reply[0] !== 'refused') return undefined;
  if (reply.length === 2) return { ok: true, reservation_id: id, reason: 'ok', soft: false, reserved_at: reply[1] };
  const [verdict, milliseconds, scope, period, projected, cap] = reply;
  const amounts = amountsOf({ scope, period, projected: BigInt(projected), cap: BigInt(cap) }, dailyNano);
  if (verdict === 'refused') {
    const retryAfterSeconds = Math.ceil(milliseconds / 1000);
    return { ok: false, reason: `budget_hard_exceeded ${amounts}`, retryAfterSeconds, scope, period };
  }
  return {
    ok: true,
    reservation_id: id,
    reason: `budget_soft_exceeded ${amounts}`,
    soft: true,
    reserved_at: milliseconds,
  };
}

type Passed = { scope: string; period: Period; projected: bigint; cap: bigint };

/** Of the daily budget of everything the contract says `daily`: the whole of it, not its hard part. */
function amountsOf({ scope, period, projected, cap }: Passed, dailyNano: bigint): string {
  if (scope === 'global' && period === 'day') return `projected=${nanoToUsd(projected)} daily=${nanoToUsd(dailyNano)}`;
  const name = scope.replaceAll(/[\s\p{C}]/gu, '_');
  return `scope=${name} period=${period} projected=${nanoToUsd(projected)} cap=${nanoToUsd(cap)}`;
}
