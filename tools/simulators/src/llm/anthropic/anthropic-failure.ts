import type { Call, Failure, Problem } from '../provider-wire.ts';
import { retryAfterHeaders } from '../retry-after.ts';

/** `{"type":"error","error":{type,message,details?},"request_id"}`. */
export function anthropicFailure(problem: Problem, call: Call): Failure {
  function failure(status: number, type: string, { message, code, headers = {} }: Details): Failure {
    const error = { ...(code !== undefined && { details: { error_code: code } }), type, message };
    return { status, headers, body: { type: 'error', error, request_id: `req_simulated${call.sequence}` } };
  }
  switch (problem.kind) {
    case 'status': {
      const usual = failure(problem.code, 'api_error', { message: `Simulated status ${problem.code}.` });
      return { ...usual, headers: problem.headers ?? {}, ...('body' in problem && { body: problem.body }) };
    }
    case 'throttled':
      return failure(429, 'rate_limit_error', {
        message:
          "This request would exceed your organization's rate limit of 50 requests per minute. For details, refer to: https://docs.claude.com/en/api/rate-limits.",
        headers: {
          ...rateLimits(call.now, problem.seconds ?? 2),
          ...retryAfterHeaders(problem, { now: call.now, usual: 'seconds' }),
        },
      });
    case 'rampLimit':
      return failure(429, 'rate_limit_error', {
        message: 'Your usage grew too fast. Raise it gradually.',
        code: 'ramp_limit_exceeded',
        headers: { 'retry-after': String(problem.seconds ?? 30) },
      });
    case 'quotaPerDay':
      return failure(429, 'rate_limit_error', {
        message: "This request would exceed your organization's daily rate limit.",
        headers: { ...rateLimits(call.now, 28_800), 'retry-after': '28800' },
      });
    case 'noMoney':
      return failure(429, 'rate_limit_error', {
        message:
          'You have reached your specified API usage limits. You will regain access at the start of the next month.',
        code: 'enforced_spend_limit_reached',
      });
    case 'badKey':
      return failure(401, 'authentication_error', {
        message: 'x-api-key' in call.headers ? 'invalid x-api-key' : 'Invalid bearer token',
      });
    case 'missingKey':
      return failure(401, 'authentication_error', { message: 'x-api-key header is required' });
    case 'contextTooLong':
      return failure(400, 'invalid_request_error', { message: 'prompt is too long: 200001 tokens > 200000 maximum' });
    case 'modelMissing':
      return failure(404, 'not_found_error', { message: `model: ${String(call.body?.['model'])}` });
    case 'noSuchPath':
      return failure(404, 'not_found_error', { message: 'Not found' });
    case 'overloaded':
      return failure(529, 'overloaded_error', { message: 'Overloaded' });
    case 'timedOut':
      return failure(504, 'timeout_error', { message: 'Request timed out' });
    case 'serverError':
      return failure(500, 'api_error', { message: 'Internal server error' });
    case 'blockedPrompt':
      return failure(400, 'invalid_request_error', { message: 'Output blocked by content filtering policy' });
    default: {
      const given = problem.kind === 'badRequest' ? problem.message : undefined;
      return failure(400, 'invalid_request_error', { message: given ?? 'messages.0.content: Field required' });
    }
  }
}

interface Details {
  readonly message: string;
  readonly code?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The reset is a moment (RFC 3339), not a duration. */
function rateLimits(now: Date, seconds: number): Record<string, string> {
  const reset = new Date(Math.min(now.getTime() + seconds * 1_000, Date.UTC(9999, 11, 31)));
  return {
    'anthropic-ratelimit-requests-limit': '50',
    'anthropic-ratelimit-requests-remaining': '0',
    'anthropic-ratelimit-requests-reset': reset.toISOString().replace(/\.\d+Z$/u, 'Z'),
  };
}
