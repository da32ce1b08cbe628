import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FAILURE_CODES } from '@nexus/failure-taxonomy';
import { decide, decisionsFor } from './decide.ts';
import { defaultTriagePolicy, TRIAGE_ACTIONS } from './policy.ts';
import type { PolicyRule, TriageAction, TriagePolicy } from './policy.ts';

/** The published default of every code. */
const published: Record<string, TriageAction> = {
  SCHEMA_PARSE_ERROR: 'hold',
  SCHEMA_VALIDATION_ERROR: 'hold',
  SCHEMA_REPAIR_FAILED: 'hold',
  PROVIDER_DISABLED: 'alarm',
  PROVIDER_TIMEOUT: 'requeue',
  PROVIDER_AUTH_ERROR: 'alarm',
  PROVIDER_RATE_LIMIT: 'requeue',
  PROVIDER_UPSTREAM_ERROR: 'requeue',
  INTERNAL_ERROR: 'ignore',
  UNKNOWN: 'ignore',
  WORKER_LOST: 'hold',
  PAYLOAD_INVALID: 'hold',
  UNKNOWN_TASK_TYPE: 'hold',
  BUDGET_EXCEEDED: 'alarm',
  CALLBACK_FAILED: 'ignore',
  DELIVERY_FAILED: 'requeue',
  DELIVERY_UNCERTAIN: 'hold',
  CANCELLED: 'ignore',
};
const noLists: TriagePolicy = { ...defaultTriagePolicy, holdCodes: [], alarmCodes: [], requeueCodes: [] };

function actionOf(failure_code: string | null | undefined, policy: TriagePolicy = defaultTriagePolicy): TriageAction {
  return decide({ failure_code }, policy).action;
}

describe('triage by default', () => {
  test('is as published for every code of the table', () => {
    expect(Object.fromEntries(FAILURE_CODES.map((code) => [code, actionOf(code)]))).toEqual(published);
  });

  test('is the same by heuristics alone', () => {
    expect(Object.fromEntries(FAILURE_CODES.map((code) => [code, actionOf(code, noLists)]))).toEqual(published);
  });

  test.each([null, undefined, '', '  '])('the code %j counts as unknown and is ignored', (code) => {
    expect(decide({ failure_code: code }, defaultTriagePolicy)).toMatchObject({ action: 'ignore', rule: 'default' });
  });

  test.each([
    ['KAKAO_TIMEOUT', 'requeue'],
    ['provider_timeout', 'requeue'],
    ['OUR_RATE_LIMITED', 'requeue'],
    ['GITHUB_AUTH', 'alarm'],
    ['AUTHOR_MISSING', 'ignore'],
    ['SCHEMA_SOMETHING_NEW', 'hold'],
    ['MY_SCHEMA_ERROR', 'ignore'],
  ])('the foreign code %s is decided by its words: %s', (code, action) => {
    expect(actionOf(code)).toBe(action);
  });
});

describe('configured lists', () => {
  const all = {
    ...defaultTriagePolicy,
    holdCodes: ['PROVIDER_TIMEOUT'],
    alarmCodes: ['PROVIDER_TIMEOUT'],
    requeueCodes: ['PROVIDER_TIMEOUT'],
  };

  test('come in the order hold, alarm, requeue, and before the heuristics', () => {
    expect(decide({ failure_code: 'PROVIDER_TIMEOUT' }, all)).toMatchObject({
      action: 'hold',
      rule: 'configured-hold',
    });
    expect(actionOf('PROVIDER_TIMEOUT', { ...all, holdCodes: [] })).toBe('alarm');
    expect(
      decide({ failure_code: 'SCHEMA_PARSE_ERROR' }, { ...noLists, requeueCodes: ['schema_parse_error '] }),
    ).toMatchObject({
      action: 'requeue',
      rule: 'configured-requeue',
    });
  });

  test('a decision says which code met which rule', () => {
    expect(decide({ failure_code: 'BUDGET_EXCEEDED' }, noLists).reason).toBe(
      'BUDGET_EXCEEDED needs somebody to change keys, switches or the budget',
    );
  });
});

test('every code under every policy has an action, a reason and a rule, and lists win in their order', () => {
  const codes = fc.array(fc.constantFrom(...FAILURE_CODES), { maxLength: 5 });
  fc.assert(
    fc.property(
      fc.constantFrom(...FAILURE_CODES),
      codes,
      fc.tuple(codes, codes),
      (code, holdCodes, [alarmCodes, requeueCodes]) => {
        const decision = decide(
          { failure_code: code },
          { ...defaultTriagePolicy, holdCodes, alarmCodes, requeueCodes },
        );
        expect(TRIAGE_ACTIONS).toContain(decision.action);
        expect(decision.reason).toContain(code);
        expect(decision.rule).not.toBe('');
        if (holdCodes.includes(code)) expect(decision.action).toBe('hold');
        else if (alarmCodes.includes(code)) expect(decision.action).toBe('alarm');
        else if (requeueCodes.includes(code))
          expect(decision.action).toBe(code === 'DELIVERY_UNCERTAIN' ? 'hold' : 'requeue');
        else expect(decision.action).toBe(published[code]);
      },
    ),
  );
});

