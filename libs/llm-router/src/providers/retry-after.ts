import { parseRetryAfter } from '@nexus/failure-taxonomy';
import type { WireHeaders } from '../transport/exchange.ts';

const LONGEST_SECONDS = 86_400;

/** Cuts a wait to a whole number of milliseconds between 0 and a day; undefined for what is no number. */
export function boundedSeconds(seconds: number | undefined): number | undefined {
  if (seconds === undefined || !Number.isFinite(seconds)) return undefined;
  return Math.ceil(Math.min(Math.max(0, seconds), LONGEST_SECONDS) * 1000) / 1000;
}

/**
 * Seconds to wait by the headers: `retry-after-ms` (OpenAI, Azure; the finer one) before `retry-after` (seconds or an HTTP
 * date). A date in the past is 0. `now` is in epoch milliseconds.
 */
export function retryAfterOf(headers: WireHeaders, now: number): number | undefined {
  const milliseconds = headers['retry-after-ms'];
  if (typeof milliseconds === 'string' && /^\d{1,15}(\.\d{1,6})?$/.test(milliseconds.trim()))
    return boundedSeconds(Number(milliseconds) / 1000);
  return boundedSeconds(parseRetryAfter(headers['retry-after'], now));
}

const duration = /^(?:(\d{1,6})h)?(?:(\d{1,6})m(?!s))?(?:(\d{1,9}(?:\.\d{1,9})?)s)?(?:(\d{1,9}(?:\.\d{1,9})?)ms)?$/;

/** Seconds of a duration as Go writes it (`1h2m3.5s`, `6ms`) and as protobuf does (`45.837906927s`). */
export function secondsOfDuration(text: string): number | undefined {
  const found = text.length === 0 ? null : duration.exec(text);
  if (found === null) return undefined;
  const [hours, minutes, seconds, milliseconds] = found.slice(1).map((part) => Number(part ?? 0));
  return boundedSeconds((hours ?? 0) * 3600 + (minutes ?? 0) * 60 + (seconds ?? 0) + (milliseconds ?? 0) / 1000);
}

/** Made when it is needed, which is seldom: the first one of a process takes megabytes of time zones and formats. */
function pacificClock(): Intl.DateTimeFormat {
  return new Intl.DateTimeFormat('en-US', {
    timeZone: 'America/Los_Angeles',
    hourCycle: 'h23',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
}

/** Seconds to the next midnight in California, when Gemini's quotas of a day are new. An hour off on days the clocks change. */
export function secondsToPacificMidnight(now: number): number {
  const parts = new Map(
    pacificClock()
      .formatToParts(now)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const passed = (parts.get('hour') ?? 0) * 3600 + (parts.get('minute') ?? 0) * 60 + (parts.get('second') ?? 0);
  return LONGEST_SECONDS - passed;
}

/**
 * Seconds to a reset time as GLM writes it into its messages ("… will reset at 2026-08-27 21:31:39"). The zone is not
 * stated; the service is run in China, so +08:00 is taken.
 */
export function secondsToStatedReset(message: string, now: number): number | undefined {
  const found = /(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})/.exec(message);
  if (found === null) return undefined;
  const instant = Date.parse(`${found[1]}T${found[2]}+08:00`);
  return Number.isNaN(instant) ? undefined : boundedSeconds((instant - now) / 1000);
}
