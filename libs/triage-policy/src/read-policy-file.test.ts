import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { CODE_RULES } from './code-decision.ts';
import { decide } from './decide.ts';
import { policyFileJsonSchema } from './policy-file-schema.ts';
import { defaultTriagePolicy, REQUEUE_RULES, TRIAGE_ACTIONS } from './policy.ts';
import type { TriagePolicy } from './policy.ts';
import { readPolicyFile } from './read-policy-file.ts';
import { GUARD_RULES } from './requeue-guard.ts';

const base = defaultTriagePolicy;
const rule = { name: 'one', match: { task_type: 'echo' }, action: 'hold' };

function read(value: unknown): TriagePolicy {
  const result = readPolicyFile(value, base);
  if (!result.ok) throw new Error(JSON.stringify(result.problems));
  return result.policy;
}

function problems(value: unknown): [string, string][] {
  const result = readPolicyFile(value, base);
  return result.ok ? [] : result.problems.map(({ path, message }) => [path, message]);
}

describe('a policy file', () => {
  test.each([null, undefined, {}, { rules: [], requeue: {} }])('without content is the base: %j', (value) => {
    expect(read(value)).toEqual(base);
  });

  test('replaces what it gives; scalars stand for lists of one, codes are in upper case', () => {
    expect(
      read({
        rules: [
          {
            name: 'night timeouts',
            match: {
              failure_code: ' provider_timeout',
              task_type: ['excel_kakao', 'echo', 'echo'],
              group: '0a1b2c3d4e5f60',
              age: { min_seconds: 3600 },
              attempts: { min: 0, max: 4 },
              requeues: { max: 2 },
            },
            action: 'requeue',
            reason: ' The night is quiet ',
          },
          { name: 'rest', match: { all: true }, action: 'ignore' },
        ],
        requeue: { default: 'confirm', task_types: { payment: 'forbidden' } },
        requeue_limit: 0,
        hold: [],
        alarm: 'a_b',
        auto_requeue: ['c', 'C'],
      }),
    ).toEqual({
      rules: [
        {
          name: 'night timeouts',
          match: {
            failure_code: ['PROVIDER_TIMEOUT'],
            task_type: ['excel_kakao', 'echo'],
            group: ['0a1b2c3d4e5f60'],
            age: { min_seconds: 3600 },
            attempts: { min: 0, max: 4 },
            requeues: { max: 2 },
          },
          action: 'requeue',
          reason: 'The night is quiet',
        },
        { name: 'rest', match: {}, action: 'ignore' },
      ],
      requeue: {
        default: 'confirm',
        byTaskType: { payment: 'forbidden' },
        byFailureCode: { DELIVERY_UNCERTAIN: 'confirm' },
      },
      requeueLimit: 0,
      holdCodes: [],
      alarmCodes: ['A_B'],
      requeueCodes: ['C'],
    });
  });

  test('keeps the requeue rules of the base unless it names them itself, in whatever case', () => {
    const { requeue } = read({ requeue: { failure_codes: { callback_failed: 'forbidden' } } });
    expect(requeue.byFailureCode).toEqual({ DELIVERY_UNCERTAIN: 'confirm', CALLBACK_FAILED: 'forbidden' });
    expect(read({ requeue: { failure_codes: { delivery_uncertain: 'allowed' } } }).requeue.byFailureCode).toEqual({
      DELIVERY_UNCERTAIN: 'allowed',
    });
  });

  test.each<[unknown, string, RegExp]>([
    ['rules', '', /must be a section with rules, requeue/],
    [[], '', /must be a section/],
    [false, '', /must be a section/],
    [{ rule: [] }, 'rule', /not known here; known are rules, requeue/],
    [{ rules: null }, 'rules', /must be a list/],
    [{ rules: [{ ...rule, then: 1 }] }, 'rules[0].then', /known are name, match, action, reason/],
    [{ rules: [{ match: rule.match, action: 'hold' }] }, 'rules[0].name', /is missing/],
    [{ rules: [{ ...rule, name: 'two\nlines' }] }, 'rules[0].name', /one line/],
    [{ rules: [{ ...rule, name: 'transient' }] }, 'rules[0].name', /built-in/],
    [{ rules: [{ ...rule, name: 'requeue-limit' }] }, 'rules[0].name', /built-in/],
    [{ rules: [rule, { ...rule }] }, 'rules[1].name', /earlier rule/],
    [{ rules: [{ ...rule, action: 'delete' }] }, 'rules[0].action', /requeue, hold, alarm, ignore/],
    [{ rules: [{ ...rule, match: {} }] }, 'rules[0].match', /matches everything: say so with match: \{all: true\}/],
    [{ rules: [{ ...rule, match: { all: true, group: '0a1b2c3d4e5f60' } }] }, 'rules[0].match', /beside other/],
    [{ rules: [{ ...rule, match: { all: false } }] }, 'rules[0].match.all', /can only be true/],
    [{ rules: [{ ...rule, match: { task_type: [] } }] }, 'rules[0].match.task_type', /empty list/],
    [{ rules: [{ ...rule, match: { task_type: ['a', ' b'] } }] }, 'rules[0].match.task_type[1]', /spaces/],
    [{ rules: [{ ...rule, match: { task_type: ['a', 5] } }] }, 'rules[0].match.task_type[1]', /task type; .*quotation/],
    [{ rules: [{ ...rule, match: { group: 12345678901234 } }] }, 'rules[0].match.group', /quotation marks/],
    [{ rules: [{ ...rule, match: { group: '0A1B2C3D4E5F60' } }] }, 'rules[0].match.group', /lower case/],
    [{ rules: [{ ...rule, match: { age: {} } }] }, 'rules[0].match.age', /empty/],
    [
      { rules: [{ ...rule, match: { age: { min_seconds: 5, min: 5 } } }] },
      'rules[0].match.age.min',
      /min_seconds, max_seconds/,
    ],
    [{ rules: [{ ...rule, match: { attempts: { min: 3, max: 2 } } }] }, 'rules[0].match.attempts', /3 is above/],
    [{ rules: [{ ...rule, match: { requeues: { min: -1 } } }] }, 'rules[0].match.requeues.min', /negative/],
    [{ rules: [{ ...rule, match: { attempts: { min: 1.5 } } }] }, 'rules[0].match.attempts.min', /whole number/],
    [{ requeue: { default: 'sometimes' } }, 'requeue.default', /allowed, confirm, forbidden/],
    [{ requeue: { task_types: { 'a b ': 'confirm' } } }, 'requeue.task_types["a b "]', /spaces/],
    [{ requeue: { failure_codes: { A: 'confirm', a: 'allowed' } } }, 'requeue.failure_codes.a', /second time/],
    [JSON.parse('{"requeue":{"task_types":{"__proto__":"forbidden"}}}'), 'requeue.task_types.__proto__', /remove it/],
    [
      JSON.parse('{"requeue":{"failure_codes":{"__proto__":"forbidden"}}}'),
      'requeue.failure_codes.__proto__',
      /remove it/,
    ],
    [{ requeue_limit: '5' }, 'requeue_limit', /whole number/],
    [{ requeue_limit: Infinity }, 'requeue_limit', /whole number/],
    [{ hold: null }, 'hold', /text or a list/],
    [{ alarm: ['two words'] }, 'alarm[0]', /without spaces/],
  ])('is refused: %j at %s', (value, path, message) => {
    expect(problems(value)).toEqual([[path, expect.stringMatching(message)]]);
  });

  test('that is wrong in several places says so all at once', () => {
    const value = { rules: [rule, { ...rule, match: {} }], requeue_limit: -1, 'a\nb': 1 };
    expect(problems(value).map(([path]) => path)).toEqual(
      expect.arrayContaining(['rules[1].match', 'rules[1].name', 'requeue_limit', '["a\\nb"]']),
    );
  });
});

