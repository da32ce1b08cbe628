import { z } from 'zod';

/**
 * Every error code an answer of the API can carry, with its HTTP status. One table: the mounting, the OpenAPI document,
 * the docs page and the client read it. Codes are stable; clients decide by code, never by the text.
 */
export const problemStatus = {
  BAD_REQUEST: 400,
  UNAUTHORIZED: 401,
  BAD_TIMESTAMP: 401,
  BAD_NONCE: 401,
  BAD_SIGNATURE: 401,
  BUDGET_EXCEEDED: 402,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  REQUEST_TIMEOUT: 408,
  TASK_TERMINAL: 409,
  OPERATION_TERMINAL: 409,
  ALARM_REQUEUE_FORBIDDEN: 409,
  BUDGET_DECLARED_ELSEWHERE: 409,
  PLAN_STALE: 409,
  REPLAY_DETECTED: 409,
  TASK_GONE: 410,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  VALIDATION_ERROR: 422,
  UNKNOWN_TASK_TYPE: 422,
  PAYLOAD_INVALID: 422,
  IDEMPOTENCY_KEY_REUSED: 422,
  SCHEMA_PARSE_ERROR: 422,
  SCHEMA_VALIDATION_ERROR: 422,
  SCHEMA_REPAIR_FAILED: 422,
  RATE_LIMITED: 429,
  HEADERS_TOO_LARGE: 431,
  INTERNAL_ERROR: 500,
  MISCONFIG: 500,
  WRITE_FAILED: 500,
  QUEUE_PUBLISH_FAIL: 500,
  NOT_IMPLEMENTED: 501,
  STORE_UNAVAILABLE: 503,
  LLM_DISABLED: 503,
  PROVIDER_DISABLED: 503,
  PROVIDER_TIMEOUT: 503,
  PROVIDER_AUTH_ERROR: 503,
  PROVIDER_RATE_LIMIT: 503,
  PROVIDER_UPSTREAM_ERROR: 503,
  TIMEOUT: 503,
  TOO_MANY_STREAMS: 503,
} as const;
export type ProblemCode = keyof typeof problemStatus;

/** Reason phrases of RFC 9110: the title of a problem whose type is `about:blank`. */
const titles: Record<number, string> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  402: 'Payment Required',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  410: 'Gone',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
};

/** Body of every error: RFC 9457 and the `error` envelope in one. `detail` equals `error.message`. */
export const problemSchema = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    instance: z.string(),
    error: z.object({
      code: z.string(),
      message: z.string(),
      detail: z.record(z.string(), z.unknown()).optional(),
    }),
    request_id: z.string(),
  })
  .meta({ id: 'Problem' });
export type Problem = z.infer<typeof problemSchema>;

/** One input that did not fit: `path` is dotted (`payload.files.0`), empty for the whole; in `error.detail.issues`. */
export type ProblemIssue = { path: string; message: string };

/**
 * Why a request was not done, as a handler says it: the code, a sentence with what to do, and data.
 * `retryAfter` in whole seconds; 503, 429 and 402 always carry one (1 when nothing better is known). `members` stand at
 * the top of the document beside the standard ones, which they cannot replace.
 */
export type ProblemReply<Code extends string = ProblemCode> = {
  problem: Code;
  message: string;
  detail?: Record<string, unknown>;
  retryAfter?: number;
  members?: Record<string, unknown>;
};

/** True for a reply that reports a problem. */
export function isProblemReply(value: unknown): value is ProblemReply {
  return typeof value === 'object' && value !== null && 'problem' in value && typeof value.problem === 'string';
}

/** The problem document of a reply. `instance` is the path of the request. */
export function problemBody(reply: ProblemReply, request: { instance: string; requestId: string }): Problem {
  const status = problemStatus[reply.problem];
  return {
    ...reply.members,
    type: 'about:blank',
    title: titles[status] ?? 'Error',
    status,
    detail: reply.message,
    instance: request.instance,
    error: {
      code: reply.problem,
      message: reply.message,
      ...(reply.detail === undefined ? {} : { detail: reply.detail }),
    },
    request_id: request.requestId,
  };
}
