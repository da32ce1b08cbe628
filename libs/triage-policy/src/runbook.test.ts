import { describe, expect, test } from '@jest/globals';
import { FAILURE_CODES } from '@nexus/failure-taxonomy';
import { runbookFor } from './runbook.ts';

describe('runbooks', () => {
  test.each(['https://wiki.example/runbooks', 'https://wiki.example/runbooks//'])(
    '%s: a page for every code',
    (base) => {
      expect(runbookFor('PROVIDER_TIMEOUT', base)).toBe('https://wiki.example/runbooks/PROVIDER_TIMEOUT');
      expect(FAILURE_CODES.every((code) => runbookFor(code, base) !== undefined)).toBe(true);
    },
  );

  test('a strange code cannot leave the page', () => {
    expect(runbookFor('../../admin?x=1', 'https://wiki.example')).toBe('https://wiki.example/..%2F..%2Fadmin%3Fx%3D1');
  });

  test('without a base there is a short hint, except where nothing sensible can be said', () => {
    const silent = FAILURE_CODES.filter((code) => runbookFor(code, '') === undefined);
    expect(silent).toEqual(['INTERNAL_ERROR', 'UNKNOWN', 'CANCELLED']);
    expect(runbookFor('PROVIDER_AUTH_ERROR')).toMatch(/keys and permissions/);
    expect(runbookFor('toString')).toBeUndefined();
  });

  test.each([null, undefined, ''])('no code, no runbook (%j)', (code) => {
    expect(runbookFor(code, 'https://wiki.example')).toBeUndefined();
  });
});
