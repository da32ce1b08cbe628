import { expect, test } from '@jest/globals';
import { median, percentile, round, row } from './row.ts';
import { formatRows } from './table.ts';

const figures = { id: 'a.b', what: 'something', unit: 's', base: { runs: 3 } };

test('a figure is judged by its bar, never by its aim', () => {
  expect(row({ ...figures, value: 0.4, bar: { kind: 'at-least', bar: 0.4, aim: 0.6 } }).ok).toBe(true);
  expect(row({ ...figures, value: 0.39, bar: { kind: 'at-least', bar: 0.4 } }).ok).toBe(false);
  expect(row({ ...figures, value: 1.1, bar: { kind: 'at-most', bar: 1 } }).ok).toBe(false);
  expect(row({ ...figures, value: Number.NaN, bar: { kind: 'at-most', bar: 1 } }).ok).toBe(false);
});

test('median, nearest-rank percentile and rounding', () => {
  expect(median([3, 1, 2])).toBe(2);
  expect(median([4, 1, 2, 3])).toBe(2.5);
  expect(percentile([1, 2, 3, 4, 5, 6, 7, 8, 9, 10], 0.99)).toBe(10);
  expect(percentile([1, 2, 3, 4], 0.5)).toBe(2);
  expect([round(0.43251), round(12_345.6)]).toEqual([0.433, 12_346]);
});

test('the table names the figure, the bar and the base', () => {
  const text = formatRows([row({ ...figures, value: 2, bar: { kind: 'at-most', bar: 1, aim: 0.5 } })]);
  expect(text).toBe('MISS  a.b  2 s  ≤ 1  aim 0.5\n      something: runs=3\n');
});
