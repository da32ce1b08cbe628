import { failure } from './failure.ts';
import type { ThrowableFailure } from './failure.ts';
import { isFailureCode } from './failure-codes.ts';
import type { FailureCode } from './failure-codes.ts';
import { parseRetryAfter } from './retry-after.ts';

/** An HTTP answer that is not a success. `from` decides how it is read: our own supervisor speaks in codes. */
export type HttpFailure = {
  from: 'provider' | 'supervisor';
  /** Undefined when there was no answer at all. */
  status: number | undefined;
  /** The parsed body when it was JSON, else its text; only its code and message are read. */
  body?: unknown;
  /** The `Retry-After` header as it came. */
  retryAfter?: string | null | undefined;
  /** Epoch milliseconds, for a `Retry-After` that is a date. */
  now: number;
  cause?: unknown;
};

/** Codes of the supervisor's problems that are no failure codes of tasks, and what they mean for a task. */
const problemCodes: ReadonlyMap<string, FailureCode> = new Map(
  Object.entries({
    LLM_DISABLED: 'PROVIDER_DISABLED',
    RATE_LIMITED: 'PROVIDER_RATE_LIMIT',
    // What a client of ours says when its own patience ended, and what the supervisor says when its handler's did.
    CLIENT_TIMEOUT: 'PROVIDER_TIMEOUT',
    TIMEOUT: 'PROVIDER_TIMEOUT',
    // The request itself was refused: the same request would be refused again.
    BAD_REQUEST: 'PAYLOAD_INVALID',
    VALIDATION_ERROR: 'PAYLOAD_INVALID',
    PAYLOAD_TOO_LARGE: 'PAYLOAD_INVALID',
  } as const),
);

function providerCode(status: number | undefined): FailureCode {
  if (status === undefined) return 'UNKNOWN';
  if (status === 401 || status === 403) return 'PROVIDER_AUTH_ERROR';
  if (status === 408) return 'PROVIDER_TIMEOUT';
  if (status === 429) return 'PROVIDER_RATE_LIMIT';
  return status >= 500 && status <= 599 ? 'PROVIDER_UPSTREAM_ERROR' : 'UNKNOWN';
}

function supervisorCode(status: number | undefined): FailureCode {
  if (status === undefined) return 'PROVIDER_UPSTREAM_ERROR';
  if (status === 422) return 'SCHEMA_REPAIR_FAILED';
  if (status === 402) return 'BUDGET_EXCEEDED';
  return providerCode(status);
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim().slice(0, 1000) : undefined;
}

function messageOf(answer: HttpFailure): string {
  const { body } = answer;
  const said =
    text(member(member(body, 'error'), 'message')) ?? text(member(body, 'detail')) ?? text(member(body, 'message'));
  const who = answer.from === 'provider' ? 'The provider' : 'The supervisor';
  if (answer.status === undefined) return `${who} did not answer${said === undefined ? '' : `: ${said}`}`;
  return `${who} answered ${answer.status}${said === undefined ? '' : `: ${said}`}`;
}

/**
 * The failure that an HTTP answer stands for. The supervisor's own `error.code` wins over the status; of a provider only
 * the status counts, for its codes are its own. Never throws.
 */
export function failureFromHttp(answer: HttpFailure): ThrowableFailure {
  const reported = answer.from === 'supervisor' ? text(member(member(answer.body, 'error'), 'code')) : undefined;
  const named = reported === undefined ? undefined : isFailureCode(reported) ? reported : problemCodes.get(reported);
  const code = named ?? (answer.from === 'provider' ? providerCode(answer.status) : supervisorCode(answer.status));
  return failure(code, messageOf(answer), {
    httpStatus: answer.status,
    retryAfterSeconds: parseRetryAfter(answer.retryAfter, answer.now),
    detail: reported === undefined || reported === code ? undefined : { reported_code: reported },
    cause: answer.cause,
  });
}
