import { describe, expect, test } from '@jest/globals';
import { FAILURE_CODES, failureCodes, isFailureCode, isRetryable, runbookSlug } from './failure-codes.ts';

/** The published list of codes and retry verdicts; clients and runbooks rely on it. */
const published = {
  SCHEMA_PARSE_ERROR: true,
  SCHEMA_VALIDATION_ERROR: true,
  SCHEMA_REPAIR_FAILED: false,
  PROVIDER_DISABLED: false,
  PROVIDER_TIMEOUT: true,
  PROVIDER_AUTH_ERROR: false,
  PROVIDER_RATE_LIMIT: true,
  PROVIDER_UPSTREAM_ERROR: true,
  INTERNAL_ERROR: true,
  UNKNOWN: true,
  WORKER_LOST: false,
  PAYLOAD_INVALID: false,
  UNKNOWN_TASK_TYPE: false,
  BUDGET_EXCEEDED: false,
  CALLBACK_FAILED: true,
  DELIVERY_FAILED: true,
  DELIVERY_UNCERTAIN: false,
  CANCELLED: false,
};

describe('the table of failure codes', () => {
  test('has exactly the published codes and verdicts', () => {
    expect(Object.fromEntries(FAILURE_CODES.map((code) => [code, isRetryable(code)]))).toEqual(published);
  });

  test.each(FAILURE_CODES)('%s is told in English and Korean', (code) => {
    const { en, ko } = failureCodes[code];
    expect(en).toMatch(/^[A-Z].*\.$/);
    expect(ko).toMatch(/[가-힣].*\.$/);
  });

  test('every code has a runbook page of its own', () => {
    expect(runbookSlug('PROVIDER_RATE_LIMIT')).toBe('provider-rate-limit');
    expect(new Set(FAILURE_CODES.map(runbookSlug)).size).toBe(FAILURE_CODES.length);
  });

  test('names every object inherits are no codes', () => {
    expect(['toString', 'constructor', '__proto__', '', 1, null, 'unknown'].filter(isFailureCode)).toEqual([]);
  });
});
