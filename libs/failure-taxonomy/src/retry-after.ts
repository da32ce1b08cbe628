/** Longer requests to wait are cut to a day: a broken header must not park a task for years. */
const LONGEST_SECONDS = 86_400;

/**
 * Seconds to wait from a `Retry-After` header: whole seconds or an HTTP date (RFC 9110, 10.2.3), a date in the past is
 * 0. `now` is in epoch milliseconds. Undefined when there is no usable value; never throws.
 */
export function parseRetryAfter(value: unknown, now: number): number | undefined {
  if (typeof value === 'number')
    return Number.isFinite(value) && value >= 0 ? Math.min(value, LONGEST_SECONDS) : undefined;
  if (typeof value !== 'string') return undefined;
  const written = value.trim();
  // Some providers send fractions, e.g. "1.5".
  if (/^\d{1,12}(\.\d{1,6})?$/.test(written)) return Math.min(Number(written), LONGEST_SECONDS);
  if (!/^[A-Za-z]{3,9},? /.test(written)) return undefined;
  const instant = Date.parse(written);
  if (Number.isNaN(instant)) return undefined;
  return Math.min(Math.max(0, Math.ceil((instant - now) / 1000)), LONGEST_SECONDS);
}
