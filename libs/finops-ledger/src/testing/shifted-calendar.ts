import { type Calendar, createCalendar } from '@nexus/finops';

/**
 * UTC, but for what day it is: the test turns the calendar over, where Redis's clock cannot be. `noon` is the day that it
 * is at first, at noon.
 */
export type ShiftedCalendar = Calendar & { turn(days: number): void };

const DAY_MS = 86_400_000;

export function shiftedCalendar(noon: string): ShiftedCalendar {
  const utc = createCalendar('UTC');
  let shift = Date.parse(`${noon}T12:00:00Z`) - Date.now();
  return {
    zone: 'UTC',
    dayOf: (instant) => utc.dayOf(instant + shift),
    startOf: (day) => utc.startOf(day) - shift,
    endOf: (day) => utc.endOf(day) - shift,
    turn(days) {
      shift += days * DAY_MS;
    },
  };
}