describe('whatever stands in the file', () => {
  const codes = ['PROVIDER_TIMEOUT', 'DELIVERY_UNCERTAIN', 'delivery_uncertain', 'INTERNAL_ERROR'];
  const code = fc.constantFrom(...codes);
  const codeOrList = fc.oneof(code, fc.array(code));
  const action = fc.constantFrom(...TRIAGE_ACTIONS);
  const requeueRule = fc.constantFrom(...REQUEUE_RULES);
  const count = fc.integer({ min: 0, max: 6 });
  const match = fc.oneof(
    fc.constant({ all: true }),
    fc.record(
      {
        failure_code: fc.oneof(code, fc.array(code, { minLength: 1 })),
        task_type: fc.constantFrom('echo', ['echo', 'mail']),
        attempts: fc.record({ min: count }),
      },
      { requiredKeys: [] },
    ),
  );
  const files = fc.record(
    {
      rules: fc
        .array(fc.record({ match, action }), { maxLength: 4 })
        .map((rules) => rules.map((entry, index) => ({ name: `r${index}`, ...entry }))),
      requeue: fc.record(
        {
          default: requeueRule,
          task_types: fc.dictionary(fc.constantFrom('echo', 'mail'), requeueRule),
          failure_codes: fc.dictionary(code, requeueRule),
        },
        { requiredKeys: [] },
      ),
      requeue_limit: count,
      hold: codeOrList,
      alarm: codeOrList,
      auto_requeue: codeOrList,
    },
    { requiredKeys: [] },
  );
  const letters = fc.record({
    failure_code: code,
    task_type: fc.constantFrom('echo', 'mail', 'other'),
    requeues: count,
    attempts: count,
  });

  test('reading it never throws, and a refusal names at least one problem', () => {
    const keys = fc.constantFrom(
      'rules',
      'requeue',
      'task_types',
      'failure_codes',
      'hold',
      'match',
      'age',
      '__proto__',
    );
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof({ depthSize: 'small' }, fc.jsonValue(), fc.array(tie('tree')), fc.dictionary(keys, tie('tree'))),
    }));
    fc.assert(
      fc.property(fc.oneof(tree, fc.jsonValue(), files), (value) => {
        const result = readPolicyFile(value, base);
        if (!result.ok) expect(result.problems.length).toBeGreaterThan(0);
      }),
      { numRuns: 150 },
    );
  });

  test('a message that may have been delivered is not sent again unless the file names its code under requeue', () => {
    fc.assert(
      fc.property(files, letters, (file, letter) => {
        const named = Object.keys(file.requeue?.failure_codes ?? {}).some((key) => /delivery_uncertain/i.test(key));
        const result = readPolicyFile(file, base);
        if (!result.ok || named) return;
        expect(decide({ ...letter, failure_code: 'DELIVERY_UNCERTAIN' }, result.policy).action).not.toBe('requeue');
      }),
      { numRuns: 1000 },
    );
  });

  test('a file that asks for no requeue and lifts no guard requeues nothing that was not requeued without it', () => {
    fc.assert(
      fc.property(files, letters, ({ rules, requeue }, letter) => {
        const strict = Object.entries(requeue?.failure_codes ?? {}).filter(([, value]) => value !== 'allowed');
        const value = {
          rules: (rules ?? []).filter((entry) => entry.action !== 'requeue'),
          requeue: { ...requeue, failure_codes: Object.fromEntries(strict) },
        };
        const result = readPolicyFile(value, base);
        if (result.ok && decide(letter, result.policy).action === 'requeue')
          expect(decide(letter, base).action).toBe('requeue');
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the documents', () => {
  const documents = ['triage-policy.md', 'triage-policy.ko.md'].map((name) =>
    readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8'),
  );

  function blocks(document: string, language: string): string[] {
    return [...document.matchAll(new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``, 'g'))].map(([, block]) => block ?? '');
  }

  test('show a file that is accepted, the same one in every language', () => {
    const examples = documents.flatMap((document) => blocks(document, 'json'));
    expect(examples).toHaveLength(documents.length);
    const policies = examples.map((example) => read(JSON.parse(example)));
    expect(new Set(policies.map((policy) => JSON.stringify(policy))).size).toBe(1);
    expect(policies[0]?.rules.map(({ name }) => name)).toEqual([
      'night-timeouts',
      'known-bad-template',
      'rest-of-billing',
    ]);
    expect(new Set(documents.flatMap((document) => blocks(document, 'yaml'))).size).toBe(1);
  });

  test('name every built-in rule and every key of the file', () => {
    const keys = JSON.stringify(policyFileJsonSchema()).matchAll(/"(\w+)":\{"(?:type|anyOf|minItems|maxItems)/g);
    const names = [...CODE_RULES, ...GUARD_RULES, ...[...keys].map(([, key]) => key ?? '')];
    const missing = documents.flatMap((document) => names.filter((name) => !document.includes(name)));
    expect(missing.filter((name) => !['items', 'propertyNames', 'additionalProperties'].includes(name))).toEqual([]);
    expect(names).toContain('task_types');
  });
});

test('the JSON Schema of the file knows no other keys', () => {
  expect(policyFileJsonSchema()).toMatchObject({
    type: 'object',
    additionalProperties: false,
    properties: { requeue_limit: { type: 'integer', minimum: 0 }, rules: { type: 'array' } },
  });
});
