import { describe, expect, test } from '@jest/globals';
import { UNPARSABLE_GROUP, type LetterCause } from '@nexus/task-queue';
import { decisionsFor, defaultTriagePolicy, type TriagePolicy } from '@nexus/triage-policy';
import fc from 'fast-check';
import { onlyAlarmRefuses, verdictsOf, type MoveIntent } from './verdicts.ts';

const policy: TriagePolicy = {
  ...defaultTriagePolicy,
  rules: [{ name: 'old', match: { task_type: ['aging'], age: { min_seconds: 60 } }, action: 'alarm' }],
};
const inForce = { policy, enforceAlarm: true };
const cause = (failure_code: string, over: Partial<LetterCause> = {}): LetterCause => ({
  failure_code,
  task_type: 'echo',
  group: '0a1b2c3d4e5f60',
  requeues: 0,
  ...over,
});
const intent = (action: MoveIntent['action'], over: Partial<MoveIntent> = {}): MoveIntent => ({
  action,
  mode: 'manual',
  force: false,
  ...over,
});
const doing = (asked: MoveIntent, about: LetterCause) => verdictsOf(asked, inForce)(about).map((verdict) => verdict.do);

describe('verdicts', () => {
  test.each([
    [intent('apply'), ['requeue', 'hold', 'alarm', 'stay', 'hold']],
    [intent('requeue'), ['requeue', 'requeue', 'refuse', 'requeue', 'refuse']],
    [intent('requeue', { force: true }), ['requeue', 'requeue', 'refuse', 'requeue', 'requeue']],
    [intent('requeue', { mode: 'auto' }), ['requeue', 'pass', 'pass', 'pass', 'pass']],
    [intent('hold'), ['hold', 'hold', 'hold', 'hold', 'hold']],
    [intent('hold', { mode: 'auto' }), ['pass', 'hold', 'pass', 'pass', 'hold']],
    [intent('alarm'), ['alarm', 'alarm', 'alarm', 'alarm', 'alarm']],
    [intent('alarm', { mode: 'auto' }), ['pass', 'pass', 'alarm', 'pass', 'pass']],
    [intent('purge'), ['purge', 'purge', 'purge', 'purge', 'purge']],
  ])('%j', (asked, expected) => {
    const codes = [
      'PROVIDER_TIMEOUT',
      'SCHEMA_PARSE_ERROR',
      'PROVIDER_AUTH_ERROR',
      'INTERNAL_ERROR',
      'DELIVERY_UNCERTAIN',
    ];
    expect(codes.map((code) => doing(asked, cause(code)))).toEqual(expected.map((verdict) => [verdict]));
  });

  test('conditions of a rule are kept where they make a difference, and only there', () => {
    const aging = cause('PROVIDER_TIMEOUT', { task_type: 'aging' });
    expect(verdictsOf(intent('apply'), inForce)(aging)).toEqual([
      { do: 'alarm', when: { age_min_seconds: 60 } },
      { do: 'requeue' },
    ]);
    expect(verdictsOf(intent('requeue'), inForce)(aging)).toEqual([
      { do: 'refuse', when: { age_min_seconds: 60 } },
      { do: 'requeue' },
    ]);
    expect(verdictsOf(intent('hold', { mode: 'auto' }), inForce)(aging)).toEqual([{ do: 'pass' }]);
    expect(verdictsOf(intent('hold'), inForce)(aging)).toEqual([{ do: 'hold' }]);
  });

  test('nothing but a purge touches a letter that cannot be read', () => {
    const unparsable = cause('PROVIDER_TIMEOUT', { group: UNPARSABLE_GROUP });
    const actions = ['apply', 'requeue', 'hold', 'alarm'] as const;
    for (const mode of ['manual', 'auto'] as const)
      for (const action of actions) {
        const verdicts = doing(intent(action, { mode, force: true }), unparsable);
        expect(['stay', 'pass']).toContain(verdicts[0]);
        expect(verdicts).toHaveLength(1);
      }
    expect(doing(intent('purge'), unparsable)).toEqual(['purge']);
  });

  test('law: what auto takes is what apply would do, and the last verdict has no condition', () => {
    const causes = fc.record({
      failure_code: fc.constantFrom(
        'PROVIDER_TIMEOUT',
        'SCHEMA_X',
        'PROVIDER_AUTH_ERROR',
        'UNKNOWN',
        'DELIVERY_UNCERTAIN',
      ),
      task_type: fc.constantFrom('echo', 'aging'),
      group: fc.constant('0a1b2c3d4e5f60'),
      requeues: fc.nat(9),
    });
    fc.assert(
      fc.property(causes, fc.constantFrom('requeue' as const, 'hold' as const, 'alarm' as const), (about, action) => {
        const auto = verdictsOf(intent(action, { mode: 'auto' }), inForce)(about);
        const takes = decisionsFor(about, policy).some((decision) => decision.action === action);
        expect(auto.some((verdict) => verdict.do === action)).toBe(takes);
        expect(auto.at(-1)).not.toHaveProperty('when');
        expect(auto.every((verdict) => verdict.do === action || verdict.do === 'pass')).toBe(true);
      }),
    );
  });
});

describe('only the alarm policy refuses', () => {
  const asked = intent('requeue');
  test.each([
    ['letters that alarm', ['PROVIDER_AUTH_ERROR', 'PROVIDER_DISABLED'], asked, true],
    ['none at all', [], asked, false],
    ['others among them', ['PROVIDER_AUTH_ERROR', 'PROVIDER_TIMEOUT'], asked, false],
    ['one that needs a confirmation', ['PROVIDER_AUTH_ERROR', 'DELIVERY_UNCERTAIN'], asked, false],
    ['an automatic requeue', ['PROVIDER_AUTH_ERROR'], intent('requeue', { mode: 'auto' }), false],
    ['another action', ['PROVIDER_AUTH_ERROR'], intent('hold'), false],
  ])('%s', (...[, codes, about, expected]) => {
    expect(
      onlyAlarmRefuses(
        codes.map((code) => cause(code)),
        about,
        inForce,
      ),
    ).toBe(expected);
    expect(
      onlyAlarmRefuses(
        codes.map((code) => cause(code)),
        about,
        { policy, enforceAlarm: false },
      ),
    ).toBe(false);
  });
});
