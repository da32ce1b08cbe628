import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  applyDocument,
  groupDocument,
  groupsDocument,
  operationDocument,
} from '../../letters/testing/letter-documents.ts';
import { describeSums } from './describe-sums.ts';
import { storyIn } from './story-words.ts';
import { appliedSum, applySums, canarySum, endSum, groupSums, outcomeSum, type Sum } from './sums.ts';

function verdicts(sums: readonly Sum[]): boolean[] {
  return sums.map(({ agrees }) => agrees);
}

describe('groups', () => {
  const groups = groupsDocument([groupDocument({ count: 9 }), groupDocument({ failure_code: 'X', count: 1 })]);
  test('hold every task once, each cause in a group of its size', () => {
    expect(
      verdicts(
        groupSums(
          groups,
          new Map([
            ['PROVIDER_TIMEOUT', 9],
            ['X', 1],
          ]),
        ),
      ),
    ).toEqual([true, true, true]);
    expect(
      verdicts(
        groupSums(
          groups,
          new Map([
            ['PROVIDER_TIMEOUT', 8],
            ['X', 2],
          ]),
        ),
      ),
    ).toEqual([true, false, false]);
    expect(
      verdicts(
        groupSums(
          groups,
          new Map([
            ['PROVIDER_TIMEOUT', 9],
            ['X', 1],
            ['Y', 1],
          ]),
        ),
      ),
    ).toEqual([false, true, true, false]);
  });

  test('a cause in two groups is wrong even when the number is right', () => {
    const split = groupsDocument([groupDocument({ count: 9 }), groupDocument({ failure_code: 'Y', count: 1 })]);
    expect(groupSums(split, new Map([['PROVIDER_TIMEOUT', 10]]))[0]?.agrees).toBe(false);
  });
});

describe('plan and apply', () => {
  const plan = applyDocument();
  test('agree when the same was done and every letter is accounted for', () => {
    expect(verdicts(applySums(plan, applyDocument({ dry_run: false })))).toEqual([true, true]);
  });

  test('another action for the same number of letters is not the same', () => {
    const acted = { requeue: 4, hold: 3, alarm: 0, ignore: 1 };
    expect(verdicts(applySums(plan, applyDocument({ acted })))).toEqual([false, true]);
  });

  test('a letter that vanished from the counts shows', () => {
    expect(verdicts(applySums(plan, applyDocument({ skipped_cap: 1 })))).toEqual([true, false]);
  });

  test('letters before are those that went and those that are left', () => {
    expect(appliedSum(100, plan, 93).agrees).toBe(true);
    expect(appliedSum(100, plan, 92).agrees).toBe(false);
  });
});

describe('operations', () => {
  const acted = { requeue: 100, hold: 0, alarm: 0, purge: 0, ignore: 0 };
  test('outcome: all that went back has ended', () => {
    const { outcome } = operationDocument();
    expect(outcomeSum({ outcome, acted }).agrees).toBe(true);
    expect(outcomeSum({ outcome: { ...outcome, succeeded: 89 }, acted }).agrees).toBe(false);
    expect(outcomeSum({ outcome: { ...outcome, pending: 1 }, acted }).agrees).toBe(false);
    expect(outcomeSum({ outcome: { ...outcome, succeeded: 89, pending: 1 }, acted }).agrees).toBe(false);
    expect(outcomeSum({ outcome: { ...outcome, requeued: 99 }, acted }).agrees).toBe(false);
  });

  test('canary: stopped, and nothing but its first letters moved', () => {
    const canary = { first: 100, min_success: 0.8, timeout_seconds: 60 };
    expect(canarySum({ acted, canary, status: 'stopped' }).agrees).toBe(true);
    expect(canarySum({ acted, canary, status: 'succeeded' }).agrees).toBe(false);
    expect(canarySum({ acted: { ...acted, requeue: 101 }, canary, status: 'stopped' }).agrees).toBe(false);
  });
});

test('at the end every task is in exactly one place', () => {
  fc.assert(
    fc.property(fc.record({ succeeded: fc.nat(), dlq: fc.nat(), hold: fc.nat(), alarm: fc.nat() }), (parts) => {
      const tasks = parts.succeeded + parts.dlq + parts.hold + parts.alarm;
      expect(endSum(tasks, parts).agrees).toBe(true);
      expect(endSum(tasks + 1, parts).agrees).toBe(false);
    }),
  );
});

test('for people: what was added up, and the verdict', () => {
  const plain = (_style: unknown, text: string): string => text;
  const right = endSum(10, { succeeded: 7, dlq: 3, hold: 0, alarm: 0 });
  expect(describeSums([right], storyIn('en'), plain)).toContain(
    ' ✓ tasks = succeeded + in DLQ + in HOLD + in ALARM: 10 = 7 succeeded + 3 dlq\n\nAll 1 sums agree.\n',
  );
  const { outcome } = operationDocument({ outcome: { ...operationDocument().outcome, succeeded: 0 } });
  const wrong = outcomeSum({ outcome, acted: operationDocument().acted });
  const text = describeSums([right, wrong], storyIn('ko'), plain);
  expect(text).toContain(' ✗ 되돌린 것 = 성공 + 다시 실패: 100 = 10 failed again\n');
  expect(text).toContain('합계 1개가 맞지 않습니다.');
});
