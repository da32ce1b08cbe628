import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { FAILURE_CODES } from '@nexus/failure-taxonomy';
import { decide } from './decide.ts';
import { defaultTriagePolicy, TRIAGE_ACTIONS } from './policy.ts';
import type { TriageAction, TriagePolicy } from './policy.ts';

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
const noLists: TriagePolicy = { holdCodes: [], alarmCodes: [], requeueCodes: [] };

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
  const all = { holdCodes: ['PROVIDER_TIMEOUT'], alarmCodes: ['PROVIDER_TIMEOUT'], requeueCodes: ['PROVIDER_TIMEOUT'] };

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
        const decision = decide({ failure_code: code }, { holdCodes, alarmCodes, requeueCodes });
        expect(TRIAGE_ACTIONS).toContain(decision.action);
        expect(decision.reason).toContain(code);
        expect(decision.rule).not.toBe('');
        if (holdCodes.includes(code)) expect(decision.action).toBe('hold');
        else if (alarmCodes.includes(code)) expect(decision.action).toBe('alarm');
        else if (requeueCodes.includes(code)) expect(decision.action).toBe('requeue');
        else expect(decision.action).toBe(published[code]);
      },
    ),
  );
});
