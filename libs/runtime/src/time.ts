/** Tells the time in milliseconds since 1970 (UTC). Tests pass their own, so that minutes pass in milliseconds. */
export type Clock = () => number;

/** The clock on the wall. */
export function systemClock(): number {
  return Date.now();
}

/** An instant as ISO 8601 in UTC with milliseconds, e.g. `2026-11-22T18:16:37.123Z`. Throws RangeError on a number that is no instant. */
export function iso(epochMilliseconds: number): string {
  if (epochMilliseconds !== last.at) last = { at: epochMilliseconds, text: new Date(epochMilliseconds).toISOString() };
  return last.text;
}

/** A busy process writes many lines in one millisecond. */
let last = { at: 0, text: '1970-01-01T00:00:00.000Z' };
