import type { Call, Failure, Problem } from '../provider-wire.ts';

const DETAIL = 'type.googleapis.com/google.rpc.';
const KEY_HELP = 'API key not valid. Please pass a valid API key.';

/** google.rpc.Status as JSON. There is never a Retry-After header: RetryInfo in the details has the delay. */
export function geminiFailure(problem: Problem, call: Call): Failure {
  switch (problem.kind) {
    case 'status':
      return {
        status: problem.code,
        headers: problem.headers ?? {},
        body: problem.body ?? failure(problem.code, 'UNKNOWN', { message: `Simulated status ${problem.code}.` }).body,
      };
    case 'throttled':
    case 'rampLimit':
      return quota(
        'PerMinute',
        problem.kind === 'throttled' && problem.as === 'none' ? undefined : (problem.seconds ?? 2),
      );
    case 'quotaPerDay':
      return quota('PerDay', 36.5);
    case 'noMoney':
      return failure(400, 'FAILED_PRECONDITION', {
        message: 'Billing is not enabled, or the prepaid credits are used up. Check the billing of your project.',
      });
    case 'badKey':
      return failure(400, 'INVALID_ARGUMENT', {
        message: KEY_HELP,
        details: [
          {
            '@type': `${DETAIL}ErrorInfo`,
            reason: 'API_KEY_INVALID',
            domain: 'googleapis.com',
            metadata: { service: 'generativelanguage.googleapis.com' },
          },
          { '@type': `${DETAIL}LocalizedMessage`, locale: 'en-US', message: KEY_HELP },
        ],
      });
    case 'missingKey':
      return failure(403, 'PERMISSION_DENIED', {
        message:
          "Method doesn't allow unregistered callers (callers without established identity). Please use API Key or other form of API consumer identity to call this API.",
      });
    case 'contextTooLong':
      return failure(400, 'INVALID_ARGUMENT', {
        message: 'The input token count (1048577) exceeds the maximum number of tokens allowed (1048576).',
      });
    case 'modelMissing':
      return failure(404, 'NOT_FOUND', {
        message: `models/${modelOf(call)} is not found for API version v1beta, or is not supported for generateContent. Call ListModels to see the list of available models and their supported methods.`,
      });
    case 'noSuchPath':
      return {
        status: 404,
        headers: { 'content-type': 'text/html; charset=UTF-8' },
        body: '<!DOCTYPE html>\n<html lang=en>\n  <title>Error 404 (Not Found)!!1</title>\n',
      };
    case 'overloaded':
      return failure(503, 'UNAVAILABLE', { message: 'The model is overloaded. Please try again later.' });
    case 'timedOut':
      return failure(504, 'DEADLINE_EXCEEDED', { message: 'Deadline expired before operation could complete.' });
    case 'serverError':
      return failure(500, 'INTERNAL', {
        message:
          'An internal error has occurred. Please retry or report in https://developers.generativeai.google/guide/troubleshooting',
      });
    default: {
      const message = problem.kind === 'badRequest' ? problem.message : undefined;
      const text = message ?? 'Request contains an invalid argument.';
      const violation = { field: 'contents', description: text };
      return failure(400, 'INVALID_ARGUMENT', {
        message: text,
        details: [{ '@type': `${DETAIL}BadRequest`, fieldViolations: [violation] }],
      });
    }
  }
}

function failure(
  code: number,
  status: string,
  { message, details }: { message: string; details?: unknown[] },
): Failure {
  return { status: code, headers: {}, body: { error: { code, message, status, ...(details && { details }) } } };
}

function quota(window: 'PerMinute' | 'PerDay', seconds: number | undefined): Failure {
  const quotaId = `GenerateRequests${window}PerProjectPerModel-FreeTier`;
  const quotaMetric = 'generativelanguage.googleapis.com/generate_content_free_tier_requests';
  const violation = {
    quotaMetric,
    quotaId,
    quotaDimensions: { location: 'global', model: 'gemini-3-flash' },
    quotaValue: '20',
  };
  const delay = seconds === undefined ? undefined : `${Number((seconds + 0.837906927).toFixed(9))}s`;
  const retry = delay === undefined ? '' : `\nPlease retry in ${delay}.`;
  const head = 'You exceeded your current quota, please check your plan and billing details.';
  const details = [
    { '@type': `${DETAIL}QuotaFailure`, violations: [violation] },
    {
      '@type': `${DETAIL}Help`,
      links: [
        { description: 'Learn more about Gemini API quotas', url: 'https://ai.google.dev/gemini-api/docs/rate-limits' },
      ],
    },
  ];
  if (delay === undefined)
    return failure(429, 'RESOURCE_EXHAUSTED', { message: 'Resource has been exhausted (e.g. check quota).' });
  return failure(429, 'RESOURCE_EXHAUSTED', {
    message: `${head}${retry}`,
    details: [...details, { '@type': `${DETAIL}RetryInfo`, retryDelay: delay }],
  });
}

function modelOf({ path }: Call): string {
  return /models\/([^:]+)/.exec(path)?.[1] ?? 'unknown';
}
