import type { RetryAfterForm } from './fault.ts';

interface Wish {
  readonly seconds?: number;
  readonly as?: RetryAfterForm;
}

/** The headers that tell how long to stay away: 2 s in the form `usual` unless the fault wishes otherwise. */
export function retryAfterHeaders(
  { seconds = 2, as }: Wish,
  { now, usual }: { readonly now: Date; readonly usual: RetryAfterForm },
): Record<string, string> {
  switch (as ?? usual) {
    case 'seconds':
      return { 'retry-after': String(seconds) };
    case 'milliseconds':
      return { 'retry-after-ms': String(seconds * 1_000) };
    case 'date':
      return { 'retry-after': httpDate(now.getTime() + seconds * 1_000) };
    case 'none':
      return {};
  }
}

/** Seconds beyond what a Date can hold become the last second of the year 9999. */
function httpDate(milliseconds: number): string {
  const last = Date.UTC(9999, 11, 31, 23, 59, 59);
  return new Date(Math.min(milliseconds, last)).toUTCString();
}
