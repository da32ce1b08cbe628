import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { HOSTILE_NAMES } from '../testing/arbitrary-cells.ts';
import { htmlText, inertText, markdownText, spreadsheetText } from './inert-text.ts';

const texts = fc.oneof(fc.constantFrom(...HOSTILE_NAMES), fc.string({ unit: 'binary' }), fc.string());

describe('text that somebody wrote', () => {
  test('becomes one line without control characters, cut between characters', () => {
    expect(inertText('a\u0000b\r\nc\u202ed\u2028e\u00adf')).toBe('a b c d e f');
    expect(inertText('👨‍👩‍👧 배송')).toBe('👨‍👩‍👧 배송');
    expect(inertText('😀😀😀😀', 3)).toBe('😀😀…');
    fc.assert(
      fc.property(texts, (text) => {
        const inert = inertText(text);
        expect(inert).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]|[\u202a-\u202e\u2066-\u2069]/u);
        expect([...inert].length).toBeLessThanOrEqual(80);
      }),
    );
  });

  test('is no HTML', () => {
    expect(htmlText(`<a href="x" title='y'>&`)).toBe('&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;');
    fc.assert(fc.property(texts, (text) => expect(htmlText(text)).not.toMatch(/[<>"']|&(?![a-z#0-9]+;)/)));
  });

  test('stays as it is in Markdown when that is harmless, and is code otherwise', () => {
    expect(['ops/kakao', 'gpt-5.2', '배송-조회', 'excel_kakao', '', '-'].map((text) => markdownText(text))).toEqual([
      'ops/kakao',
      'gpt-5.2',
      '배송-조회',
      'excel_kakao',
      '-',
      '-',
    ]);
    expect([markdownText('a|b'), markdownText('`x`'), markdownText('a``b')]).toEqual([
      '`a\\|b`',
      '`` `x` ``',
      '```a``b```',
    ]);
    fc.assert(
      fc.property(texts, (text) => {
        const cell = markdownText(text);
        expect(cell).not.toContain('\n');
        expect(cell.replaceAll('\\|', '')).not.toContain('|');
      }),
    );
  });

  test('is no formula', () => {
    expect(['=1', '+1', '-1', '@x', '\t=1', '\r=1', '＝1', 'a=1', '1'].map(spreadsheetText)).toEqual([
      "'=1",
      "'+1",
      "'-1",
      "'@x",
      "'\t=1",
      "'\r=1",
      "'＝1",
      'a=1',
      '1',
    ]);
  });
});