function withRules(...rules: (Partial<PolicyRule> & { match: PolicyRule['match'] })[]): TriagePolicy {
  const named = rules.map((rule, index): PolicyRule => ({ name: `rule-${index}`, action: 'hold', ...rule }));
  return { ...defaultTriagePolicy, rules: named };
}

describe('rules of a policy file', () => {
  const cause = {
    failure_code: 'PROVIDER_TIMEOUT',
    task_type: 'excel_kakao',
    group: '0a1b2c3d4e5f60',
    requeues: 2,
  };
  const letter = { ...cause, age_seconds: 3600, attempts: 4 };

  test.each<[string, PolicyRule['match'], boolean]>([
    ['nothing asked', {}, true],
    ['code, whatever its case', { failure_code: ['UNKNOWN', 'provider_timeout'] }, true],
    ['another code', { failure_code: ['PROVIDER_TIMEOUTS'] }, false],
    ['type', { task_type: ['echo', 'excel_kakao'] }, true],
    ['type in another case', { task_type: ['EXCEL_KAKAO'] }, false],
    ['group', { group: ['0a1b2c3d4e5f60'] }, true],
    ['another group', { group: ['0a1b2c3d4e5f61'] }, false],
    ['age at its bound', { age: { min_seconds: 3600, max_seconds: 3600 } }, true],
    ['too young', { age: { min_seconds: 3601 } }, false],
    ['too old', { age: { max_seconds: 3599 } }, false],
    ['attempts at their bound', { attempts: { min: 4, max: 4 } }, true],
    ['too few attempts', { attempts: { min: 5 } }, false],
    ['requeues at their bound', { requeues: { min: 2, max: 2 } }, true],
    ['too many requeues', { requeues: { max: 1 } }, false],
    ['all but one', { task_type: ['excel_kakao'], age: { min_seconds: 1 }, attempts: { max: 3 } }, false],
  ])('match by %s: %j → %s', (_what, match, matches) => {
    expect(decide(letter, withRules({ match })).rule).toBe(matches ? 'rule-0' : 'configured-requeue');
  });

  test('come before the lists, the first one decides, and its reason is used as it stands', () => {
    const policy = withRules(
      { match: { task_type: ['echo'] }, action: 'ignore' },
      { match: { failure_code: ['PROVIDER_TIMEOUT'] }, action: 'alarm', reason: 'The bank waits for this' },
      { match: {}, action: 'ignore' },
    );
    expect(decide(letter, policy)).toEqual({ action: 'alarm', reason: 'The bank waits for this', rule: 'rule-1' });
    expect(decide({ ...letter, failure_code: null }, policy)).toEqual({
      action: 'ignore',
      reason: 'unknown meets the rule rule-2 of the policy file',
      rule: 'rule-2',
    });
  });

  test('an age or a number of attempts that is not known meets no bound', () => {
    const policy = withRules({ match: { age: { min_seconds: 0 } } }, { match: { attempts: { max: 9 } } });
    expect(decide({ failure_code: 'PROVIDER_TIMEOUT' }, policy).rule).toBe('configured-requeue');
    expect(decide({ failure_code: 'PROVIDER_TIMEOUT', age_seconds: Number.NaN }, policy).action).toBe('requeue');
    expect(decide({ failure_code: 'PROVIDER_TIMEOUT', attempts: 0 }, policy).rule).toBe('rule-1');
  });

  test('bounds on age and attempts are left open for the letters of a cause', () => {
    const policy = withRules(
      { match: { age: { min_seconds: 60 }, attempts: { min: 2, max: 3 } } },
      { match: { requeues: { min: 3 } }, action: 'alarm' },
    );
    expect(decisionsFor(cause, policy)).toEqual([
      {
        action: 'hold',
        reason: 'PROVIDER_TIMEOUT meets the rule rule-0 of the policy file',
        rule: 'rule-0',
        when: { age_min_seconds: 60, attempts_min: 2, attempts_max: 3 },
      },
      {
        action: 'requeue',
        reason: 'PROVIDER_TIMEOUT is on the configured requeue list',
        rule: 'configured-requeue',
      },
    ]);
  });

  test('what two earlier rules cover together is left out', () => {
    const policy = withRules(
      { match: { attempts: { max: 2 } } },
      { match: { attempts: { min: 3 } } },
      { match: { attempts: { min: 1, max: 5 } }, action: 'alarm' },
    );
    expect(decisionsFor(cause, policy).map(({ rule }) => rule)).toEqual(['rule-0', 'rule-1', 'configured-requeue']);
  });
});
