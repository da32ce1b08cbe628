import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { causeOf } from './cause.ts';
import type { Cause, TriageLetter } from './cause.ts';
import { decideByCode } from './code-decision.ts';
import { comparePolicies } from './compare-policies.ts';
import { decide, decisionsFor } from './decide.ts';
import { conditionHolds } from './letter-condition.ts';
import { manualRequeue } from './manual-requeue.ts';
import { policyDigest } from './policy-digest.ts';
import { defaultTriagePolicy, REQUEUE_RULES, TRIAGE_ACTIONS } from './policy.ts';
import type { PolicyRule, TriagePolicy } from './policy.ts';
import { guardRequeue } from './requeue-guard.ts';

/** Few values of everything, so that rules meet letters and each other. */
const codes = ['PROVIDER_TIMEOUT', 'DELIVERY_UNCERTAIN', 'PROVIDER_AUTH_ERROR', 'INTERNAL_ERROR'];
const types = ['excel_kakao', 'billing_send'];
const groups = ['0a1b2c3d4e5f60', '0a1b2c3d4e5f61'];
const ages = [undefined, 0, 0.5, 1, 1.5, 2, 2.5, 3, 3.5];
const attempts = [undefined, 0, 1, 2, 3, 4];
const everyFacts = ages.flatMap((age_seconds) => attempts.map((count) => ({ age_seconds, attempts: count })));
const knownFacts = everyFacts.filter((facts) => facts.age_seconds !== undefined && facts.attempts !== undefined);

const bound = fc.integer({ min: 0, max: 3 });
const anyOf = (values: string[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1 });
const bounds = fc.record({ min: bound, max: bound }, { requiredKeys: [] });
const action = fc.constantFrom(...TRIAGE_ACTIONS);
const requeueRule = fc.constantFrom(...REQUEUE_RULES);
const match: fc.Arbitrary<PolicyRule['match']> = fc.record(
  {
    failure_code: anyOf(codes),
    task_type: anyOf(types),
    group: anyOf(groups),
    age: fc.record({ min_seconds: bound, max_seconds: bound }, { requiredKeys: [] }),
    attempts: bounds,
    requeues: bounds,
  },
  { requiredKeys: [] },
);
const rules = fc
  .array(fc.record({ match, action }), { maxLength: 6 })
  .map((list) => list.map((rule, index): PolicyRule => ({ name: `rule-${index}`, ...rule })));
const list = fc.subarray(codes);
const policies: fc.Arbitrary<TriagePolicy> = fc.record({
  holdCodes: list,
  alarmCodes: list,
  requeueCodes: list,
  rules,
  requeue: fc.record({
    default: requeueRule,
    byTaskType: fc.dictionary(fc.constantFrom(...types), requeueRule),
    byFailureCode: fc.dictionary(fc.constantFrom(...codes), requeueRule),
  }),
  requeueLimit: fc.integer({ min: 0, max: 4 }),
});
const causes: fc.Arbitrary<Cause> = fc.record({
  failure_code: fc.constantFrom(...codes),
  task_type: fc.constantFrom(...types),
  group: fc.constantFrom(...groups),
  requeues: fc.integer({ min: 0, max: 5 }),
});
const letters: fc.Arbitrary<TriageLetter> = fc
  .tuple(causes, fc.constantFrom(...everyFacts))
  .map(([cause, facts]) => ({ ...cause, ...facts }));

/** The definition, one letter at a time, without causes, conditions or grids. */
function inside(value: number | undefined, least: number | undefined, most: number | undefined): boolean {
  if (least === undefined && most === undefined) return true;
  return value !== undefined && !(least !== undefined && value < least) && !(most !== undefined && value > most);
}

function matches({ match }: PolicyRule, letter: TriageLetter): boolean {
  return (
    (match.failure_code?.includes(letter.failure_code ?? '') ?? true) &&
    (match.task_type?.includes(letter.task_type ?? '') ?? true) &&
    (match.group?.includes(letter.group ?? '') ?? true) &&
    inside(letter.age_seconds, match.age?.min_seconds, match.age?.max_seconds) &&
    inside(letter.attempts, match.attempts?.min, match.attempts?.max) &&
    inside(letter.requeues, match.requeues?.min, match.requeues?.max)
  );
}

function unguarded(letter: TriageLetter, policy: TriagePolicy) {
  const rule = policy.rules.find((candidate) => matches(candidate, letter));
  return rule ? { action: rule.action, rule: rule.name } : decideByCode(letter.failure_code ?? '', policy);
}

test('the first rule that a letter meets decides, then the guards', () => {
  fc.assert(
    fc.property(letters, policies, (letter, policy) => {
      const wanted = unguarded(letter, policy);
      const cause = causeOf(letter);
      const guarded = guardRequeue({ reason: '', ...wanted }, cause, policy);
      expect(decide(letter, policy)).toMatchObject({ action: guarded.action, rule: guarded.rule });
    }),
    { numRuns: 1000 },
  );
});

