import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { exampleOfPattern } from './example-of-pattern.ts';
import { linearMatcher } from './linear-matcher.ts';
import { MOST_PATTERN_STATES, parsePattern, statesOf } from './parse-pattern.ts';

function nodeOf(pattern: string) {
  const parsed = parsePattern(pattern);
  if (!parsed.ok) throw new Error(parsed.problem);
  return parsed.node;
}

const atom = fc.constantFrom(
  'a',
  'b',
  '.',
  '[ab]',
  '[^a]',
  '\\w',
  '\\W',
  '\\d',
  '\\s',
  '\\u0061',
  '\\x62',
  '가',
  '😀',
  '\\uD83D\\uDE00',
);
const assertion = fc.constantFrom('^', '$', '\\b', '\\B', '(?:^|b)', '(?:\\b|a)*');
const quantifier = fc.constantFrom('', '', '*', '+', '?', '*?', '{2}', '{1,}', '{0,2}', '{0}', '{1,3}?');
const { pattern: anyPattern } = fc.letrec<{ pattern: string; piece: string }>((tie) => ({
  pattern: fc.array(tie('piece'), { maxLength: 4, depthIdentifier: 'pattern' }).map((pieces) => pieces.join('')),
  piece: fc.oneof(
    { depthIdentifier: 'pattern', maxDepth: 3 },
    { weight: 4, arbitrary: fc.tuple(atom, quantifier).map((both) => both.join('')) },
    { weight: 1, arbitrary: assertion },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom('(', '(?:', '(?<n>'), tie('pattern'), tie('pattern'), quantifier)
        .map(([open, left, right, times]) => `${open === '(?<n>' ? '(' : open}${left}|${right})${times}`),
    },
  ),
}));
const anyText = fc
  .array(fc.constantFrom('a', 'b', 'c', '1', ' ', '\n', '가', '😀', '\ud83d'), { maxLength: 8 })
  .map((all) => all.join(''));

describe('linear matcher', () => {
  test('agrees with the platform on every pattern it takes', () => {
    fc.assert(
      fc.property(anyPattern, anyText, (pattern, text) => {
        // The platform finds \B between the two halves of a code point, where ECMAScript never looks.
        fc.pre(!(pattern.includes('\\B') && /[\u{10000}-\u{10ffff}]/u.test(text)));
        const expected = new RegExp(pattern, 'u').test(text);
        expect(linearMatcher(nodeOf(pattern), () => undefined)(text)).toBe(expected);
      }),
      { numRuns: 5_000 },
    );
  });

  test.each([
    '^(a+)+$',
    '^(a|a)*$',
    '^(a|aa)+$',
    '(.*)*x',
    '^(\\w+\\s?)*$',
    'a*a*a*a*a*a*b',
    '\\s+$',
    '^([a-z]+)*\\d$',
  ])('%s takes steps in proportion to the text', (pattern) => {
    const node = nodeOf(pattern);
    for (const length of [100, 1_000, 10_000]) {
      let steps = 0;
      const matches = linearMatcher(node, (taken) => (steps += taken));
      matches(`${(pattern.includes('s+$') ? ' ' : 'a').repeat(length)}!`);
      expect(steps).toBeLessThanOrEqual((length + 2) * (2 * statesOf(node) + 6));
    }
  });

  test('can be ended from outside in the middle of a text', () => {
    const endless = linearMatcher(nodeOf('b$'), () => {
      throw new RangeError('enough');
    });
    expect(() => endless('a'.repeat(10))).toThrow('enough');
  });
});

describe('parsePattern', () => {
  test.each([
    ['(?=a)b', 'look-around'],
    ['(?!a)b', 'look-around'],
    ['(?<=a)b', 'look-around'],
    ['(?<!a)b', 'look-around'],
    ['(?i:a)', 'flags'],
    ['(a)\\1', 'back reference'],
    ['(?<x>a)\\k<x>', 'back reference'],
    ['(a', 'no regular expression'],
    ['a{2,1}', 'no regular expression'],
    ['a'.repeat(1_001), 'longer'],
    ['(?:(?:a{1000}){1000}){1000}', 'repeats too much'],
    ['a{99999999999}', 'repeats too much'],
  ])('refuses %s', (pattern, problem) => {
    expect(parsePattern(pattern)).toEqual({ ok: false, problem: expect.stringContaining(problem) });
  });

  test.each(['^\\p{Script=Hangul}+$', '[\\]a]', '[^\\\\]', '(?<year>\\d{4})', '\\cA', 'a{1000}', '\\u{1F600}'])(
    'takes %s',
    (pattern) => {
      expect(parsePattern(pattern).ok).toBe(true);
      expect(statesOf(nodeOf(pattern))).toBeLessThanOrEqual(MOST_PATTERN_STATES);
    },
  );
});

test('an example of a pattern without assertions inside is matched by it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(atom, quantifier), { maxLength: 5 }),
      fc.infiniteStream(fc.nat()),
      (pieces, picks) => {
        const pattern = `^${pieces.map((piece) => piece.join('')).join('')}$`;
        const example = exampleOfPattern(nodeOf(pattern), {
          choose: (count) => (picks.next().value ?? 0) % count,
          spare: { left: 9 },
        });
        expect(new RegExp(pattern, 'u').test(example ?? '?')).toBe(true);
      },
    ),
  );
});
