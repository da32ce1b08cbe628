import type { Failure } from './failure.ts';

/** `error` of a task and of a failure envelope. */
export type FailureError = { code: string; message: string; type?: string; detail?: Record<string, unknown> };

/** What a failed task's body gets: the envelope and its flat copies, for readers of either. */
export type FailureEnvelope = {
  failure: { failure_code: string; error: FailureError; failed_at: string };
  failure_code: string;
  last_error: FailureError;
  failed_at: string;
};

/** A dead letter as far as its code and type are concerned; anything may be missing or of the wrong kind. */
export type Letter = { headers?: unknown; body?: unknown };

const UNKNOWN = 'unknown';

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

function firstText(candidates: readonly unknown[]): string {
  for (const candidate of candidates) {
    if (typeof candidate === 'string' && candidate.trim() !== '') return candidate.trim();
  }
  return UNKNOWN;
}

/** Code of a letter: header, then body, then the body's envelope, then `unknown`. Empty texts do not count. */
export function effectiveFailureCode({ headers, body }: Letter): string {
  return firstText([
    member(headers, 'failure_code'),
    member(body, 'failure_code'),
    member(member(body, 'failure'), 'failure_code'),
  ]);
}

/** Task type of a letter: `task_type`, then `type`, then `unknown`. */
export function effectiveTaskType({ body }: Letter): string {
  return firstText([member(body, 'task_type'), member(body, 'type')]);
}

/** The failure as tasks, events and lists show it. */
export function failureError({ code, message, type, detail }: Failure): FailureError {
  return {
    code,
    message,
    ...(type === undefined ? {} : { type }),
    ...(detail === undefined ? {} : { detail }),
  };
}

/** The envelope of a failure at an instant (ISO 8601). */
export function failureEnvelope(failed: Failure, failedAt: string): FailureEnvelope {
  const error = failureError(failed);
  return {
    failure: { failure_code: failed.code, error, failed_at: failedAt },
    failure_code: failed.code,
    last_error: error,
    failed_at: failedAt,
  };
}
