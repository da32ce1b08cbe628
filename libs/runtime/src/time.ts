/** Tells the time in milliseconds since 1970 (UTC). Tests pass their own, so that minutes pass in milliseconds. */
export type Clock = () => number;

/** The clock on the wall. */
export function systemClock(): number {
  return Date.now();
}

/** An instant as ISO 8601 in UTC with milliseconds, e.g. `2026-11-22T18:16:37.123Z`. Throws RangeError on a number that is no instant. */
export function iso(epochMilliseconds: number): string {
  return new Date(epochMilliseconds).toISOString();
}
