import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { percentage, progressBar, shareBar } from './bar.ts';

test('a share as a bar', () => {
  expect(shareBar(45, 100, 10)).toBe('#####       45%');
  expect(shareBar(1, 10_000, 10)).toBe('#           <1%');
  expect(shareBar(9_999, 10_000, 10)).toBe('##########  99%');
  expect(shareBar(0, 100, 10)).toBe('             0%');
  expect(shareBar(0, 0, 10)).toBe('             0%');
});

test('progress as a bar', () => {
  expect(progressBar(3_300, 10_000)).toBe('[########----------------]  33%  3,300 / 10,000');
  expect(progressBar(0, 0)).toBe('[########################] 100%  0 / 0');
});

test('only nothing reads as 0% and only all as 100%; every bar has one width', () => {
  fc.assert(
    fc.property(fc.nat(100_000), fc.integer({ min: 1, max: 100_000 }), (part, total) => {
      fc.pre(part <= total);
      expect(percentage(part / total) === '  0%').toBe(part === 0);
      expect(percentage(part / total) === '100%').toBe(part === total);
      expect(shareBar(part, total)).toHaveLength(25);
      expect(shareBar(part, total).startsWith('#')).toBe(part > 0);
    }),
  );
});
