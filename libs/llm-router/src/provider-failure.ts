import { failure, type FailureCode, type ThrowableFailure } from '@nexus/failure-taxonomy';
import type { ProviderName, Usage } from './model.ts';

/**
 * What a failed call was, by (provider, status, body code), never by status alone:
 * `throttled` = too fast, wait · `quota` = a period's quota is used up, cool until it is new · `no_money` = no balance or a
 * spend limit: no retry, park the provider, alert · `auth` = key refused · `bad_request` = no provider could answer this ·
 * `model_missing` = unknown or retired model · `outage` = 5xx, cut off, garbage, overloaded · `timeout` · `refused` = blocked
 * or refused by policy · `empty` = nothing usable in a complete answer · `cancelled` = the caller hung up.
 */
export const FAILURE_KINDS = [
  'throttled',
  'quota',
  'no_money',
  'auth',
  'bad_request',
  'model_missing',
  'outage',
  'timeout',
  'refused',
  'empty',
  'cancelled',
] as const;
export type FailureKind = (typeof FAILURE_KINDS)[number];

type Rule = { code: FailureCode; movesOn: boolean; retry: boolean; countsForBreaker: boolean };

/** What follows from each kind: another provider may cure it, the same one may, it counts against the circuit. */
export const failureKinds: Readonly<Record<FailureKind, Rule>> = {
  throttled: { code: 'PROVIDER_RATE_LIMIT', movesOn: true, retry: true, countsForBreaker: false },
  quota: { code: 'PROVIDER_RATE_LIMIT', movesOn: true, retry: false, countsForBreaker: false },
  no_money: { code: 'PROVIDER_RATE_LIMIT', movesOn: true, retry: false, countsForBreaker: false },
  auth: { code: 'PROVIDER_AUTH_ERROR', movesOn: true, retry: false, countsForBreaker: false },
  bad_request: { code: 'PAYLOAD_INVALID', movesOn: false, retry: false, countsForBreaker: false },
  model_missing: { code: 'PROVIDER_UPSTREAM_ERROR', movesOn: true, retry: false, countsForBreaker: false },
  outage: { code: 'PROVIDER_UPSTREAM_ERROR', movesOn: true, retry: true, countsForBreaker: true },
  timeout: { code: 'PROVIDER_TIMEOUT', movesOn: true, retry: true, countsForBreaker: true },
  refused: { code: 'PROVIDER_UPSTREAM_ERROR', movesOn: true, retry: false, countsForBreaker: false },
  empty: { code: 'PROVIDER_UPSTREAM_ERROR', movesOn: true, retry: false, countsForBreaker: false },
  cancelled: { code: 'CANCELLED', movesOn: false, retry: false, countsForBreaker: false },
};

/** Was the provider paid? `no` = certainly not · `yes` = usage is known · `unknown` = it may have been: settle the estimate. */
export type Billed = { state: 'no' } | { state: 'yes'; usage: Usage } | { state: 'unknown'; partialText: string };

export type ProviderFailureDetails = {
  provider: ProviderName;
  kind: FailureKind;
  message: string;
  /** HTTP status; 0 when there was no answer. */
  status: number;
  billed: Billed;
  /** Seconds the provider asked to wait; never negative, at most a day. */
  retryAfterSeconds?: number | undefined;
  cause?: unknown;
};

export type ProviderFailure = ThrowableFailure & { llm: ProviderFailureDetails };

/** A failed call as a throwable failure with its code. The message holds nothing of the prompt and no key. */
export function providerFailure(details: ProviderFailureDetails): ProviderFailure {
  const { code, retry } = failureKinds[details.kind];
  const { message, status, retryAfterSeconds, cause } = details;
  const thrown = failure(code, message, {
    retryable: retry,
    cause,
    ...(status === 0 ? {} : { http_status: status }),
    ...(retryAfterSeconds === undefined ? {} : { retry_after_s: retryAfterSeconds }),
  });
  // Not enumerable: what was made of an answer must not get into a log with the error.
  return Object.defineProperty(thrown, 'llm', { value: details }) as ProviderFailure;
}

export function isProviderFailure(value: unknown): value is ProviderFailure {
  return typeof value === 'object' && value !== null && 'llm' in value;
}
