/** Days and months of one time zone. Days are written `YYYY-MM-DD`, months `YYYY-MM`, instants are ms since 1970. */
export type Calendar = {
  zone: string;
  /** The calendar day an instant lies in. */
  dayOf(instant: number): string;
  /** The first instant of a day; a day may have 23 or 25 hours, and may begin later than midnight. */
  startOf(day: string): number;
  /** The first instant of the following day. */
  endOf(day: string): number;
};

const DAY_MS = 86_400_000;

/** Days as they are written: the first formatter of a process takes megabytes of languages, which UTC needs none of. */
const utc = rememberingDay({
  zone: 'UTC',
  dayOf: (instant) => new Date(instant).toISOString().slice(0, 10),
  startOf: (day) => Date.parse(`${day}T00:00:00Z`),
  endOf: (day) => Date.parse(`${day}T00:00:00Z`) + DAY_MS,
});

/** Finding a day is slow, and a ledger asks about the same day again and again. */
function rememberingDay(calendar: Calendar): Calendar {
  let known = { start: 0, end: 0, day: '' };
  function dayOf(instant: number): string {
    if (instant >= known.start && instant < known.end) return known.day;
    const day = calendar.dayOf(instant);
    known = { start: calendar.startOf(day), end: calendar.endOf(day), day };
    return day;
  }
  return { ...calendar, dayOf };
}

/** Throws RangeError for a zone that the runtime does not know. */
export function createCalendar(zone: string): Calendar {
  if (zone === utc.zone) return utc;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  function written(instant: number): string {
    const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
    return `${parts['year']}-${parts['month']}-${parts['day']}`;
  }
  function startOf(day: string): number {
    const there = Date.parse(`${day}T00:00:00Z`);
    let before = there - 15 * 3_600_000;
    let after = there + 15 * 3_600_000;
    while (after - before > 1) {
      const middle = Math.floor((before + after) / 2);
      if (written(middle) < day) before = middle;
      else after = middle;
    }
    return after;
  }
  const endOf = (day: string): number => startOf(addDays(day, 1));
  return rememberingDay({ zone, dayOf: written, startOf, endOf });
}

/** Whether a text is a day that exists, in the years 1970 to 9998. */
export function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return time >= 0 && text < '9999' && new Date(time).toISOString().startsWith(text);
}

/** The day `count` days later; before, when negative. */
export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}

/** How many days there are from the one to the other, both included. */
export function countDays(from: string, to: string): number {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / DAY_MS) + 1;
}

/** Every day from the one to the other, both included. */
export function daysFrom(from: string, to: string): string[] {
  return Array.from({ length: Math.max(0, countDays(from, to)) }, (_, index) => addDays(from, index));
}

/** The same day of the month `count` months later, or the last day of that month when it has fewer. */
export function addMonths(day: string, count: number): string {
  const months = Number(day.slice(0, 4)) * 12 + Number(day.slice(5, 7)) - 1 + count;
  const month = `${String(Math.floor(months / 12)).padStart(4, '0')}-${String((months % 12) + 1).padStart(2, '0')}`;
  const last = lastDayOf(month);
  const same = `${month}-${day.slice(8)}`;
  return same > last ? last : same;
}

/** The month of a day. */
export function monthOf(day: string): string {
  return day.slice(0, 7);
}

/** The last day of a month. */
export function lastDayOf(month: string): string {
  const next = new Date(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)), 0));
  return next.toISOString().slice(0, 10);
}

/** 0 is Sunday. */
export function weekdayOf(day: string): number {
  return new Date(`${day}T00:00:00Z`).getUTCDay();
}
