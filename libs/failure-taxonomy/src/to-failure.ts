import { FAILURE_MARKER } from './failure.ts';
import type { Failure, ThrowableFailure } from './failure.ts';
import { isFailureCode, isRetryable } from './failure-codes.ts';
import { codeOf } from './classify.ts';
import { causeOf, DEEPEST_CAUSE, describeThrown, innerOf, read, readText, signsOf } from './thrown.ts';
import { zodDetail, zodMessage } from './zod-error.ts';

const LONGEST_MESSAGE = 4000;

/** True for a failure, thrown or as data, from any copy of this package, process or realm. Never throws. */
export function isFailure(value: unknown): value is Failure | ThrowableFailure {
  return read(value, FAILURE_MARKER) === 1;
}

/** A failure that was caught and wrapped in another error: it still knows best. */
function carriedFailure(thrown: unknown): Failure | ThrowableFailure | undefined {
  let current = innerOf(thrown);
  for (let depth = 0; depth < DEEPEST_CAUSE && current !== undefined; depth += 1) {
    if (isFailure(current)) return current;
    current = innerOf(current);
  }
  return undefined;
}

/** A copy that JSON can write; undefined when the detail has circles, throws or is no object. */
function detailOf(value: unknown): Record<string, unknown> | undefined {
  try {
    const copy: unknown = JSON.parse(JSON.stringify(value));
    return typeof copy === 'object' && copy !== null && !Array.isArray(copy)
      ? (copy as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

function positive(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

function fromMarked(marked: Failure | ThrowableFailure): Failure {
  const reported = read(marked, 'code');
  const code = isFailureCode(reported) ? reported : 'UNKNOWN';
  const retryable = read(marked, 'retryable');
  // A newer version of this package may know more codes: what it said is kept as data.
  const given = detailOf(read(marked, 'detail'));
  const detail = code === reported ? given : { ...given, reported_code: String(reported) };
  const status = positive(read(marked, 'http_status'));
  const wait = positive(read(marked, 'retry_after_s'));
  const type = readText(marked, 'type');
  const cause = causeOf(marked);
  return {
    [FAILURE_MARKER]: 1,
    code,
    message: describeThrown(marked).slice(0, LONGEST_MESSAGE),
    retryable: typeof retryable === 'boolean' ? retryable : isRetryable(code),
    ...(type === undefined ? {} : { type }),
    ...(detail === undefined ? {} : { detail }),
    ...(status === undefined ? {} : { http_status: status }),
    ...(wait === undefined ? {} : { retry_after_s: wait }),
    ...(cause === undefined ? {} : { cause }),
  };
}

function fromUnmarked(thrown: unknown): Failure {
  const { name } = signsOf(thrown);
  const message = (zodMessage(thrown) ?? describeThrown(thrown)).slice(0, LONGEST_MESSAGE);
  const cause = causeOf(thrown);
  const own = {
    message,
    ...(name === undefined ? {} : { type: name }),
    ...(cause === undefined ? {} : { cause }),
  };
  const carried = carriedFailure(thrown);
  if (carried !== undefined) return { ...fromMarked(carried), ...own };
  const code = codeOf(thrown);
  const detail = zodDetail(thrown);
  return {
    [FAILURE_MARKER]: 1,
    code,
    retryable: isRetryable(code),
    ...own,
    ...(detail === undefined ? {} : { detail }),
  };
}

/**
 * The failure that anything thrown stands for, as data. A failure stays what it is, also inside other errors; errors of
 * fetch, undici, Node, ioredis, BullMQ and zod are recognised; the rest is INTERNAL_ERROR (a programming error) or
 * UNKNOWN. Never throws, whatever was thrown: strings, undefined, circles, getters that throw.
 */
export function toFailure(thrown: unknown): Failure {
  try {
    return isFailure(thrown) ? fromMarked(thrown) : fromUnmarked(thrown);
  } catch {
    const message = 'Something threw a value that cannot be read';
    return { [FAILURE_MARKER]: 1, code: 'UNKNOWN', message, retryable: isRetryable('UNKNOWN') };
  }
}
