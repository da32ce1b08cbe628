import { z } from 'zod';
import { FAILURE_CODES, isRetryable } from './failure-codes.ts';
import type { FailureCode } from './failure-codes.ts';

/**
 * What makes an object a failure, whichever copy of this package or process made it: a string key, so that it survives
 * JSON and structuredClone. The value is the version of the shape.
 */
export const FAILURE_MARKER = 'nexus_failure';

/** What a failure was caused by, as data: names, messages and codes down the chain of causes. */
export type FailureCause = { name?: string; message: string; code?: string; cause?: FailureCause };

/**
 * A failure as data, ready for JSON. `message` is a sentence for people; `type` is the class name of the original error;
 * `detail` is data for machines; `retry_after_s` are seconds the other side asked us to wait.
 */
export type Failure = {
  nexus_failure: 1;
  code: FailureCode;
  message: string;
  retryable: boolean;
  type?: string;
  detail?: Record<string, unknown>;
  http_status?: number;
  retry_after_s?: number;
  cause?: FailureCause;
};

/**
 * A failure that can be thrown: an Error with a stack that carries the same members; `cause` is the original value. JSON
 * keeps everything but stack and cause; structuredClone strips any Error, so send `toFailure(thrown)` between threads.
 */
export type ThrowableFailure = Error & Omit<Failure, 'cause'> & { cause?: unknown };

const failureCauseSchema: z.ZodType<FailureCause> = z.lazy(() =>
  z.object({
    name: z.string().exactOptional(),
    message: z.string(),
    code: z.string().exactOptional(),
    cause: failureCauseSchema.exactOptional(),
  }),
);

/** Schema of {@link Failure} for whoever stores or transports one. */
export const failureSchema: z.ZodType<Failure> = z.object({
  nexus_failure: z.literal(1),
  code: z.enum(FAILURE_CODES),
  message: z.string(),
  retryable: z.boolean(),
  type: z.string().exactOptional(),
  detail: z.record(z.string(), z.unknown()).exactOptional(),
  http_status: z.int().exactOptional(),
  retry_after_s: z.number().min(0).exactOptional(),
  cause: failureCauseSchema.exactOptional(),
});

export type FailureOptions = {
  /** Data for machines and for the operator's page; it is masked where it leaves the platform. */
  detail?: Record<string, unknown> | undefined;
  /** Seconds to wait at least before the next attempt. 0 is a value. */
  retryAfterSeconds?: number | undefined;
  httpStatus?: number | undefined;
  /** The value that was caught. */
  cause?: unknown;
  /** Overrides the verdict of the table for this one failure. */
  retryable?: boolean | undefined;
  /** Class name of the original error, when this failure was made from one. */
  type?: string | undefined;
};

/**
 * Builds a failure to throw: `throw failure('PAYLOAD_INVALID', 'files[0] is not a text file', { detail: { file_id } })`.
 * It is an ordinary Error (name `Failure`), so that stacks exist and tools print it; what makes it a failure is the marker.
 */
export function failure(code: FailureCode, message: string, options: FailureOptions = {}): ThrowableFailure {
  const { detail, retryAfterSeconds, httpStatus, type } = options;
  const error = new Error(message, options.cause === undefined ? {} : { cause: options.cause });
  Object.defineProperty(error, 'name', { value: 'Failure', enumerable: false });
  // An Error's message is not enumerable: JSON would lose it.
  Object.defineProperty(error, 'message', { value: message, enumerable: true });
  Error.captureStackTrace?.(error, failure);
  return Object.assign(error, {
    [FAILURE_MARKER]: 1 as const,
    code,
    retryable: options.retryable ?? isRetryable(code),
    ...(type === undefined ? {} : { type }),
    ...(detail === undefined ? {} : { detail }),
    ...(httpStatus === undefined ? {} : { http_status: httpStatus }),
    ...(retryAfterSeconds === undefined ? {} : { retry_after_s: retryAfterSeconds }),
  });
}
