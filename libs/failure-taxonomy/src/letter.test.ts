import { describe, expect, test } from '@jest/globals';
import { failure } from './failure.ts';
import { toFailure } from './to-failure.ts';
import { effectiveFailureCode, effectiveTaskType, failureEnvelope } from './letter.ts';

describe('effective code of a letter', () => {
  const envelope = { failure: { failure_code: 'C' } };
  test.each([
    [{ headers: { failure_code: 'A' }, body: { failure_code: 'B', ...envelope } }, 'A'],
    [{ headers: { failure_code: '' }, body: { failure_code: 'B', ...envelope } }, 'B'],
    [{ headers: {}, body: { failure_code: null, ...envelope } }, 'C'],
    [{ body: envelope }, 'C'],
    [{ headers: 'text', body: [1] }, 'unknown'],
    [{ headers: { failure_code: 7 }, body: { failure: 'x' } }, 'unknown'],
    [{}, 'unknown'],
  ])('%j', (letter, code) => {
    expect(effectiveFailureCode(letter)).toBe(code);
  });
});

test('effective type of a letter', () => {
  expect(effectiveTaskType({ body: { task_type: 'a', type: 'b' } })).toBe('a');
  expect(effectiveTaskType({ body: { task_type: ' ', type: 'b' } })).toBe('b');
  expect(effectiveTaskType({ body: null })).toBe('unknown');
});

test('the envelope repeats itself flat for readers of either form', () => {
  const failed = toFailure(failure('PAYLOAD_INVALID', 'not a text file', { type: 'TypeError', detail: { line: 1 } }));
  const error = { code: 'PAYLOAD_INVALID', message: 'not a text file', type: 'TypeError', detail: { line: 1 } };
  const failed_at = '2026-11-22T18:16:37Z';
  expect(failureEnvelope(failed, failed_at)).toEqual({
    failure: { failure_code: 'PAYLOAD_INVALID', error, failed_at },
    failure_code: 'PAYLOAD_INVALID',
    last_error: error,
    failed_at,
  });
});
