export {
  BLAMES,
  FAILURE_CODES,
  failureCodes,
  isFailureCode,
  isRetryable,
  runbookSlug,
  SEVERITIES,
} from './failure-codes.ts';
export type { Blame, FailureCode, FailureCodeEntry, Severity } from './failure-codes.ts';
export { failure, FAILURE_MARKER, failureSchema } from './failure.ts';
export type { Failure, FailureCause, FailureOptions, ThrowableFailure } from './failure.ts';
export { isFailure, toFailure } from './to-failure.ts';
export { failureFromHttp } from './failure-from-http.ts';
export type { HttpFailure } from './failure-from-http.ts';
export { parseRetryAfter } from './retry-after.ts';
export { fingerprint, normalizeMessage } from './fingerprint.ts';
export type { Fingerprint } from './fingerprint.ts';
export { effectiveFailureCode, effectiveTaskType, failureEnvelope, failureError } from './letter.ts';
export type { FailureEnvelope, FailureError, Letter } from './letter.ts';
