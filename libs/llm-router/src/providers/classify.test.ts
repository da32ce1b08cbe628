import { describe, expect, test } from '@jest/globals';
import type { FailureKind } from '../provider-failure.ts';
import { anthropicDialect } from './anthropic.ts';
import type { Dialect } from './dialect.ts';
import { geminiDialect } from './gemini.ts';
import { glmDialect } from './glm.ts';
import { openaiCompatibleDialect } from './openai-compatible.ts';
import { openaiDialect } from './openai.ts';
import { readWireError } from './wire-error.ts';

const NOW = Date.parse('2026-11-22T10:00:00Z');
const base = 'http://127.0.0.1/v1';

function classified(dialect: Dialect, status: number, body: unknown): FailureKind {
  const error = readWireError(body);
  if (error === undefined) throw new Error('No error in the body.');
  return dialect.classify({ status, error, headers: {}, now: NOW }).kind;
}

describe('errors by provider, status and code', () => {
  test.each([
    [429, { code: 'insufficient_quota' }, 'no_money'],
    [429, { code: null, type: 'insufficient_quota' }, 'no_money'],
    [429, { code: 'billing_hard_limit_reached' }, 'no_money'],
    [429, { code: 'slow_down' }, 'throttled'],
    [429, { message: 'requests per day (RPD): Limit 200' }, 'quota'],
    [403, { code: 'model_not_found' }, 'model_missing'],
    [400, { code: 'unsupported_value', param: 'temperature' }, 'model_missing'],
    [400, { code: 'content_policy_violation' }, 'refused'],
    [403, { code: 'unsupported_country_region_territory' }, 'auth'],
    [401, { type: 'invalid_request_error', code: 'constructor' }, 'auth'],
    [409, {}, 'outage'],
    [422, {}, 'bad_request'],
  ] as const)('OpenAI %i %j is %s', (status, error, kind) => {
    expect(classified(openaiDialect(base), status, { error })).toBe(kind);
  });

  test.each([
    [400, { type: 'invalid_request_error', message: 'Your credit balance is too low to access the API.' }, 'no_money'],
    [400, { type: 'invalid_request_error', message: 'You have reached your specified API usage limits.' }, 'no_money'],
    [400, { type: 'invalid_request_error', message: 'temperature is deprecated for this model.' }, 'model_missing'],
    [400, { type: 'invalid_request_error', message: 'prompt is too long: 200001 tokens' }, 'bad_request'],
    [402, { type: 'billing_error' }, 'no_money'],
    [413, { type: 'request_too_large' }, 'bad_request'],
    [429, { type: 'rate_limit_error', details: { error_code: 'contract_spend_limit_reached' } }, 'no_money'],
    [429, { type: 'rate_limit_error', details: { error_code: 'ramp_limit_exceeded' } }, 'throttled'],
    [529, { type: 'overloaded_error' }, 'outage'],
    // In a stream there is no status.
    [500, { type: 'rate_limit_error' }, 'throttled'],
  ] as const)('Anthropic %i %j is %s', (status, error, kind) => {
    expect(classified(anthropicDialect(base, '2023-06-01'), status, { type: 'error', error })).toBe(kind);
  });

  test.each([
    [400, { status: 'INVALID_ARGUMENT', message: 'API key expired. Please renew the API key.' }, 'auth'],
    [400, { status: 'FAILED_PRECONDITION', message: 'User location is not supported.' }, 'no_money'],
    [429, { status: 'RESOURCE_EXHAUSTED', message: 'Your prepayment credits are depleted.' }, 'no_money'],
    [429, { status: 'RESOURCE_EXHAUSTED', message: 'Resource has been exhausted (e.g. check quota).' }, 'throttled'],
    [503, { code: 503, status: 'UNAVAILABLE' }, 'outage'],
    [504, { code: 504, status: 'DEADLINE_EXCEEDED' }, 'outage'],
    [403, { status: 'PERMISSION_DENIED' }, 'auth'],
  ] as const)('Gemini %i %j is %s', (status, error, kind) => {
    expect(classified(geminiDialect(base), status, { error })).toBe(kind);
    // The stream endpoint may put it into an array.
    expect(classified(geminiDialect(base), status, [{ error }])).toBe(kind);
  });

  test.each([
    [400, { code: '1261', message: 'Prompt exceeds max length' }, 'bad_request'],
    [429, { code: '1305' }, 'outage'],
    [429, { code: '1113' }, 'no_money'],
    [429, { code: '9999' }, 'throttled'],
    [500, { code: '1234' }, 'outage'],
  ] as const)('GLM %i %j is %s', (status, error, kind) => {
    expect(classified(glmDialect(base), status, { error })).toBe(kind);
  });

  test.each([
    [404, { error: 'model "x" not found' }, 'model_missing'],
    [400, { object: 'error', message: 'bad', type: 'BadRequestError', code: 400 }, 'bad_request'],
    [422, { detail: 'field required' }, 'bad_request'],
    [503, { error: 'server busy' }, 'outage'],
  ] as const)('a compatible server %i %j is %s', (status, body, kind) => {
    expect(classified(openaiCompatibleDialect(base), status, body)).toBe(kind);
  });

  test('no error is none', () => {
    for (const body of [{ error: null }, {}, [], 'x', null, undefined, 5]) expect(readWireError(body)).toBeUndefined();
  });
});
