import { FAILURE_MARKER } from './failure.ts';
import type { Failure, FailureCause, ThrowableFailure } from './failure.ts';
import { isFailureCode, isRetryable } from './failure-codes.ts';
import type { FailureCode } from './failure-codes.ts';

const LONGEST_MESSAGE = 4000;
const DEEPEST_CAUSE = 8;

/** A member of anything; undefined when there is none or when looking at it throws. */
function read(value: unknown, name: string): unknown {
  if ((typeof value !== 'object' || value === null) && typeof value !== 'function') return undefined;
  try {
    return (value as Record<string, unknown>)[name];
  } catch {
    return undefined;
  }
}

function readText(value: unknown, name: string): string | undefined {
  const found = read(value, name);
  return typeof found === 'string' && found !== '' ? found : undefined;
}

/** True for a failure, thrown or as data, from any copy of this package, process or realm. Never throws. */
export function isFailure(value: unknown): value is Failure | ThrowableFailure {
  return read(value, FAILURE_MARKER) === 1;
}

/** Codes of connections that failed (Node's system errors and undici's own). */
const unreachable = new Set([
  'ECONNREFUSED', 'ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'EHOSTDOWN',
  'ENETUNREACH', 'ENETDOWN', 'EADDRNOTAVAIL', 'ERR_STREAM_PREMATURE_CLOSE', 'ERR_HTTP2_STREAM_ERROR', 'ERR_TLS_CERT_ALTNAME_INVALID',
  'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT', 'UND_ERR_SOCKET', 'UND_ERR_CLOSED', 'UND_ERR_DESTROYED',
  'UND_ERR_RES_CONTENT_LENGTH_MISMATCH', 'UND_ERR_RESPONSE', 'HPE_INVALID_CONSTANT', 'HPE_INVALID_HEADER_TOKEN',
]); // prettier-ignore

const late = new Set([
  'ETIMEDOUT', 'ESOCKETTIMEDOUT', 'UND_ERR_CONNECT_TIMEOUT', 'UND_ERR_HEADERS_TIMEOUT', 'UND_ERR_BODY_TIMEOUT',
]); // prettier-ignore

const cancelled = new Set(['ABORT_ERR', 'UND_ERR_ABORTED']);

/** Our own store; ioredis and Redis tell by class name, or by message only. */
const storeNames = new Set(['MaxRetriesPerRequestError', 'ClusterAllFailedError', 'ReplyError', 'RedisError']);
const storeMessages =
  /^(Connection is closed\.|Stream isn't writeable|Command timed out|Reached the max retries per request)/;

/** BullMQ's words for a job whose worker was lost; it offers no code for them. */
const workerLost =
  /job (?:\S+ )?(?:stalled|started) more than allowable limit|(?:Missing lock|Lock mismatch) for job|could not renew lock/i;

type Signs = { name: string | undefined; code: string | undefined; message: string | undefined };

function signsOf(thrown: unknown): Signs {
  return { name: readText(thrown, 'name'), code: readText(thrown, 'code'), message: readText(thrown, 'message') };
}

function isZodError(thrown: unknown): boolean {
  const name = readText(thrown, 'name');
  return (
    (name === 'ZodError' || name === '$ZodError' || read(thrown, '_zod') !== undefined) &&
    Array.isArray(read(thrown, 'issues'))
  );
}

function codeOfOne(thrown: unknown): FailureCode | undefined {
  const { name, code, message } = signsOf(thrown);
  if (isZodError(thrown)) return 'PAYLOAD_INVALID';
  if (message !== undefined && workerLost.test(message)) return 'WORKER_LOST';
  if (name !== undefined && storeNames.has(name)) return 'INTERNAL_ERROR';
  if (message !== undefined && storeMessages.test(message)) return 'INTERNAL_ERROR';
  if (name === 'TimeoutError' || (code !== undefined && late.has(code))) return 'PROVIDER_TIMEOUT';
  if (name === 'AbortError' || (code !== undefined && cancelled.has(code))) return 'CANCELLED';
  if (code !== undefined && unreachable.has(code)) return 'PROVIDER_UPSTREAM_ERROR';
  return undefined;
}

/** Errors wrap each other: `fetch failed` says nothing, its cause does; an AggregateError speaks through its first. */
function innerOf(thrown: unknown): unknown {
  const cause = read(thrown, 'cause');
  if (cause !== undefined && cause !== null) return cause;
  const errors = read(thrown, 'errors');
  return Array.isArray(errors) ? errors[0] : undefined;
}

const programmingErrors = new Set([
  'TypeError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'EvalError',
  'URIError',
  'AssertionError',
]);

function codeOf(thrown: unknown): FailureCode {
  let current = thrown;
  for (let depth = 0; depth < DEEPEST_CAUSE && current !== undefined; depth += 1) {
    const found = codeOfOne(current);
    if (found !== undefined) return found;
    current = innerOf(current);
  }
  const { name, message } = signsOf(thrown);
  // What fetch throws when it has nothing more to say.
  if (message === 'fetch failed' || message === 'terminated') return 'PROVIDER_UPSTREAM_ERROR';
  const isProgramming = name !== undefined && programmingErrors.has(name);
  return isProgramming || readText(thrown, 'syscall') !== undefined ? 'INTERNAL_ERROR' : 'UNKNOWN';
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

function describe(thrown: unknown): string {
  const message = readText(thrown, 'message');
  if (message !== undefined) return message;
  const inner = readText(innerOf(thrown), 'message');
  if (inner !== undefined) return inner;
  if (typeof thrown === 'string') return thrown === '' ? 'Something threw an empty text' : thrown;
  if (thrown === null || typeof thrown !== 'object')
    return `Something threw ${thrown === null ? 'null' : typeof thrown}`;
  const name = readText(thrown, 'name');
  return name === undefined ? 'Something threw a value without a message' : `${name} without a message`;
}

function causeOf(thrown: unknown): FailureCause | undefined {
  const chain: FailureCause[] = [];
  let current = innerOf(thrown);
  while (current !== undefined && current !== null && chain.length < DEEPEST_CAUSE) {
    const { name, code } = signsOf(current);
    chain.push({
      ...(name === undefined ? {} : { name }),
      message: describe(current).slice(0, 1000),
      ...(code === undefined ? {} : { code }),
    });
    current = innerOf(current);
  }
  return chain.reduceRight<FailureCause | undefined>(
    (inner, link) => (inner === undefined ? link : { ...link, cause: inner }),
    undefined,
  );
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

function zodDetail(thrown: unknown): Record<string, unknown> | undefined {
  if (!isZodError(thrown)) return undefined;
  const issues = read(thrown, 'issues') as unknown[];
  return {
    issues: issues.slice(0, 20).map((issue) => {
      const path = read(issue, 'path');
      const where = Array.isArray(path) ? path.map((part) => (typeof part === 'symbol' ? 'symbol' : String(part))) : [];
      return { path: where.join('.'), message: readText(issue, 'message') ?? 'invalid' };
    }),
  };
}

function zodMessage(thrown: unknown): string | undefined {
  const detail = zodDetail(thrown);
  const issues = detail?.['issues'] as { path: string; message: string }[] | undefined;
  const first = issues?.[0];
  if (issues === undefined || first === undefined) return undefined;
  const more = issues.length > 1 ? ` (and ${issues.length - 1} more)` : '';
  return `${first.path === '' ? 'The value' : first.path}: ${first.message}${more}`;
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
    message: describe(marked).slice(0, LONGEST_MESSAGE),
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
  const message = (zodMessage(thrown) ?? describe(thrown)).slice(0, LONGEST_MESSAGE);
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
