import type { Call, Failure, Problem } from '../provider-wire.ts';
import { retryAfterHeaders } from '../retry-after.ts';

/** OpenAI's shape in a missing model (Ollama); elsewhere vLLM's, whose code is a number and may stand without `error`. */
export function compatibleFailure(problem: Problem, call: Call): Failure {
  switch (problem.kind) {
    case 'status': {
      const usual = failure(problem.code, { type: 'Error', message: `Simulated status ${problem.code}.` });
      return { ...usual, headers: problem.headers ?? {}, ...('body' in problem && { body: problem.body }) };
    }
    case 'throttled':
      return {
        ...failure(429, { type: 'TooManyRequests', message: 'Too many requests' }),
        headers: retryAfterHeaders(problem, { now: call.now, usual: 'seconds' }),
      };
    case 'rampLimit':
    case 'quotaPerDay':
    case 'noMoney':
      return failure(429, { type: 'TooManyRequests', message: 'Too many requests' });
    case 'badKey':
    case 'missingKey':
      return { status: 401, headers: {}, body: { error: 'Unauthorized' } };
    case 'contextTooLong':
      return failure(400, {
        type: 'BadRequestError',
        message:
          "This model's maximum context length is 8192 tokens. However, you requested 8193 tokens. Please reduce the length of the input messages.",
      });
    case 'modelMissing': {
      const message = `model "${String(call.body?.['model'])}" not found, try pulling it first`;
      return { status: 404, headers: {}, body: { error: { message, type: 'api_error', param: null, code: null } } };
    }
    case 'noSuchPath':
      return { status: 404, headers: { 'content-type': 'text/plain' }, body: '404 page not found' };
    case 'overloaded':
      return {
        status: 503,
        headers: {},
        body: { error: 'server busy, please try again.  maximum pending requests exceeded' },
      };
    case 'timedOut':
      return failure(504, { type: 'GatewayTimeout', message: 'The request timed out.' });
    case 'serverError':
      return failure(500, { type: 'InternalServerError', message: 'EngineCore encountered an issue.' });
    default: {
      const given = problem.kind === 'badRequest' ? problem.message : undefined;
      const message = given ?? 'Invalid request';
      return {
        status: 400,
        headers: {},
        body: { object: 'error', message, type: 'BadRequestError', param: null, code: 400 },
      };
    }
  }
}

function failure(status: number, { type, message }: { readonly type: string; readonly message: string }): Failure {
  return { status, headers: {}, body: { error: { message, type, param: null, code: status } } };
}
