import { describe, expect, test } from '@jest/globals';
import { fingerprint } from '@nexus/failure-taxonomy';
import fc from 'fast-check';
import { causeOf, CAUSES, countsByCode } from './cause.ts';
import { demoPayload, taskNumberOf } from './demo-task.ts';

const numbers = fc.nat(1_000_000);

describe('the causes of the demo', () => {
  test('are at least five, and their shares are all of it', () => {
    expect(new Set(CAUSES.map(({ code }) => code)).size).toBeGreaterThanOrEqual(5);
    expect(CAUSES.reduce((sum, { share }) => sum + share, 0)).toBe(100);
  });

  test('any hundred tasks in a row have the shares of all', () => {
    fc.assert(
      fc.property(numbers, (from) => {
        const codes = Array.from({ length: 100 }, (_, offset) => causeOf(from + offset).code);
        for (const { code, share } of CAUSES) expect(codes.filter((each) => each === code)).toHaveLength(share);
      }),
    );
  });

  test('every message differs and every cause is one group', () => {
    fc.assert(
      fc.property(numbers, numbers, fc.constantFrom(...CAUSES), (one, other, { code, message }) => {
        const groupOf = (task: number): string => fingerprint({ code, message: message(task) }).hash;
        expect(groupOf(one)).toBe(groupOf(other));
      }),
    );
    const groups = CAUSES.map(({ code, message }) => fingerprint({ code, message: message(1) }).hash);
    expect(new Set(groups).size).toBe(CAUSES.length);
    const timeouts = Array.from({ length: 40 }, (_, task) => CAUSES[0]?.message(task));
    expect(new Set(timeouts).size).toBe(40);
  });

  test('of the timeouts a few fail again, never enough of a hundred in a row to stop a canary; of the rest all do', () => {
    fc.assert(
      fc.property(numbers, (from) => {
        const tasks = Array.from({ length: 222 }, (_, offset) => from + offset);
        const timeouts = tasks.filter((task) => causeOf(task).code === 'PROVIDER_TIMEOUT').slice(0, 50);
        const failing = timeouts.filter((task) => causeOf(task).failsAgain(task)).length;
        expect(failing / timeouts.length).toBeLessThan(0.2);
      }),
    );
    const all = Array.from({ length: 10_000 }, (_, task) => task).filter((task) => causeOf(task).failsAgain(task));
    expect(all.length).toBeGreaterThan(5_500);
    expect(all.filter((task) => causeOf(task).code === 'PROVIDER_TIMEOUT').length).toBeGreaterThan(50);
  });

  test('are counted', () => {
    expect(Object.fromEntries(countsByCode(1_000))).toEqual({
      PROVIDER_TIMEOUT: 450,
      PROVIDER_UPSTREAM_ERROR: 250,
      SCHEMA_VALIDATION_ERROR: 150,
      INTERNAL_ERROR: 100,
      PROVIDER_AUTH_ERROR: 50,
    });
  });
});

describe('a task of the demo', () => {
  test('carries its number', () => {
    fc.assert(fc.property(numbers, (task) => expect(taskNumberOf(demoPayload(task))).toBe(task)));
  });

  test.each([{}, { files: [] }, { files: ['file_1'] }, { files: [7] }, { files: 'x' }])('%j is none', (payload) => {
    expect(() => taskNumberOf(payload)).toThrow(/not one of the demo/);
  });
});