test('decide is the first of decisionsFor whose condition holds, each of them decides something, the last all the rest', () => {
  fc.assert(
    fc.property(causes, policies, (cause, policy) => {
      const decisions = decisionsFor(cause, policy);
      const deciding = everyFacts.map((facts) => {
        const { when: _when, ...first } = decisions.find(({ when }) => conditionHolds(when, facts)) ?? {};
        expect(decide({ ...cause, ...facts }, policy)).toEqual(first);
        return decisions.findIndex(({ when }) => conditionHolds(when, facts));
      });
      expect(new Set(deciding)).toEqual(new Set(decisions.keys()));
      expect(decisions.findIndex(({ when }) => when === undefined)).toBe(decisions.length - 1);
    }),
    { numRuns: 150 },
  );
});

test('guards turn a requeue into a hold and nothing into anything else', () => {
  fc.assert(
    fc.property(letters, policies, (letter, policy) => {
      const wanted = unguarded(letter, policy).action;
      const { action } = decide(letter, policy);
      if (wanted === 'requeue') expect(['requeue', 'hold']).toContain(action);
      else expect(action).toBe(wanted);
      if (action === 'requeue') expect(letter.requeues).toBeLessThan(policy.requeueLimit);
    }),
    { numRuns: 1000 },
  );
});

test('whatever is requeued by itself a person may requeue without force', () => {
  fc.assert(
    fc.property(letters, policies, (letter, policy) => {
      const verdicts = manualRequeue(causeOf(letter), policy, { enforceAlarm: true, force: false });
      const verdict = verdicts.find(({ when }) => conditionHolds(when, letter));
      if (decide(letter, policy).action === 'requeue') expect(verdict?.do).toBe('requeue');
    }),
    { numRuns: 1000 },
  );
});

test('by hand: alarm and forbidden stay, confirm and limit give way to force', () => {
  fc.assert(
    fc.property(letters, policies, fc.boolean(), (letter, policy, enforceAlarm) => {
      function verdict(force: boolean) {
        const verdicts = manualRequeue(causeOf(letter), policy, { enforceAlarm, force });
        const found = verdicts.find(({ when }) => conditionHolds(when, letter));
        return found?.do === 'refuse' ? found.why : found?.do;
      }
      const alarm = enforceAlarm && unguarded(letter, policy).action === 'alarm';
      expect(verdict(false) === 'alarm').toBe(alarm);
      expect(verdict(true)).toBe(['alarm', 'forbidden'].includes(verdict(false) ?? '') ? verdict(false) : 'requeue');
    }),
    { numRuns: 1000 },
  );
});

test('a difference of policies is listed exactly when some letter would be treated differently', () => {
  fc.assert(
    fc.property(causes, policies, policies, (cause, before, after) => {
      const differs = knownFacts.some(
        (facts) => decide({ ...cause, ...facts }, before).action !== decide({ ...cause, ...facts }, after).action,
      );
      expect(comparePolicies([{ ...cause, count: 7 }], before, after)).toEqual(
        differs ? [{ cause, count: 7, before: decisionsFor(cause, before), after: decisionsFor(cause, after) }] : [],
      );
    }),
    { numRuns: 500 },
  );
});

test('another wording and another name are no difference', () => {
  const cause = { failure_code: 'PROVIDER_TIMEOUT', task_type: 'echo', group: '', requeues: 0, count: 3 };
  const rule: PolicyRule = { name: 'named', match: { attempts: { min: 2 } }, action: 'requeue', reason: 'Because' };
  expect(comparePolicies([cause], defaultTriagePolicy, { ...defaultTriagePolicy, rules: [rule] })).toEqual([]);
});

function reversedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversedKeys);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, reversedKeys(member)] as const);
  return Object.fromEntries(entries.reverse());
}

test('a digest does not depend on the order of keys, and policies of one digest decide alike', () => {
  fc.assert(
    fc.property(letters, policies, policies, (letter, policy, other) => {
      expect(policyDigest(policy)).toMatch(/^[0-9a-f]{14}$/);
      expect(policyDigest(reversedKeys(policy) as TriagePolicy)).toBe(policyDigest(policy));
      if (policyDigest(other) === policyDigest(policy)) expect(decide(letter, other)).toEqual(decide(letter, policy));
    }),
  );
});

test('a digest changes with every part of a policy', () => {
  const one: PolicyRule = { name: 'one', match: { task_type: ['a', 'b'] }, action: 'hold' };
  const two: PolicyRule = { name: 'two', match: { age: { min_seconds: 1 } }, action: 'hold' };
  const base = { ...defaultTriagePolicy, rules: [one, two] };
  const changed: TriagePolicy[] = [
    base,
    { ...base, rules: [two, one] },
    { ...base, rules: [one] },
    { ...base, rules: [{ ...one, action: 'alarm' }, two] },
    { ...base, rules: [{ ...one, match: { task_type: ['a'] } }, two] },
    { ...base, rules: [one, { ...two, match: { age: { max_seconds: 1 } } }] },
    { ...base, holdCodes: [] },
    { ...base, alarmCodes: [] },
    { ...base, requeueCodes: [] },
    { ...base, requeueLimit: 4 },
    { ...base, requeue: { ...base.requeue, default: 'confirm' } },
    { ...base, requeue: { ...base.requeue, byTaskType: { a: 'confirm' } } },
    { ...base, requeue: { ...base.requeue, byFailureCode: {} } },
  ];
  expect(new Set(changed.map(policyDigest)).size).toBe(changed.length);
  const same = { ...base, holdCodes: base.holdCodes.map((code) => ` ${code.toLowerCase()}`).reverse() };
  expect(policyDigest(same)).toBe(policyDigest(base));
});
