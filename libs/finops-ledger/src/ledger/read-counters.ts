import { addMonths, daysFrom, monthOf } from '@nexus/finops';
import type { Redis } from 'ioredis';
import type { DayCounts } from './day-counts.ts';
import { corruptValue } from './ledger-fault.ts';
import { ledgerKeys } from './ledger-keys.ts';

/** Money of a scope in nano-USD. */
export type Counter = { spent: number; reserved: number };

/** Counters of a month: of its days (`DD`) and of the whole, by scope; and what became of each day's reservations. */
export type MonthCounters = {
  days: Map<string, Map<string, Counter>>;
  month: Map<string, Counter>;
  counts: Map<string, number[]>;
};

/**
 * What stands in a month's hash, see lua/include/counters.lua. `onUnreadable` is told fields that hold something else, which
 * are left out; by default it throws.
 */
export function readMonth(
  month: string,
  hash: Iterable<[string, Buffer]>,
  onUnreadable = (field: string): void => {
    throw corruptValue(ledgerKeys.budget(month), field);
  },
): MonthCounters {
  const counters: MonthCounters = { days: new Map(), month: new Map(), counts: new Map() };
  function setDay(day: string, scope: string, [spent = 0, reserved = 0]: number[]): void {
    const scopes = counters.days.get(day) ?? new Map<string, Counter>();
    counters.days.set(day, scopes.set(scope, { spent, reserved }));
  }
  for (const [field, bytes] of hash) {
    const [, day, mark, scope = ''] = /^(\d\d)([|#])(.*)$/s.exec(field) ?? [];
    const numbers = doublesOf(bytes, mark === '#' ? 6 : mark === '|' ? 2 : 5);
    if (numbers === undefined) onUnreadable(field);
    else if (day === undefined) {
      const [latest = 0, spent = 0, reserved = 0, monthSpent = 0, monthReserved = 0] = numbers;
      setDay(String(latest).padStart(2, '0'), field, [spent, reserved]);
      counters.month.set(field, { spent: monthSpent, reserved: monthReserved });
    } else if (mark === '#') counters.counts.set(day, numbers);
    else setDay(day, scope, numbers);
  }
  return counters;
}

/** Whole numbers of a packed field; undefined when it is something else. */
function doublesOf(bytes: Buffer, count: number): number[] | undefined {
  if (bytes.length !== count * 8) return undefined;
  const values = Array.from({ length: count }, (_, index) => bytes.readDoubleLE(index * 8));
  return values.every((value) => Number.isSafeInteger(value) && value >= 0) ? values : undefined;
}

/** Months from the one of a day to that of another. */
export function monthsOf(fromDay: string, toDay: string): string[] {
  const months: string[] = [];
  for (let day = `${monthOf(fromDay)}-01`; day <= toDay; day = addMonths(day, 1)) months.push(monthOf(day));
  return months;
}

/** What became of the reservations of days, both included; days without any are all zero. */
export async function readCounts(redis: Redis, fromDay: string, toDay: string): Promise<DayCounts[]> {
  const hashes = await Promise.all(
    monthsOf(fromDay, toDay).map(async (month) => {
      const hash = await redis.hgetallBuffer(ledgerKeys.budget(month));
      return [month, readMonth(month, Object.entries(hash))] as const;
    }),
  );
  const months = new Map(hashes);
  return daysFrom(fromDay, toDay).map((day) => {
    const [made = 0, settled = 0, voided = 0, expired = 0, late = 0, refused = 0] =
      months.get(monthOf(day))?.counts.get(day.slice(8)) ?? [];
    return { day, made, settled, voided, expired, late, refused };
  });
}
