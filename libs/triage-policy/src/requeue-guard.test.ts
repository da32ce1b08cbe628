import { describe, expect, test } from '@jest/globals';
import { decide } from './decide.ts';
import { manualRequeue } from './manual-requeue.ts';
import { defaultTriagePolicy } from './policy.ts';
import type { RequeueRule, TriagePolicy } from './policy.ts';

const cause = { failure_code: 'PROVIDER_TIMEOUT', task_type: 'billing_send', group: '', requeues: 0 };

function policyWith(requeue: Partial<TriagePolicy['requeue']>, rest: Partial<TriagePolicy> = {}): TriagePolicy {
  return { ...defaultTriagePolicy, requeue: { ...defaultTriagePolicy.requeue, ...requeue }, ...rest };
}

describe('automatic requeue', () => {
  test.each<{ fallback: RequeueRule; type?: RequeueRule; code?: RequeueRule; rule: string }>([
    { fallback: 'allowed', rule: 'configured-requeue' },
    { fallback: 'confirm', rule: 'requeue-confirm' },
    { fallback: 'forbidden', rule: 'requeue-forbidden' },
    { fallback: 'forbidden', type: 'allowed', rule: 'configured-requeue' },
    { fallback: 'forbidden', code: 'allowed', rule: 'configured-requeue' },
    { fallback: 'allowed', type: 'confirm', code: 'allowed', rule: 'requeue-confirm' },
    { fallback: 'allowed', type: 'allowed', code: 'confirm', rule: 'requeue-confirm' },
    { fallback: 'allowed', type: 'forbidden', code: 'confirm', rule: 'requeue-forbidden' },
    { fallback: 'allowed', type: 'confirm', code: 'forbidden', rule: 'requeue-forbidden' },
  ])('default $fallback, type $type, code $code → $rule', ({ fallback, type, code, rule }) => {
    const policy = policyWith({
      default: fallback,
      byTaskType: type === undefined ? {} : { billing_send: type },
      byFailureCode: code === undefined ? {} : { provider_timeout: code },
    });
    expect(decide(cause, policy).rule).toBe(rule);
  });

  test('a hold by a guard says who wanted the requeue, what stands against it and what to do', () => {
    expect(decide(cause, policyWith({ byTaskType: { billing_send: 'confirm' } }))).toEqual({
      action: 'hold',
      rule: 'requeue-confirm',
      reason:
        'Rule configured-requeue wants PROVIDER_TIMEOUT requeued, but the policy lets only a person requeue tasks of ' +
        'type billing_send; find out what the task has already done, then requeue it with force',
    });
    expect(decide(cause, policyWith({ byFailureCode: { PROVIDER_TIMEOUT: 'forbidden' } })).reason).toMatch(
      /forbids requeueing tasks that failed with PROVIDER_TIMEOUT; correct the cause and create a new task$/,
    );
  });

  test.each([
    [5, 4, 'requeue'],
    [5, 5, 'hold'],
    [5, 6, 'hold'],
    [1, 0, 'requeue'],
    [0, 0, 'hold'],
    [5, Number.NaN, 'hold'],
  ])('limit %d, requeued %d times before: %s', (requeueLimit, requeues, action) => {
    expect(decide({ ...cause, requeues }, { ...defaultTriagePolicy, requeueLimit }).action).toBe(action);
  });

  test('the limit speaks when the requeue rule is silent', () => {
    const policy = policyWith({ byTaskType: { billing_send: 'confirm' } });
    expect(decide({ ...cause, requeues: 9 }, policy).rule).toBe('requeue-confirm');
    expect(decide({ ...cause, requeues: 9 }, defaultTriagePolicy)).toMatchObject({
      rule: 'requeue-limit',
      reason: expect.stringContaining('failed again after 9 requeues and the limit is 5'),
    });
    expect(decide(cause, { ...defaultTriagePolicy, requeueLimit: 0 }).reason).toContain('requeue limit of 0');
  });

  test('a message that may have been delivered is not sent again, even when it is on the requeue list', () => {
    const policy = { ...defaultTriagePolicy, requeueCodes: ['DELIVERY_UNCERTAIN'] };
    expect(decide({ failure_code: 'delivery_uncertain' }, policy)).toMatchObject({
      action: 'hold',
      rule: 'requeue-confirm',
    });
  });

  test.each(['toString', '__proto__', 'constructor'])('the type %s has no rule by accident', (task_type) => {
    expect(decide({ ...cause, task_type }, defaultTriagePolicy).action).toBe('requeue');
  });
});

describe('requeue by hand', () => {
  const [plain, enforced] = [
    { enforceAlarm: false, force: false },
    { enforceAlarm: true, force: false },
  ];
  const forced = { enforceAlarm: true, force: true };
  const alarming = { ...cause, failure_code: 'PROVIDER_AUTH_ERROR' };

  test('takes whatever triage says, except an alarm where alarms are enforced', () => {
    for (const failure_code of ['PROVIDER_TIMEOUT', 'INTERNAL_ERROR', 'WORKER_LOST'])
      expect(manualRequeue({ ...cause, failure_code }, defaultTriagePolicy, enforced)).toEqual([{ do: 'requeue' }]);
    expect(manualRequeue(alarming, defaultTriagePolicy, plain)).toEqual([{ do: 'requeue' }]);
    for (const options of [enforced, forced])
      expect(manualRequeue(alarming, defaultTriagePolicy, options)).toMatchObject([
        {
          do: 'refuse',
          why: 'alarm',
          rule: 'configured-alarm',
          reason: expect.stringMatching(/correct the cause first$/),
        },
      ]);
  });

  test.each<{ why: string; policy: TriagePolicy; lifted: boolean }>([
    { why: 'forbidden', policy: policyWith({ byTaskType: { billing_send: 'forbidden' } }), lifted: false },
    { why: 'confirm', policy: policyWith({ byTaskType: { billing_send: 'confirm' } }), lifted: true },
    { why: 'requeue-limit', policy: { ...defaultTriagePolicy, requeueLimit: 0 }, lifted: true },
  ])('$why is refused; force lifts it: $lifted', ({ why, policy, lifted }) => {
    const [refused] = manualRequeue(cause, policy, plain);
    const rule = why === 'requeue-limit' ? why : `requeue-${why}`;
    expect(refused).toMatchObject({ do: 'refuse', why, rule, reason: expect.stringMatching(/^Not requeued: .+; .+/) });
    expect(manualRequeue(cause, policy, forced)).toEqual(lifted ? [{ do: 'requeue' }] : [refused]);
  });

  test('depends on the letter where only some letters of a cause raise an alarm', () => {
    const policy: TriagePolicy = {
      ...defaultTriagePolicy,
      rules: [
        { name: 'young', match: { age: { max_seconds: 60 } }, action: 'ignore' },
        { name: 'tired', match: { attempts: { min: 4 } }, action: 'alarm' },
        { name: 'lost', match: { age: { min_seconds: 9000 } }, action: 'alarm' },
        { name: 'old', match: { age: { min_seconds: 3600 } }, action: 'hold' },
      ],
    };
    expect(manualRequeue(cause, policy, enforced)).toEqual([
      { do: 'requeue', when: { age_max_seconds: 60 } },
      { do: 'refuse', why: 'alarm', rule: 'tired', reason: expect.any(String), when: { attempts_min: 4 } },
      { do: 'refuse', why: 'alarm', rule: 'lost', reason: expect.any(String), when: { age_min_seconds: 9000 } },
      { do: 'requeue' },
    ]);
    expect(manualRequeue(cause, policy, plain)).toEqual([{ do: 'requeue' }]);
  });
});
