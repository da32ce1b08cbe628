import { describe, expect, test } from '@jest/globals';
import { defaultTriagePolicy } from '@nexus/triage-policy';
import fc from 'fast-check';
import { parsePolicy } from './load-policy.ts';

const parse = (text: string) => parsePolicy(text, defaultTriagePolicy);

describe('a policy file', () => {
  test('is YAML or JSON; an empty one is the policy of the environment', () => {
    const rule = { name: 'own', match: { failure_code: 'UNKNOWN' }, action: 'hold' };
    const expected = { ok: true, policy: { rules: [{ name: 'own', action: 'hold' }] } };
    expect(parse('# why\nrules:\n  - { name: own, match: { failure_code: UNKNOWN }, action: hold }\n')).toMatchObject(
      expected,
    );
    expect(parse(JSON.stringify({ rules: [rule] }))).toMatchObject(expected);
    for (const empty of ['', '# nothing yet\n', 'null', '{}']) {
      expect(parse(empty)).toEqual({ ok: true, policy: defaultTriagePolicy });
    }
  });

  test.each([
    ['broken YAML', 'rules: [', /not YAML.*line/],
    ['a key twice', 'requeue_limit: 1\nrequeue_limit: 2', /not YAML/],
    ['two documents', 'a: 1\n---\nb: 2', /not YAML/],
    ['an unknown key', 'rulez: []', /rulez/],
    ['a text', 'hello', /the file/],
    ['a list', '[]', /the file/],
    ['aliases without end', bomb(), /alias/i],
    ['a very deep value', `a: ${'['.repeat(20_000)}`, /./],
  ])('%s is refused', (...[, text, why]) => {
    const result = parse(text);
    expect(result.ok).toBe(false);
    if (!result.ok) expect(result.problems.join('; ')).toMatch(why);
  });

  test('every problem is told', () => {
    const result = parse('rulez: []\nrequeue_limit: many\nhold: 7');
    expect(result.ok ? [] : result.problems).toHaveLength(3);
  });

  test('no text makes it throw', () => {
    fc.assert(fc.property(fc.string({ maxLength: 200 }), (text) => expect(typeof parse(text).ok).toBe('boolean')));
  });
});

/** Ten anchors, each ten times the one before. */
function bomb(): string {
  const lines = ['a0: &a0 [x, x, x, x, x, x, x, x, x, x]'];
  for (let at = 1; at < 10; at += 1)
    lines.push(
      `a${at}: &a${at} [${Array(10)
        .fill(`*a${at - 1}`)
        .join(', ')}]`,
    );
  return lines.join('\n');
}
