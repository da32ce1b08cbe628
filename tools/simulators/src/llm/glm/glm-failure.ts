import type { GlmCode } from '../fault.ts';
import type { Call, Failure, Problem } from '../provider-wire.ts';
import { retryAfterHeaders } from '../retry-after.ts';

/** Five hours: the window of code 1308. */
const WINDOW_MILLISECONDS = 5 * 3_600_000;

/** `{"error":{"code","message"}}`: the code is a numeric string and says more than the status, which is often 429. */
export function glmFailure(problem: Problem, call: Call): Failure {
  switch (problem.kind) {
    case 'status': {
      const usual = failure(problem.code, { code: String(problem.code), message: `Simulated status ${problem.code}.` });
      return { ...usual, headers: problem.headers ?? {}, ...('body' in problem && { body: problem.body }) };
    }
    case 'throttled':
      return { ...coded('1302', call), headers: retryAfterHeaders(problem, { now: call.now, usual: 'none' }) };
    case 'rampLimit':
      return coded('1303', call);
    case 'quotaPerDay':
      return coded('1308', call);
    case 'noMoney':
      return coded('1113', call);
    case 'overloaded':
      return coded('1305', call);
    case 'modelMissing':
      return coded('1211', call);
    case 'blockedPrompt':
      return coded('1301', call);
    case 'glmCode':
      return coded(problem.code, call);
    case 'badKey':
      return failure(401, {
        code: '1002',
        message: 'Authorization Token is invalid, please confirm that the Authorization Token is correct.',
      });
    case 'missingKey':
      return failure(401, {
        code: '1001',
        message: 'Authentication parameter not received in Header, unable to authenticate.',
      });
    case 'contextTooLong':
      return failure(400, { code: '1261', message: 'Prompt exceeds max length' });
    case 'noSuchPath':
      return {
        status: 404,
        headers: {},
        body: { timestamp: call.now.toISOString(), status: 404, error: 'Not Found', path: call.path },
      };
    case 'timedOut':
      return failure(504, { code: '504', message: 'Gateway Time-out' });
    case 'serverError':
      return failure(500, { code: '500', message: 'Internal Error' });
    default: {
      const given = problem.kind === 'badRequest' ? problem.message : undefined;
      return failure(400, { code: '1210', message: given ?? 'Invalid API parameter, please check the documentation.' });
    }
  }
}

function failure(status: number, error: { code: string; message: string }): Failure {
  return { status, headers: {}, body: { error } };
}

function coded(code: GlmCode, { now, sequence, body }: Call): Failure {
  const answers: Record<GlmCode, [status: number, message: string]> = {
    '1113': [429, 'Insufficient balance or no resource package. Please recharge.'],
    '1211': [400, `Unknown Model, please check the model code: ${String(body?.['model'])}.`],
    '1234': [500, `Network error, error id: simulated${sequence}, please contact customer service`],
    '1301': [
      400,
      'System detected potentially unsafe or sensitive content in input or generation. Please avoid using prompts that may generate sensitive content.',
    ],
    '1302': [
      429,
      'High concurrency usage of this API, please reduce concurrency or contact customer service to increase limits.',
    ],
    '1303': [
      429,
      'High frequency usage of this API, please reduce frequency or contact customer service to increase limits.',
    ],
    '1305': [429, 'The API has triggered a rate limit: the model is overloaded at the moment, please try again later.'],
    '1308': [
      429,
      `Usage limit reached for 5 hour. Your limit will reset at ${localTime(now.getTime() + WINDOW_MILLISECONDS)}`,
    ],
    '1313': [429, 'Your account does not comply with the fair use policy and its requests have been restricted.'],
  };
  const [status, message] = answers[code];
  return failure(status, { code, message });
}

/** Without a zone, as the provider writes it; it is Beijing's time. */
function localTime(milliseconds: number): string {
  return new Date(milliseconds + 8 * 3_600_000).toISOString().slice(0, 19).replace('T', ' ');
}
