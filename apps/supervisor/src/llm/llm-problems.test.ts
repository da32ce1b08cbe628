import { describe, expect, test } from '@jest/globals';
import { CallRefused, FAILURE_KINDS, providerFailure } from '@nexus/llm-router';
import { problemStatus } from '@nexus/contracts';
import { BudgetUnreadable, llmProblem } from './llm-problems.ts';

function failureOf(kind: (typeof FAILURE_KINDS)[number], retryAfterSeconds?: number): unknown {
  const told = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
  return providerFailure({ provider: 'glm', kind, message: 'no', status: 0, billed: { state: 'no' }, ...told });
}

describe('what a failed call means', () => {
  test.each([
    ['throttled', 'PROVIDER_RATE_LIMIT'],
    ['quota', 'PROVIDER_RATE_LIMIT'],
    ['no_money', 'PROVIDER_RATE_LIMIT'],
    ['auth', 'PROVIDER_AUTH_ERROR'],
    ['bad_request', 'BAD_REQUEST'],
    ['model_missing', 'PROVIDER_UPSTREAM_ERROR'],
    ['outage', 'PROVIDER_UPSTREAM_ERROR'],
    ['timeout', 'PROVIDER_TIMEOUT'],
    ['refused', 'PROVIDER_UPSTREAM_ERROR'],
    ['empty', 'PROVIDER_UPSTREAM_ERROR'],
    ['cancelled', 'PROVIDER_UPSTREAM_ERROR'],
  ] as const)('%s: %s', (kind, code) => {
    expect(llmProblem(failureOf(kind))).toMatchObject({ problem: code });
  });

  test('every kind has a code of the API', () => {
    for (const kind of FAILURE_KINDS) expect(problemStatus).toHaveProperty(llmProblem(failureOf(kind))?.problem ?? '?');
  });

  test('a wait is whole seconds, at least one', () => {
    expect(llmProblem(failureOf('throttled', 2.1))).toMatchObject({ retryAfter: 3 });
    expect(llmProblem(failureOf('throttled', 0))).toMatchObject({ retryAfter: 1 });
    const refused = new CallRefused({ code: 'RATE_LIMITED', message: 'm', retryAfterSeconds: 0.2 });
    expect(llmProblem(refused)).toEqual({ problem: 'RATE_LIMITED', message: 'm', retryAfter: 1 });
  });

  test('a budget that cannot be read refuses, whatever the cause', () => {
    expect(llmProblem(new BudgetUnreadable(new TypeError('x')))).toMatchObject({ problem: 'STORE_UNAVAILABLE' });
    expect(llmProblem(new Error('Connection is closed.'))).toMatchObject({ problem: 'STORE_UNAVAILABLE' });
  });

  test('a fault of our own is nobody else', () => {
    expect(llmProblem(new TypeError('x'))).toBeUndefined();
  });
});
