import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LONGEST_CELL, cellPieces, cleanText, escapeXml, linesOf, looksLikeFormula } from './cell-text.ts';
import { assertWellFormed } from './testing/read-parts.ts';

describe('cell texts', () => {
  test('a row is as high as its text: wide letters take two places, every line feed a line, up to a limit', () => {
    expect(linesOf('', 70)).toBe(1);
    expect(linesOf('가'.repeat(35), 70)).toBe(1);
    expect(linesOf('가'.repeat(36), 70)).toBe(2);
    expect(linesOf('a'.repeat(70), 70)).toBe(1);
    expect(linesOf('주문\n\n사과 2', 70)).toBe(3);
    expect(linesOf('\n'.repeat(1000), 70)).toBe(27);
  });

  test('what XML cannot hold is removed and counted; line ends become LF', () => {
    expect(cleanText('a\u0000b\u001bc\ufffe\ud83d')).toEqual({ text: 'abc', removed: 4 });
    expect(cleanText('a\r\nb\rc\td 🍎')).toEqual({ text: 'a\nb\nc\td 🍎', removed: 0 });
  });

  test('any text becomes well-formed XML that says the same', () => {
    const anything = fc.string({
      unit: fc.oneof(
        fc.constantFrom('&', '<', '>', '_x0041_', '\r', '\u0001', '\ud800'),
        fc.string({ unit: 'binary' }),
      ),
    });
    fc.assert(
      fc.property(anything, (raw) => {
        const { text } = cleanText(raw);
        const xml = `<t>${escapeXml(text)}</t>`;
        assertWellFormed('cell', xml);
        const read = xml
          .slice(3, -4)
          .replaceAll('_x005F_', '_')
          .replaceAll('&lt;', '<')
          .replaceAll('&gt;', '>')
          .replaceAll('&amp;', '&');
        expect(read).toBe(text.replaceAll('_x005F_', '_'));
      }),
    );
  });

  test('a look-alike of an escape is written so that Excel shows it', () => {
    expect(escapeXml('_x0041_ 값_x')).toBe('_x005F_x0041_ 값_x');
  });

  test('long texts are cut into cells, never inside a character', () => {
    const text = `${'가'.repeat(LONGEST_CELL - 1)}🍎${'나'.repeat(LONGEST_CELL)}`;
    const pieces = cellPieces(text);
    expect(pieces.join('')).toBe(text);
    expect(pieces.map((piece) => piece.length)).toEqual([LONGEST_CELL - 1, LONGEST_CELL, 2]);
    expect(cellPieces('')).toEqual(['']);
  });

  test('tells what a spreadsheet would take for a formula', () => {
    expect(['=1', '+1', '-1', '@a', '\t=1', '가', '1', ''].map(looksLikeFormula)).toEqual([
      true, true, true, true, true, false, false, false,
    ]); // prettier-ignore
  });
});
