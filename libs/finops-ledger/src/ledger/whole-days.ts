import { type Calendar, monthOf } from '@nexus/finops';
import type { Redis } from 'ioredis';
import type { Combinations } from './combinations.ts';
import { compareCells } from './compare-cells.ts';
import { instantOf, isAtMost } from './entry-id.ts';
import type { DayInspection } from './inspect.ts';
import { readMonth } from './read-counters.ts';
import type { Difference } from './reconciliation.ts';

/** Counters are kept 400 days: what expires soon is not compared. */
const KEPT_MS = 395 * 86_400_000;

/** How many lines the scripts say that they wrote for a day. */
export function countedLines({ day, counters }: DayInspection): number {
  const [, settled = 0, , , late = 0] =
    readMonth(monthOf(day), counters, () => undefined).counts.get(day.slice(8)) ?? [];
  return settled + late;
}

/** `lines` were found of a day, and `counted` were written. */
export type Evidence = {
  lines: number;
  counted: number;
  removal: Removal;
  calendar: Calendar;
  combinations: Combinations;
};

/** Whether all lines of a day are in Redis. Sealed ones are trimmed from the front of a stream. */
export function isWhole(day: DayInspection, { lines, counted, removal, calendar, combinations }: Evidence): boolean {
  if (calendar.startOf(day.day) < day.now - KEPT_MS) return false;
  if (day.first === '') {
    const place = { key: '', period: 'day' as const, at: day.day };
    return counted === 0 && compareCells(new Map(), day.cells, { place, combinations }).length === 0;
  }
  if (lines < counted) return false;
  if (removal.entries === 0 || instantOf(day.first) <= calendar.startOf(day.day)) return true;
  return counted > 0 && lines === counted;
}

/** `entries` taken out of a stream, undefined before Redis 7; `deleted`: some from among those that are still there. */
export type Removal = { entries: number | undefined; deleted: boolean };

/** What is known about entries that are gone from a stream. */
export async function removalFrom(redis: Redis, key: string): Promise<Removal> {
  const facts = (await redis.xinfo('STREAM', key).catch(() => [])) as unknown[];
  const fact = (name: string): unknown => (facts.includes(name) ? facts[facts.indexOf(name) + 1] : undefined);
  const added = fact('entries-added');
  const [first] = (fact('first-entry') ?? []) as string[];
  const deleted = fact('max-deleted-entry-id');
  return {
    entries: added === undefined ? undefined : Number(added) - Number(fact('length')),
    deleted: typeof deleted === 'string' && first !== undefined && isAtMost(first, deleted),
  };
}

/** Says that lines are gone which were not trimmed. */
export function lostLines(at: string, counted: number, found: number): Difference {
  return { what: 'lines', period: 'day', at, name: 'lines', expected: String(counted), found: String(found) };
}
