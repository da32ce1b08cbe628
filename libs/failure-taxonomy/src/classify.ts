import type { FailureCode } from './failure-codes.ts';
import { DEEPEST_CAUSE, innerOf, readText, signsOf } from './thrown.ts';
import { isZodError } from './zod-error.ts';

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

const programmingErrors = new Set([
  'TypeError',
  'RangeError',
  'ReferenceError',
  'SyntaxError',
  'EvalError',
  'URIError',
  'AssertionError',
]);

/** The code of a thrown value that is no failure, by what it or one of its causes says. */
export function codeOf(thrown: unknown): FailureCode {
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
