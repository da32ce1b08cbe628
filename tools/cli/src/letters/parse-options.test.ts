import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { letterOptions, type LetterOptionName } from './letter-options.ts';
import { parseOptions } from './parse-options.ts';
import { typedWords } from './typed-words.ts';

const names = Object.keys(letterOptions) as LetterOptionName[];

describe('options', () => {
  test('each kind is read, repeated ones are collected, what is not given is absent', () => {
    const words = 'GROUP --failure-code A --failure-code B --limit 1,000 --min-success .5 --dry-run --mode auto'.split(
      ' ',
    );
    expect(parseOptions(words, names)).toEqual({
      positionals: ['GROUP'],
      values: {
        'failure-code': ['A', 'B'],
        limit: 1000,
        'min-success': 0.5,
        'dry-run': true,
        mode: 'auto',
      },
    });
  });

  test.each([
    [['--dry-run'], true],
    [['--dry-run', 'true'], true],
    [['--dry-run=true'], true],
    [['--dry-run', 'false'], false],
    [['--dry-run=false'], false],
    [['--no-dry-run'], false],
  ])('%j is %s', (words, value) => {
    expect(parseOptions(words, names)).toEqual({ values: { 'dry-run': value }, positionals: [] });
  });

  test('a word true or false that belongs to no flag stays a word', () => {
    expect(parseOptions(['--reason', 'true', 'false'], names)).toEqual({
      values: { reason: 'true' },
      positionals: ['false'],
    });
  });

  test.each([
    [['--failre-code', 'A'], 'OPTION_UNKNOWN', /Did you mean --failure-code\?/],
    [['--xyzzy'], 'OPTION_UNKNOWN', /There are --failure-code/],
    [['-n'], 'OPTION_UNKNOWN', /-n/],
    [['--limit', 'ten'], 'OPTION_INVALID', /--limit must be a whole number of at least 1, not "ten"/],
    [['--limit', '0'], 'OPTION_INVALID', /at least 1/],
    [['--limit', '1.5'], 'OPTION_INVALID', /whole number/],
    [['--limit'], 'OPTION_INVALID', /--limit needs a value: --limit N/],
    [['--group='], 'OPTION_INVALID', /needs a value/],
    [['--min-success', '80'], 'OPTION_INVALID', /from 0 to 1/],
    [['--mode', 'automatic'], 'OPTION_INVALID', /one of manual, auto, not "automatic"/],
    [['--dry-run=maybe'], 'OPTION_INVALID', /is a flag/],
  ])('%j is refused', (words, code, message) => {
    expect(() => parseOptions(words, names)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  test('an option of another subcommand is unknown here', () => {
    expect(() => parseOptions(['--reveal'], ['limit'])).toThrow(/There is no option --reveal here/);
  });

  test('typed words read back as the values they were made of', () => {
    const text = fc.string({ minLength: 1, maxLength: 20 }).filter((each) => !each.startsWith('-'));
    const values = fc.record(
      {
        'failure-code': fc.array(text, { minLength: 1, maxLength: 3 }),
        group: text,
        limit: fc.integer({ min: 1, max: 100_000 }),
        force: fc.boolean(),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(values, (given) => {
        const line = typedWords(given, ['failure-code', 'group', 'limit', 'force']);
        expect(parseOptions(shellWords(line), names).values).toEqual(given);
      }),
    );
  });
});

/** What a POSIX shell makes of words that are bare or in single quotes. */
function shellWords(line: string): string[] {
  const words = line.match(/(?:'[^']*'|\\'|[^\s'\\])+/g) ?? [];
  return words.map((word) =>
    word.replace(/'([^']*)'|\\(')/g, (_whole, quoted?: string, escaped?: string) => quoted ?? escaped ?? ''),
  );
}
