import type { Call, Failure, Problem } from '../provider-wire.ts';
import { retryAfterHeaders } from '../retry-after.ts';

const PLANS =
  'please check your plan and billing details. For more information on this error, read the docs: https://platform.openai.com/docs/guides/error-codes/api-errors.';

/** `{"error":{message,type,param,code}}`. Throttles carry retry-after and the x-ratelimit headers, "no money" none. */
export function openaiFailure(problem: Problem, call: Call): Failure {
  const model = typeof call.body?.['model'] === 'string' ? call.body['model'] : 'unknown';
  const input = call.path.endsWith('/responses') ? 'input' : 'messages';
  switch (problem.kind) {
    case 'status':
      return {
        ...failure(problem.code, { message: `Simulated status ${problem.code}.` }),
        headers: problem.headers ?? {},
        ...('body' in problem && { body: problem.body }),
      };
    case 'throttled':
      return {
        ...failure(429, {
          type: 'requests',
          code: 'rate_limit_exceeded',
          message: `Rate limit reached for ${model} in organization org-simulated on requests per min (RPM): Limit 60, Used 60, Requested 1. Please try again in 2s. Visit https://platform.openai.com/account/rate-limits to learn more.`,
        }),
        headers: { ...rateLimits('2s'), ...retryAfterHeaders(problem, { now: call.now, usual: 'seconds' }) },
      };
    case 'rampLimit':
      return {
        ...failure(429, {
          type: 'requests',
          code: 'slow_down',
          message:
            'Your request rate grew too fast. Reduce it to its earlier level, keep it there for 15 minutes, then raise it gradually.',
        }),
        headers: { 'retry-after': String(problem.seconds ?? 60) },
      };
    case 'quotaPerDay':
      return {
        ...failure(429, {
          type: 'requests',
          code: 'rate_limit_exceeded',
          message: `Rate limit reached for ${model} in organization org-simulated on requests per day (RPD): Limit 200, Used 200, Requested 1. Please try again in 7m12s.`,
        }),
        headers: { ...rateLimits('7m12s'), 'retry-after': '432', 'retry-after-ms': '432000' },
      };
    case 'noMoney':
      return failure(429, {
        type: 'insufficient_quota',
        code: 'insufficient_quota',
        message: `You exceeded your current quota, ${PLANS}`,
      });
    case 'badKey':
      return failure(401, {
        code: 'invalid_api_key',
        message: `Incorrect API key provided: ${masked(call)}. You can find your API key at https://platform.openai.com/account/api-keys.`,
      });
    case 'missingKey':
      return failure(401, {
        message:
          "You didn't provide an API key. You need to provide your API key in an Authorization header using Bearer auth (i.e. Authorization: Bearer YOUR_KEY).",
      });
    case 'contextTooLong':
      return failure(400, {
        code: 'context_length_exceeded',
        param: input,
        message:
          "This model's maximum context length is 400000 tokens. However, your messages resulted in 400001 tokens. Please reduce the length of the messages.",
      });
    case 'modelMissing':
      return failure(404, {
        code: 'model_not_found',
        message: `The model \`${model}\` does not exist or you do not have access to it.`,
      });
    case 'noSuchPath':
      return failure(404, { message: `Invalid URL (${call.method} ${call.path})` });
    case 'overloaded':
      return failure(503, {
        type: 'server_error',
        code: 'server_is_overloaded',
        message: 'The server is currently overloaded. Please try again later.',
      });
    case 'timedOut':
      return failure(504, { type: 'server_error', message: 'The request timed out.' });
    case 'serverError':
      return failure(500, {
        type: 'server_error',
        message: 'The server had an error while processing your request. Sorry about that!',
      });
    case 'blockedPrompt':
      return failure(400, {
        code: 'invalid_prompt',
        message:
          'Invalid prompt: your prompt was flagged as potentially violating our usage policy. Please try again with a different prompt.',
      });
    default: {
      const given = problem.kind === 'badRequest' ? problem : {};
      const { message = `Invalid value for '${input}'.`, parameter = input } = given as {
        message?: string;
        parameter?: string;
      };
      return failure(400, { code: 'invalid_value', param: parameter, message });
    }
  }
}

interface Details {
  readonly message: string;
  readonly type?: string;
  readonly param?: string;
  readonly code?: string;
}

function failure(status: number, { message, type = 'invalid_request_error', param, code }: Details): Failure {
  return { status, headers: {}, body: { error: { message, type, param: param ?? null, code: code ?? null } } };
}

/** Durations are Go's, not seconds. */
function rateLimits(reset: string): Record<string, string> {
  return {
    'x-ratelimit-limit-requests': '60',
    'x-ratelimit-remaining-requests': '0',
    'x-ratelimit-reset-requests': reset,
    'x-ratelimit-limit-tokens': '150000',
    'x-ratelimit-remaining-tokens': '149984',
    'x-ratelimit-reset-tokens': '6ms',
  };
}

/** The provider repeats a part of the key in its message: what a client must not pass on. */
function masked({ headers }: Call): string {
  const key = (headers['authorization'] ?? '').replace(/^Bearer /u, '');
  return key.length > 12 ? `${key.slice(0, 8)}${'*'.repeat(8)}${key.slice(-4)}` : '***';
}
