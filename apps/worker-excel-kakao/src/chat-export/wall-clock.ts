const SECONDS_PER_DAY = 86_400;

/** Half of the day as exports write it: Korean, English, and the dotted English of 2018. */
export type Meridiem = 'am' | 'pm' | undefined;

/** KakaoTalk stamps before 1970 or from 2106 on do not exist; the limit lets a time fit into 32 bits. */
const FIRST_YEAR = 1970;
const LAST_YEAR = 2105;

const ENGLISH_MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Days since 1970-01-01 of a calendar date, or undefined when there is no such day (2026-13-45). */
export function dayNumber(year: number, month: number, day: number): number | undefined {
  if (year < FIRST_YEAR || year > LAST_YEAR || month < 1 || month > 12 || day < 1) return undefined;
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 ? date.getTime() / 1000 / SECONDS_PER_DAY : undefined;
}

/** Seconds since midnight, or undefined when no clock shows that. Midnight is 오전 12:00, noon 오후 12:00. */
export function secondsOfDay(hour: number, minute: number, rest: { second?: number; meridiem: Meridiem }) {
  const { second = 0, meridiem } = rest;
  if (hour > (meridiem === undefined ? 23 : 12) || minute > 59 || second > 59) return undefined;
  const hour24 = meridiem === undefined ? hour : (hour % 12) + (meridiem === 'pm' ? 12 : 0);
  return hour24 * 3600 + minute * 60 + second;
}

/** Reads 오전, 오후, AM, p.m. and their like. */
export function meridiemOf(text: string | undefined): Meridiem {
  if (text === undefined || text === '') return undefined;
  return text === '오전' || text[0] === 'a' || text[0] === 'A' ? 'am' : 'pm';
}

/** 1 to 12 for an English month, whole or shortened; 0 for any other word. */
export function englishMonth(name: string): number {
  return ENGLISH_MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
}

/** The wall-clock second at which a day begins. */
export function startOfDay(day: number): number {
  return day * SECONDS_PER_DAY;
}

/** The day (see dayNumber) of a wall-clock second. */
export function dayOf(at: number): number {
  return Math.floor(at / SECONDS_PER_DAY);
}

/** True when Intl knows the IANA time zone. */
export function isTimeZone(timeZone: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
    return true;
  } catch {
    return false;
  }
}

/**
 * The instant at which a clock in `timeZone` shows the wall-clock second `at`. An hour that a clock shows twice is read
 * as one of the two; one it skips is read with the offset beside it.
 */
export function instantOf(at: number, timeZone: string): Date {
  const asUtc = at * 1000;
  const first = asUtc - offsetMilliseconds(asUtc, timeZone);
  return new Date(asUtc - offsetMilliseconds(first, timeZone));
}

function offsetMilliseconds(instant: number, timeZone: string): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(instant / 1000) * 1000;
}
