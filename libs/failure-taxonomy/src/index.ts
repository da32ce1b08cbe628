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
