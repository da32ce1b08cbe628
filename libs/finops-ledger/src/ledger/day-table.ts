import { addDays, type Calendar, lastDayOf, monthOf } from '@nexus/finops';
import type { Clock } from '@nexus/runtime';

/**
 * Three days around this process's clock, each with its first instant, its end and that of its month, today first. The
 * script takes the one that the server's clock is in, so that clocks that differ, or a midnight, never matter.
 */
export function createDayTable(calendar: Calendar, now: Clock): () => (string | number)[] {
  let known = { day: '', table: [] as (string | number)[] };
  function row(day: string): (string | number)[] {
    return [day, calendar.startOf(day), calendar.endOf(day), calendar.endOf(lastDayOf(monthOf(day)))];
  }
  return function dayTable() {
    const day = calendar.dayOf(now());
    if (day !== known.day) known = { day, table: [day, addDays(day, -1), addDays(day, 1)].flatMap(row) };
    return known.table;
  };
}
