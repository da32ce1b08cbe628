import type { Calendar } from '@nexus/finops';
import { scripts } from '../lua.generated.ts';
import type { Cap } from './budget.ts';
import { budgetScopes } from './budget-scopes.ts';
import { assertId, assertNano, assertSettlement } from './checked-amounts.ts';
import type { Ledger } from './ledger.ts';
import type { LedgerDay } from './ledger-day.ts';
import { KEY_PREFIX } from './ledger-keys.ts';
import type { LedgerScript } from './ledger-scripts.ts';
import { type HeldReply, readReservation } from './reservation-reply.ts';
import { scriptArgument } from './script-argument.ts';
import { settleArguments } from './settle-arguments.ts';

/** What lua/settle-1.lua returns. */
export type SettleReply = [number, keyof typeof ENDED] | ['differs' | 'forgotten'];

const LONGEST_LIFETIME_S = 86_400;
const ENDED = { s: 'settled', v: 'voided', l: 'late' } as const;

export type LedgerRidersOptions = { calendar: Calendar; today: LedgerDay; globalDay: Cap; dailyNano: bigint };

/** How to ask and to read the scripts of a call: for the ledger itself, and for the scripts they ride in. */
export function createLedgerRiders({ calendar, today, globalDay, dailyNano }: LedgerRidersOptions): Ledger['riders'] {
  const [hard, soft] = [Number(globalDay.hard_nano), Number(globalDay.soft_nano)];
  return {
    reserve: {
      ...riderScript('reserve'),
      argument({ reservation_id, estimate_nano, tags, key, lifetime_s }) {
        assertId(reservation_id);
        assertNano(estimate_nano, 'estimate_nano');
        if (!(lifetime_s > 0 && lifetime_s <= LONGEST_LIFETIME_S)) {
          throw new RangeError('lifetime_s must be more than 0 and a day at most.');
        }
        return scriptArgument([
          reservation_id,
          Number(estimate_nano),
          Math.ceil(lifetime_s * 1000),
          hard,
          soft,
          ...today.row(),
          ...budgetScopes(tags, key),
        ]);
      },
      read(reply, id) {
        const held = reply as HeldReply;
        if (held[0] === 'day') today.learn(held[1]);
        return readReservation(held, id, dailyNano);
      },
    },
    settle: {
      ...riderScript('settle'),
      argument(settlement) {
        const { reservation_id, reserved_at, estimate_nano, tags, key } = settlement;
        assertId(reservation_id);
        assertSettlement(settlement);
        const values = settleArguments(reservation_id, settlement);
        values.push(reserved_at, calendar.dayOf(reserved_at), Number(estimate_nano), ...budgetScopes(tags, key));
        return scriptArgument(values);
      },
      read(reply) {
        const [changed, kind] = reply as SettleReply;
        return kind === undefined ? undefined : { changed: changed === 1, kind: ENDED[kind] };
      },
    },
  };
}

function riderScript(name: LedgerScript): { lua: string; keys: string[] } {
  return { lua: scripts[name].lua, keys: [KEY_PREFIX] };
}
