import type { FailureKind } from '../provider-failure.ts';

/**
 * The kind of an HTTP status when the body says nothing better. Only what no other provider could answer either is a bad
 * request; statuses nobody documents are outages, so that another provider is tried.
 */
export function kindOfStatus(status: number): FailureKind {
  if (status >= 500) return 'outage';
  switch (status) {
    case 400:
    case 413:
    case 414:
    case 422:
      return 'bad_request';
    case 401:
    case 403:
      return 'auth';
    case 402:
      return 'no_money';
    case 404:
    case 410:
      return 'model_missing';
    case 408:
      return 'timeout';
    case 429:
      return 'throttled';
    default:
      return 'outage';
  }
}

/** Whether a provider's message says that it is the limit of a day: waiting a minute does not help. */
export function namesDay(message: string): boolean {
  return /\b(?:per day|daily|RPD|TPD)\b/i.test(message);
}
