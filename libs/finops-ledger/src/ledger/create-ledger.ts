import { type Calendar, createCalendar, type SpendTags } from '@nexus/finops';
import type { Clock } from '@nexus/runtime';
import type { Redis } from 'ioredis';
import { assertCap, type Cap } from './budget.ts';
import { createCapChanges, readBudgets } from './budgets.ts';
import { assertId, assertNano } from './checked-amounts.ts';
import { createCombinations } from './combinations.ts';
import type { Ledger, Reservation, ReserveRequest, Settled, Settlement, Sweep } from './ledger.ts';
import { createLedgerDay } from './ledger-day.ts';
import { KEY_PREFIX, ledgerKeys } from './ledger-keys.ts';
import { createLedgerRiders, type SettleReply } from './ledger-riders.ts';
import { bindLedgerScripts } from './ledger-scripts.ts';
import { readCounts } from './read-counters.ts';
import { readDayCells, readHourCells } from './read-cells.ts';
import { readLines } from './read-lines.ts';
import { rebuild } from './rebuild.ts';
import { reconcile } from './reconcile.ts';
import { type HeldReply, unusableReservation } from './reservation-reply.ts';
import { combinationText } from './settle-arguments.ts';

export type LedgerOptions = {
  /** IANA zone of calendar days and months. */
  zone: string;
  /** The daily budget of everything; the fractions as LLM_BUDGET_SOFT_PCT and LLM_BUDGET_HARD_PCT, 1 = all of it. */
  dailyNano: bigint;
  softFraction: number;
  hardFraction: number;
  /** Only to guess the day before the server was asked; everything goes by the server's clock. */
  now: Clock;
};

/** Expired reservations that one sweep gives back at most: about five milliseconds of Redis. */
const SWEPT_AT_ONCE = 200;

/** Opens the ledger on a connection. Throws RangeError for an unknown zone and for a daily budget above 9,000,000 USD. */
export function createLedger(redis: Redis, options: LedgerOptions): Ledger {
  return createLedgerIn(createCalendar(options.zone), redis, options);
}

/** The same in a calendar that a test can turn over. */
export function createLedgerIn(calendar: Calendar, redis: Redis, options: Omit<LedgerOptions, 'zone'>): Ledger {
  const globalDay = dailyCap(options);
  const bound = bindLedgerScripts(redis);
  const { run } = bound;
  const today = createLedgerDay(calendar, options.now);
  const riders = createLedgerRiders({ calendar, today, globalDay, dailyNano: options.dailyNano });
  const combinations = createCombinations(redis);
  const parts = { ...bound, redis, calendar, combinations };

  async function reserve(request: ReserveRequest): Promise<Reservation> {
    const reply = (await run('reserve', [KEY_PREFIX], riders.reserve.argument(request))) as HeldReply;
    const reservation = riders.reserve.read(reply, request.reservation_id);
    if (reservation !== undefined) return reservation;
    if (reply[0] !== 'day' && reply[0] !== 'due') throw unusableReservation(reply);
    // Each sweep leaves fewer of them.
    if (reply[0] === 'due') await sweep();
    return reserve(request);
  }

  async function settle(reservation_id: string, settlement: Settlement): Promise<Settled> {
    const argument = riders.settle.argument({ ...settlement, reservation_id });
    const reply = (await run('settle', [KEY_PREFIX], argument)) as SettleReply;
    const settled = riders.settle.read(reply, reservation_id);
    if (settled !== undefined) return settled;
    throw new Error(
      reply[0] === 'differs'
        ? 'This reservation was made with other tags: settle with those it was made with. Nothing was counted.'
        : 'This reservation is not known and was made more than two hours ago (or in the future), so it may have been settled before. Nothing was counted.',
    );
  }

  async function avoided(tags: SpendTags, nano: bigint): Promise<void> {
    assertNano(nano, 'nano');
    const [day, start, end] = today.row();
    const reply = await run('avoid', [KEY_PREFIX], String(nano), combinationText(tags, '', ''), day, start, end);
    const [answer, instant] = reply as [1] | ['day', number];
    if (answer === 1 || instant === undefined) return;
    today.learn(instant);
    await avoided(tags, nano);
  }

  async function sweep(): Promise<Sweep> {
    const [expired, more, ...faults] = (await run('sweep', [KEY_PREFIX], SWEPT_AT_ONCE)) as [
      number,
      number,
      ...string[],
    ];
    return { expired, more: more === 1, broken: faults.map((text) => text.replace('LEDGER_CORRUPT ', '').trim()) };
  }

  return {
    reserve,
    settle,
    riders,
    async void(id) {
      assertId(id);
      return { changed: (await run('void', [KEY_PREFIX], id)) === 1 };
    },
    avoided,
    sweep,
    async budgets(at) {
      return readBudgets(at ?? (await serverTime(redis)), { redis, calendar, globalDay });
    },
    ...createCapChanges(run),
    dayCells: (from, to) => readDayCells(from, to, parts),
    hourCells: (from, to) => readHourCells(from, to, parts),
    lines: (range) => readLines(range, parts),
    async months() {
      return (await redis.smembers(ledgerKeys.months)).sort();
    },
    counts: (from, to) => readCounts(redis, from, to),
    reconcile: (from, to) => reconcile(from, to, parts),
    rebuild: (from, to) => rebuild(from, to, parts),
  };
}

async function serverTime(redis: Redis): Promise<number> {
  const [seconds, microseconds] = await redis.time();
  return Number(seconds) * 1000 + Math.floor(Number(microseconds) / 1000);
}

function dailyCap({ dailyNano, softFraction, hardFraction }: Omit<LedgerOptions, 'zone' | 'now'>): Cap {
  const hard_nano = part(dailyNano, hardFraction);
  const soft_nano = part(dailyNano, softFraction);
  assertCap({ hard_nano, soft_nano: soft_nano < hard_nano ? soft_nano : hard_nano });
  return { hard_nano, soft_nano };
}

/** A fraction of an amount, counted in millionths so that no money is lost to floating point. */
function part(amount: bigint, fraction: number): bigint {
  return (amount * BigInt(Math.round(fraction * 1_000_000))) / 1_000_000n;
}
