import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { inertJson, inertLines, inertText } from './inert-text.ts';

const ACTIVE = /[\p{Cc}\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

describe('text of letters on a terminal', () => {
  test('escape sequences, new lines and reversals lose their power', () => {
    expect(inertText('a\u001b[31mb\r\nc\u202ed\u009b2Je')).toBe('a [31mb c d 2Je');
  });

  test('lines keep their indentation', () => {
    expect(inertLines('{\n  "a": 1\t2\r\n}')).toEqual(['{', '  "a": 1 2', '}']);
  });

  test('long text is cut between characters', () => {
    expect(inertText('가나다라마', 3)).toBe('가나…');
    expect(inertText('😀😀😀', 2)).toBe('😀…');
    expect(inertText('abc', 3)).toBe('abc');
  });

  test('whatever comes in, one line without power over the terminal comes out', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 50 }), (text, longest) => {
        const shown = inertText(text, longest);
        expect(shown).not.toMatch(ACTIVE);
        expect([...shown].length).toBeLessThanOrEqual(longest);
      }),
    );
  });

  test('a JSON document reads back as it was and holds nothing a terminal acts on', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, text) => {
        const document = inertJson({ value, text });
        expect(JSON.parse(document)).toEqual(JSON.parse(JSON.stringify({ value, text })));
        expect(document.replaceAll('\n', '')).not.toMatch(ACTIVE);
      }),
    );
  });
});
