import { describe, expect, test } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { CsvRecordSplitter } from './csv-record-splitter.ts';
import type { CsvRecord } from './csv-record-splitter.ts';
import { LONGEST_LINE } from './record-splitter.ts';

function split(lines: readonly string[]): { records: CsvRecord[]; broken: CsvRecord[] } {
  const splitter = new CsvRecordSplitter();
  const records: CsvRecord[] = [];
  lines.forEach((line, index) => records.push(...splitter.push(line, index + 1).records));
  return { records, broken: splitter.end().records };
}

const field = fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', ' '), maxLength: 8 });

describe('CsvRecordSplitter', () => {
  test('cuts well-formed CSV exactly between its records', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(field, field, field), { minLength: 1 }), (rows) => {
        const written = rows.map((row) => row.map((text) => `"${text.replaceAll('"', '""')}"`).join(','));
        const { records, broken } = split(written.join('\n').split('\n'));
        expect(records.map(({ text }) => text)).toEqual(written);
        expect(broken).toEqual([]);
      }),
    );
  });

  test('agrees with csv-parse about where records end, whatever the quotes', () => {
    const line = fc.string({ unit: fc.constantFrom('a', '"', ',', ' '), minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(
        fc.array(
          line.filter((text) => text.trim() !== ''),
          { minLength: 1, maxLength: 6 },
        ),
        (lines) => {
          const { records, broken } = split(lines);
          if (broken.length > 0) return;
          const options = { relax_quotes: true, relax_column_count: true };
          const together: string[][] = parse(records.map(({ text }) => text).join('\n'), options);
          expect(together).toEqual(records.flatMap(({ text }): string[][] => parse(text, options)));
          expect(together).toHaveLength(records.length);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  test('gives back the lines of a quote that is never closed', () => {
    const { records, broken } = split(['a,b', '"x', 'y', 'z']);
    expect(records).toEqual([{ text: 'a,b', line: 1 }]);
    expect(broken).toEqual([{ text: '"x', line: 2 }, { text: 'y', line: 3 }, { text: 'z', line: 4 }]); // prettier-ignore
  });

  test('does not gather more than the longest line for an open quote', () => {
    const splitter = new CsvRecordSplitter();
    expect(splitter.push('"x', 1)).toEqual({ records: [], broken: false });
    expect(splitter.push('y'.repeat(LONGEST_LINE), 2)).toMatchObject({
      records: [{ line: 1 }, { line: 2 }],
      broken: true,
    });
    expect(splitter.push('a,b', 3)).toEqual({ records: [{ text: 'a,b', line: 3 }], broken: false });
  });
});
