import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Fault } from './fault.ts';
import { type LlmSimulator, startLlmSimulator } from './llm-simulator.ts';
import { call, type DoorName, DOORS, PROVIDER_OF } from './testing/raw-client.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
let simulator: LlmSimulator;
beforeAll(async () => {
  simulator = await startLlmSimulator({ now: () => NOW });
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly body: unknown;
}

async function seen(door: DoorName, fault: Fault, stream = false): Promise<Seen> {
  simulator.script(PROVIDER_OF[door], [fault]);
  const response = await call(simulator, door, { stream });
  return { status: response.status, headers: response.headers, body: await response.json() };
}

function gemini(status: string, more: object = {}): object {
  return { error: { code: expect.any(Number), message: expect.any(String), status, ...more } };
}
function openai(code: string | null, type = 'invalid_request_error'): object {
  return { error: { message: expect.any(String), type, param: null, code } };
}
function anthropic(type: string, more: object = {}): object {
  return { type: 'error', error: { type, message: expect.any(String), ...more }, request_id: expect.any(String) };
}
function glm(code: string): object {
  return { error: { code, message: expect.any(String) } };
}
function vllm(code: number): object {
  return { error: { message: expect.any(String), type: expect.any(String), param: null, code } };
}

type Row = readonly [fault: Fault, status: number, body: object];

const GEMINI: Row[] = [
  [
    { kind: 'badKey' },
    400,
    gemini('INVALID_ARGUMENT', {
      details: expect.arrayContaining([expect.objectContaining({ reason: 'API_KEY_INVALID' })]),
    }),
  ],
  [{ kind: 'badRequest' }, 400, gemini('INVALID_ARGUMENT', { details: expect.anything() })],
  [{ kind: 'noMoney' }, 400, gemini('FAILED_PRECONDITION')],
  [{ kind: 'contextTooLong' }, 400, gemini('INVALID_ARGUMENT')],
  [{ kind: 'modelMissing' }, 404, gemini('NOT_FOUND')],
  [{ kind: 'overloaded' }, 503, gemini('UNAVAILABLE')],
  [{ kind: 'timedOut' }, 504, gemini('DEADLINE_EXCEEDED')],
  [{ kind: 'serverError' }, 500, gemini('INTERNAL')],
];
const OPENAI: Row[] = [
  [{ kind: 'rampLimit' }, 429, openai('slow_down', 'requests')],
  [{ kind: 'quotaPerDay' }, 429, openai('rate_limit_exceeded', 'requests')],
  [{ kind: 'noMoney' }, 429, openai('insufficient_quota', 'insufficient_quota')],
  [{ kind: 'badKey' }, 401, openai('invalid_api_key')],
  [{ kind: 'badRequest', parameter: 'model' }, 400, { error: { code: 'invalid_value', param: 'model' } }],
  [
    { kind: 'contextTooLong' },
    400,
    { error: { code: 'context_length_exceeded', param: expect.stringMatching(/^(input|messages)$/) } },
  ],
  [{ kind: 'modelMissing' }, 404, openai('model_not_found')],
  [{ kind: 'blocked' }, 400, openai('invalid_prompt')],
  [{ kind: 'overloaded' }, 503, openai('server_is_overloaded', 'server_error')],
  [{ kind: 'timedOut' }, 504, openai(null, 'server_error')],
  [{ kind: 'serverError' }, 500, openai(null, 'server_error')],
];
const ANTHROPIC: Row[] = [
  [{ kind: 'rampLimit' }, 429, anthropic('rate_limit_error', { details: { error_code: 'ramp_limit_exceeded' } })],
  [
    { kind: 'noMoney' },
    429,
    anthropic('rate_limit_error', { details: { error_code: 'enforced_spend_limit_reached' } }),
  ],
  [{ kind: 'quotaPerDay' }, 429, anthropic('rate_limit_error')],
  [{ kind: 'badKey' }, 401, anthropic('authentication_error')],
  [{ kind: 'badRequest' }, 400, anthropic('invalid_request_error')],
  [{ kind: 'contextTooLong' }, 400, anthropic('invalid_request_error')],
  [{ kind: 'modelMissing' }, 404, anthropic('not_found_error')],
  [{ kind: 'blocked' }, 400, anthropic('invalid_request_error')],
  [{ kind: 'overloaded' }, 529, anthropic('overloaded_error')],
  [{ kind: 'timedOut' }, 504, anthropic('timeout_error')],
  [{ kind: 'serverError' }, 500, anthropic('api_error')],
];
const GLM: Row[] = [
  [{ kind: 'throttled' }, 429, glm('1302')],
  [{ kind: 'rampLimit' }, 429, glm('1303')],
  [
    { kind: 'quotaPerDay' },
    429,
    { error: { code: '1308', message: expect.stringContaining('reset at 2026-11-23 01:00:00') } },
  ],
  [{ kind: 'noMoney' }, 429, glm('1113')],
  [{ kind: 'badKey' }, 401, glm('1002')],
  [{ kind: 'badRequest' }, 400, glm('1210')],
  [{ kind: 'contextTooLong' }, 400, glm('1261')],
  [{ kind: 'modelMissing' }, 400, glm('1211')],
  [{ kind: 'blocked' }, 400, glm('1301')],
  [{ kind: 'overloaded' }, 429, glm('1305')],
  [{ kind: 'glmCode', code: '1234' }, 500, glm('1234')],
  [{ kind: 'glmCode', code: '1313' }, 429, glm('1313')],
  [{ kind: 'timedOut' }, 504, glm('504')],
  [{ kind: 'serverError' }, 500, glm('500')],
];
const COMPATIBLE: Row[] = [
  [{ kind: 'noMoney' }, 429, vllm(429)],
  [{ kind: 'badKey' }, 401, { error: 'Unauthorized' }],
  [{ kind: 'badRequest' }, 400, { object: 'error', message: expect.any(String), code: 400 }],
  [{ kind: 'contextTooLong' }, 400, vllm(400)],
  [{ kind: 'modelMissing' }, 404, openai(null, 'api_error')],
  [{ kind: 'overloaded' }, 503, { error: expect.any(String) }],
  [{ kind: 'timedOut' }, 504, vllm(504)],
  [{ kind: 'serverError' }, 500, vllm(500)],
];
const ROWS: Record<DoorName, Row[]> = {
  gemini: GEMINI,
  responses: OPENAI,
  chat: OPENAI,
  anthropic: ANTHROPIC,
  glm: GLM,
  compatible: COMPATIBLE,
};

describe.each(DOORS)('%s', (door) => {
  test.each(ROWS[door])('%j', async (fault, status, body) => {
    for (const stream of [false, true]) {
      const answer = await seen(door, fault, stream);
      expect(answer.status).toBe(status);
      expect(answer.body).toMatchObject(body);
      expect(answer.headers.get('content-type')).toBe('application/json');
    }
  });

  test('any status, body and headers', async () => {
    const fault = { kind: 'status', code: 418, body: { a: [1] }, headers: { 'x-own': 'yes' } } as const;
    const { status, body, headers } = await seen(door, fault);
    expect([status, body, headers.get('x-own')]).toEqual([418, { a: [1] }, 'yes']);
    expect((await seen(door, { kind: 'status', code: 502 })).body).toEqual(expect.any(Object));
    simulator.script(PROVIDER_OF[door], [
      { kind: 'status', code: 502, body: '<html>Bad Gateway', headers: { 'content-type': 'text/html' } },
    ]);
    const html = await call(simulator, door);
    expect([html.status, html.headers.get('content-type'), await html.text()]).toEqual([
      502,
      'text/html',
      '<html>Bad Gateway',
    ]);
  });
});

describe.each(['responses', 'chat', 'anthropic', 'compatible'] as const)('Retry-After of %s', (door) => {
  test.each([
    [{}, 'retry-after', '2'],
    [{ seconds: 30 }, 'retry-after', '30'],
    [{ seconds: 1.5, as: 'milliseconds' }, 'retry-after-ms', '1500'],
    [{ seconds: 90, as: 'date' }, 'retry-after', 'Sun, 22 Nov 2026 12:01:30 GMT'],
    [{ seconds: -3600, as: 'date' }, 'retry-after', 'Sun, 22 Nov 2026 11:00:00 GMT'],
    [{ seconds: 1e12, as: 'date' }, 'retry-after', 'Fri, 31 Dec 9999 23:59:59 GMT'],
    [{ seconds: 1e9 }, 'retry-after', '1000000000'],
    [{ seconds: -5 }, 'retry-after', '-5'],
    [{ as: 'none' }, 'retry-after', null],
  ] as const)('%j', async (wish, name, value) => {
    const { status, headers } = await seen(door, { kind: 'throttled', ...wish });
    expect([status, headers.get(name)]).toEqual([429, value]);
  });

  test('no money: none, because waiting does not help', async () => {
    const { headers } = await seen(door, { kind: 'noMoney' });
    expect([headers.get('retry-after'), headers.get('retry-after-ms')]).toEqual([null, null]);
  });
});

describe('gemini has no Retry-After', () => {
  function detailsOf(body: unknown): object[] {
    return (body as { error: { details?: object[] } }).error.details ?? [];
  }

  test.each([
    ['throttled', 'PerMinute', { kind: 'throttled', seconds: 45, delay: '45.837906927s' }],
    ['throttled for an absurd time', 'PerMinute', { kind: 'throttled', seconds: 1e9, delay: /^1000000000\.8379\d*s$/ }],
    ['a daily quota, with a delay that leads astray', 'PerDay', { kind: 'quotaPerDay', delay: '37.337906927s' }],
  ] as const)('%s: RetryInfo and QuotaFailure', async (_name, window, { delay, ...fault }) => {
    const { status, headers, body } = await seen('gemini', fault);
    expect([status, headers.get('retry-after')]).toEqual([429, null]);
    expect(detailsOf(body)).toEqual([
      {
        '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
        violations: [expect.objectContaining({ quotaId: expect.stringContaining(window) })],
      },
      { '@type': 'type.googleapis.com/google.rpc.Help', links: expect.any(Array) },
      { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: expect.stringMatching(delay) },
    ]);
  });

  test('and sometimes neither', async () => {
    expect(detailsOf((await seen('gemini', { kind: 'throttled', as: 'none' })).body)).toEqual([]);
  });

  test('errors of an array stream are in an array', async () => {
    simulator.script('gemini', [{ kind: 'overloaded' }]);
    const response = await fetch(`${simulator.bases.gemini}/models/m-1:streamGenerateContent`, {
      method: 'POST',
      headers: { 'x-goog-api-key': 'k' },
      body: JSON.stringify({ contents: [{ parts: [{ text: 'x' }] }] }),
    });
    expect([response.status, await response.json()]).toMatchObject([503, [gemini('UNAVAILABLE')]]);
  });
});

test('openai tells rate limits as durations of Go and repeats a part of the key', async () => {
  const { headers } = await seen('chat', { kind: 'quotaPerDay' });
  expect(headers.get('x-ratelimit-reset-requests')).toBe('7m12s');
  simulator.script('openai', [{ kind: 'badKey' }]);
  const response = await call(simulator, 'chat', { key: 'sk-proj-0123456789abcdef' });
  expect(await response.text()).toContain('sk-proj-********cdef');
});

describe('what a client does wrong', () => {
  const open = { type: 'object', properties: { a: { type: 'string' } } };
  const limited = {
    type: 'object',
    additionalProperties: false,
    required: ['n'],
    properties: { n: { type: 'integer', minimum: 1 } },
  };

  test.each(DOORS)('%s: without a key', async (door) => {
    const response = await call(simulator, door, { key: null });
    const expected: Record<DoorName, number> = {
      gemini: 403,
      responses: 401,
      chat: 401,
      anthropic: 401,
      glm: 401,
      compatible: 200,
    };
    expect(response.status).toBe(expected[door]);
  });

  test.each([
    ['responses', "'additionalProperties' is required", { schema: open }],
    ['chat', "'additionalProperties' is required", { schema: open }],
    ['chat', "Missing 'a'", { schema: { ...open, additionalProperties: false } }],
    ['anthropic', "'additionalProperties' must be explicitly set to false", { schema: open }],
    ['anthropic', "property 'minimum' is not supported", { schema: limited }],
    ['anthropic', 'max_tokens', { extra: { max_tokens: undefined } }],
    ['anthropic', 'anthropic-version', { headers: { 'anthropic-version': '' } }],
    ['anthropic', 'top-level `system`', { extra: { messages: [{ role: 'system', content: 'x' }] } }],
    ['anthropic', 'temperature', { extra: { temperature: 1.5 } }],
    ['glm', 'response_format', { extra: { response_format: { type: 'json_schema' } } }],
    ['glm', 'temperature', { extra: { temperature: 1.5 } }],
    ['glm', 'stop', { extra: { stop: ['a', 'b'] } }],
    ['glm', 'tool_choice', { extra: { tool_choice: 'required' } }],
    ['gemini', 'Only one', { extra: { generationConfig: { responseJsonSchema: open, responseSchema: open } } }],
    ['gemini', 'contents', { extra: { contents: [] } }],
    ['chat', 'messages', { extra: { messages: [] } }],
    ['chat', "the word 'json'", { extra: { response_format: { type: 'json_object' } } }],
    ['responses', 'input', { extra: { input: '' } }],
    ['compatible', 'model', { extra: { model: '' } }],
  ] as const)('%s complains: %s', async (door, words, given) => {
    const response = await call(simulator, door, given);
    expect(response.status).toBe(400);
    expect(await response.text()).toContain(words);
  });

  test('a body that is no JSON, and a path that does not exist', async () => {
    const headers = { authorization: 'Bearer k' };
    const broken = await fetch(`${simulator.bases.openai}/responses`, { method: 'POST', headers, body: '{"model":' });
    expect([broken.status, simulator.hits('openai')[0]?.body]).toEqual([400, '{"model":']);
    for (const base of Object.values(simulator.bases))
      expect((await fetch(`${base}/nowhere`, { headers })).status).toBe(404);
  });
});
