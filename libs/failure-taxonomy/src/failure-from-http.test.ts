import { describe, expect, test } from '@jest/globals';
import { toFailure } from './to-failure.ts';
import { failureFromHttp } from './failure-from-http.ts';
import { parseRetryAfter } from './retry-after.ts';

const now = Date.UTC(2026, 10, 22, 12, 0, 0);

describe('answers of a provider', () => {
  test.each([
    [undefined, 'UNKNOWN'],
    [400, 'UNKNOWN'],
    [401, 'PROVIDER_AUTH_ERROR'],
    [403, 'PROVIDER_AUTH_ERROR'],
    [404, 'UNKNOWN'],
    [408, 'PROVIDER_TIMEOUT'],
    [422, 'UNKNOWN'],
    [429, 'PROVIDER_RATE_LIMIT'],
    [500, 'PROVIDER_UPSTREAM_ERROR'],
    [529, 'PROVIDER_UPSTREAM_ERROR'],
    [600, 'UNKNOWN'],
  ])('%s is %s', (status, code) => {
    expect(failureFromHttp({ from: 'provider', status, now }).code).toBe(code);
  });

  test('their own codes do not count', () => {
    const body = { error: { code: 'CANCELLED', message: 'stop' } };
    expect(failureFromHttp({ from: 'provider', status: 500, body, now }).code).toBe('PROVIDER_UPSTREAM_ERROR');
  });
});

describe('answers of the supervisor', () => {
  test.each([
    [undefined, 'PROVIDER_UPSTREAM_ERROR'],
    [401, 'PROVIDER_AUTH_ERROR'],
    [403, 'PROVIDER_AUTH_ERROR'],
    [402, 'BUDGET_EXCEEDED'],
    [408, 'PROVIDER_TIMEOUT'],
    [422, 'SCHEMA_REPAIR_FAILED'],
    [429, 'PROVIDER_RATE_LIMIT'],
    [503, 'PROVIDER_UPSTREAM_ERROR'],
    [418, 'UNKNOWN'],
  ])('without a code %s is %s', (status, code) => {
    expect(failureFromHttp({ from: 'supervisor', status, now }).code).toBe(code);
  });

  test.each([
    ['SCHEMA_VALIDATION_ERROR', 422, 'SCHEMA_VALIDATION_ERROR'],
    ['BUDGET_EXCEEDED', 402, 'BUDGET_EXCEEDED'],
    ['LLM_DISABLED', 503, 'PROVIDER_DISABLED'],
    ['TIMEOUT', 503, 'PROVIDER_TIMEOUT'],
    ['RATE_LIMITED', 429, 'PROVIDER_RATE_LIMIT'],
    ['VALIDATION_ERROR', 422, 'PAYLOAD_INVALID'],
    ['STORE_UNAVAILABLE', 503, 'PROVIDER_UPSTREAM_ERROR'],
    ['toString', 503, 'PROVIDER_UPSTREAM_ERROR'],
  ])('the code %s (%s) is %s', (reported, status, code) => {
    const body = { error: { code: reported, message: 'because' } };
    const failed = failureFromHttp({ from: 'supervisor', status, body, now });
    expect(failed).toMatchObject({ code, http_status: status, message: `The supervisor answered ${status}: because` });
  });

  test('a client that gave up waiting is a timeout, not an outage', () => {
    const body = { error: { code: 'CLIENT_TIMEOUT', message: 'no answer within 20 ms' } };
    expect(failureFromHttp({ from: 'supervisor', status: undefined, body, now })).toMatchObject({
      code: 'PROVIDER_TIMEOUT',
    });
  });

  test('a wait is carried along, also in the data', () => {
    const failed = failureFromHttp({ from: 'supervisor', status: 429, retryAfter: '7', now });
    expect(toFailure(failed)).toMatchObject({ retry_after_s: 7, http_status: 429, retryable: true });
  });

  test.each([null, 'text', 5, [], { error: null }, { error: 'x' }, { error: { code: 7 } }])(
    'body %j is survived',
    (body) => {
      expect(failureFromHttp({ from: 'supervisor', status: 500, body, now }).code).toBe('PROVIDER_UPSTREAM_ERROR');
    },
  );
});

describe('Retry-After', () => {
  test.each([
    ['0', 0],
    ['120', 120],
    [' 5 ', 5],
    ['1.5', 1.5],
    [30, 30],
    ['Sun, 22 Nov 2026 12:00:30 GMT', 30],
    ['Sun, 22 Nov 2026 11:00:00 GMT', 0],
    ['Sunday, 22-Nov-26 12:00:30 GMT', 30],
    ['99999999', 86_400],
    ['', undefined],
    ['soon', undefined],
    ['-5', undefined],
    [Number.NaN, undefined],
    [null, undefined],
    [undefined, undefined],
    [{}, undefined],
  ])('%j is %j seconds', (value, seconds) => {
    expect(parseRetryAfter(value, now)).toBe(seconds);
  });
});
