import { describe, expect, test } from '@jest/globals';
import { problemStatus } from '@nexus/contracts';
import { storyIn } from '../demo/failures/story-words.ts';
import { LANGUAGES } from './language.ts';
import { wordsIn } from './words.ts';

const CODES_OF_THE_CLIENT = ['NETWORK_ERROR', 'CLIENT_TIMEOUT', 'BAD_RESPONSE'];

/** Every text of a word list by its path; functions are called with marks, which must all be shown. */
function texts(value: unknown, path = ''): [path: string, text: string][] {
  if (typeof value === 'string') return [[path, value]];
  if (typeof value === 'function') return [[path, called(value as (...args: unknown[]) => string, path)]];
  return Object.entries(value as object).flatMap(([name, member]) => texts(member, `${path}.${name}`));
}

function called(word: (...args: unknown[]) => string, path: string): string {
  if (path.startsWith('.advice.')) return word({ baseUrl: '<url>', seconds: 7 });
  if (path === '.ago') return word('minute', 7);
  const marks = Array.from({ length: word.length }, (_, index) => `<${index}>`);
  const text = word(...marks);
  for (const mark of marks) expect([path, text]).toEqual([path, expect.stringContaining(mark)]);
  return text;
}

describe('words', () => {
  test('both languages have the same words, none empty, and name the same facts', () => {
    for (const lists of [LANGUAGES.map(wordsIn), LANGUAGES.map(storyIn)]) {
      const [english = [], korean = []] = lists.map((list) => texts(list));
      expect(korean.map(([path]) => path)).toEqual(english.map(([path]) => path));
      for (const [path, text] of [...english, ...korean]) expect([path, text.trim()]).not.toEqual([path, '']);
    }
  });

  test('Korean is Korean, but for park names and abbreviations', () => {
    for (const [path, text] of [...texts(wordsIn('ko')), ...texts(storyIn('ko'))]) {
      expect([path, text]).toEqual([path, expect.stringMatching(/[가-힣]/)]);
    }
  });

  test('commands and variables are named alike in both', () => {
    const named = /--[a-z-]+|npx nexus [a-z]+ [a-z]+|[A-Z]+(_[A-Z]+)+/g;
    const korean = new Map(texts(wordsIn('ko')));
    for (const [path, text] of texts(wordsIn('en'))) {
      const inEnglish = [...text.matchAll(named)].map(([name]) => name).sort();
      const inKorean = [...(korean.get(path) ?? '').matchAll(named)].map(([name]) => name).sort();
      expect([path, new Set(inKorean)]).toEqual([path, new Set(inEnglish)]);
    }
  });

  test('every advice is for a code that exists', () => {
    const known = [...Object.keys(problemStatus), ...CODES_OF_THE_CLIENT];
    expect(known).toEqual(expect.arrayContaining(Object.keys(wordsIn('en').advice)));
  });
});
