import { monthOf } from '@nexus/finops';
import type { DayInspection, MonthInspection } from './inspect.ts';
import { ledgerKeys } from './ledger-keys.ts';
import { type Counter, readMonth } from './read-counters.ts';
import type { Difference } from './reconciliation.ts';

/** What a scope has spent on a day lacks of its lines, in nano-USD; may be negative. */
export type CounterFinding = { month: string; day: string; scope: string; lacks: number; difference: Difference };

/** Scopes that have not spent on a day what its lines say. */
export function compareSpent(
  { day, counters }: DayInspection,
  expected: ReadonlyMap<string, number>,
): CounterFinding[] {
  const month = monthOf(day);
  const found = readMonth(month, counters, () => undefined).days.get(day.slice(8)) ?? new Map<string, Counter>();
  return [...new Set([...expected.keys(), ...found.keys()])].flatMap((scope) => {
    const lines = expected.get(scope) ?? 0;
    const spent = found.get(scope)?.spent ?? 0;
    if (lines === spent) return [];
    const difference = differs('spent', { period: 'day', at: day, name: scope }, [lines, spent]);
    return [{ month, day, scope, lacks: lines - spent, difference }];
  });
}

/**
 * A month against its own days, and what is reserved against the open reservations: of the whole month, and of those of
 * its days that are asked for.
 */
export function compareMonth(month: string, inspection: MonthInspection, days: readonly string[]): Difference[] {
  const differences: Difference[] = inspection.unreadable.map((name) => unreadable(month, name));
  const key = ledgerKeys.budget(month);
  const counters = readMonth(month, inspection.counters, (field) => {
    differences.push(unreadable(month, `${key} ${field}`));
  });
  const open = { month: new Map<string, number>(), days: new Map<string, Map<string, number>>() };
  for (const { day, scope, nano } of inspection.sums) {
    open.month.set(scope, (open.month.get(scope) ?? 0) + nano);
    const ofDay = open.days.get(day) ?? new Map<string, number>();
    open.days.set(day, ofDay.set(scope, (ofDay.get(scope) ?? 0) + nano));
  }
  differences.push(...compareReserved({ period: 'month', at: month }, counters.month, open.month));
  for (const day of days) {
    const found = counters.days.get(day.slice(8)) ?? new Map<string, Counter>();
    differences.push(
      ...compareReserved({ period: 'day', at: day }, found, open.days.get(day) ?? new Map<string, number>()),
    );
  }
  const spent = new Map<string, number>();
  for (const scopes of counters.days.values()) {
    for (const [scope, counter] of scopes) spent.set(scope, (spent.get(scope) ?? 0) + counter.spent);
  }
  for (const [scope, counter] of counters.month) {
    const sum = spent.get(scope) ?? 0;
    if (sum === counter.spent) continue;
    differences.push(differs('spent', { period: 'month', at: month, name: scope }, [sum, counter.spent]));
  }
  return differences;
}

type Frame = Pick<Difference, 'period' | 'at'>;

function compareReserved(
  frame: Frame,
  found: ReadonlyMap<string, Counter>,
  open: ReadonlyMap<string, number>,
): Difference[] {
  return [...new Set([...found.keys(), ...open.keys()])].flatMap((scope) => {
    const holds = open.get(scope) ?? 0;
    const reserved = found.get(scope)?.reserved ?? 0;
    return holds === reserved ? [] : [differs('reserved', { ...frame, name: scope }, [holds, reserved])];
  });
}

function differs(
  what: Difference['what'],
  place: Pick<Difference, 'period' | 'at' | 'name'>,
  [expected, found]: [number, number],
): Difference {
  return { what, ...place, expected: String(expected), found: String(found) };
}

function unreadable(month: string, name: string): Difference {
  return { what: 'unreadable', period: 'month', at: month, name, expected: '', found: '' };
}
