import type { ProblemReply } from '@nexus/contracts';

const networkCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/**
 * What the Redis client says when no command can be done: it gives its own errors no codes. The second line is what the
 * server answers while it cannot serve: starting, full, failing over, locked, unable to save.
 */
const clientTexts =
  /^(Connection is closed|Stream isn't writeable|Command timed out|Socket timeout|Reached the max retries|None of startup nodes|Failed to refresh slots)/;
const serverTexts =
  /^(LOADING|OOM|READONLY|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|BUSY|MISCONF|NOAUTH|WRONGPASS|NOREPLICAS|UNBLOCKED)\b/;

/** True for an error that means "Redis cannot be reached or cannot serve", as opposed to a fault of ours. */
export function isStoreUnavailable(thrown: unknown): boolean {
  if (!(thrown instanceof Error) && !looksLikeError(thrown)) return false;
  const { message, code, cause } = thrown as Error & { code?: unknown };
  if (typeof code === 'string' && networkCodes.has(code)) return true;
  if (clientTexts.test(message) || serverTexts.test(message)) return true;
  return cause !== undefined && isStoreUnavailable(cause);
}

/** Errors of another realm, such as a test runner's, are no instances of this one's Error. */
function looksLikeError(thrown: unknown): boolean {
  return typeof thrown === 'object' && thrown !== null && 'message' in thrown && typeof thrown.message === 'string';
}

/** Seconds a client should wait: a Redis that restarts is back in about this time. */
const RETRY_AFTER = 2;

/** What a thrown error means to the client, when it is about the store. */
export function classifyStoreError(thrown: unknown): ProblemReply | undefined {
  if (!isStoreUnavailable(thrown)) return undefined;
  const message =
    'the store is not reachable, so it is not known whether the request was done; repeat it later, with the same idempotency key if it creates something';
  return { problem: 'STORE_UNAVAILABLE', message, retryAfter: RETRY_AFTER };
}
