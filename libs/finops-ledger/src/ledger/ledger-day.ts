import { type Calendar, lastDayOf, monthOf } from '@nexus/finops';
import type { Clock } from '@nexus/runtime';

/** A day's name, first instant, end, and the end of its month, as scripts take it. */
export type DayRow = [day: string, start: number, end: number, monthEnd: number];

/**
 * The day it is by the server's clock, as far as this process knows. Redis knows no time zones, so scripts are told the
 * day and look whether their clock is in it; if it is not they answer with their instant, which is learnt here, and are
 * asked again. So clocks that differ, or a midnight between two of them, decide nothing.
 */
export type LedgerDay = { row(): DayRow; learn(serverInstant: number): void };

export function createLedgerDay(calendar: Calendar, now: Clock): LedgerDay {
  let ahead = 0;
  let known: DayRow = ['', 0, 0, 0];
  return {
    row() {
      const day = calendar.dayOf(now() + ahead);
      if (day !== known[0]) {
        known = [day, calendar.startOf(day), calendar.endOf(day), calendar.endOf(lastDayOf(monthOf(day)))];
      }
      return known;
    },
    learn(serverInstant) {
      ahead = serverInstant - now();
    },
  };
}
