import { describe, expect, test } from '@jest/globals';
import { table } from './table.ts';

const plain = { width: undefined, paint: (_style: unknown, text: string) => text };
const columns = [
  { head: '건수', number: true },
  { head: 'Code', dispensable: 1 },
  { head: 'Message', flexible: true },
];
const rows = [
  ['1,234', 'PROVIDER_TIMEOUT', '한글 메시지가 아주 길어요 정말로 길다 그래서 잘린다'],
  ['5', 'X', 'short'],
];

/** Columns a line takes on a terminal: wide characters take two. */
function widthOf(line: string): number {
  return [...line].reduce(
    (sum, character) => sum + (/[\u1100-\u115f\u3000-\u9fff\uac00-\ud7a3]/.test(character) ? 2 : 1),
    0,
  );
}

describe('a table', () => {
  test('numbers to the right, wide characters counted as two, no spaces at the ends', () => {
    expect(table(columns, rows, plain).split('\n')).toEqual([
      '  건수  Code              Message',
      expect.stringMatching(/^-+$/),
      ' 1,234  PROVIDER_TIMEOUT  한글 메시지가 아주 길어요 정말로 길다 그래서 잘린다',
      '     5  X                 short',
      '',
    ]);
  });

  test('the flexible column is cut to the width of the terminal', () => {
    const lines = table(columns, rows, { ...plain, width: 50 }).split('\n');
    expect(lines[2]).toMatch(/한글 메시지가.*…$/);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(50);
  });

  test('a column that can be done without goes before the flexible one becomes unreadable', () => {
    const lines = table(columns, rows, { ...plain, width: 36 }).split('\n');
    expect(lines[0]).not.toContain('Code');
    expect(lines[2]).toMatch(/^ 1,234 {2}한글 .*…$/);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(36);
  });

  test('a terminal too narrow for anything still gets the table', () => {
    expect(table(columns, rows, { ...plain, width: 5 })).toContain('1,234');
  });
});
