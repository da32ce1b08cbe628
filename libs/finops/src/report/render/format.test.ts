import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nanoOf } from '../amount.ts';
import {
  axisMoney,
  compactCount,
  count,
  decimalUsd,
  longDay,
  longMonth,
  minute,
  money,
  percent,
  shortDay,
  signedMoney,
  signedPercent,
} from './format.ts';
import { fill, wordsOf } from './words.ts';

describe('amounts', () => {
  test('are rounded half to even', () => {
    expect([50_000n, 150_000n, 149_999n, -150_000n, 0n].map((nano) => decimalUsd(nano, 4))).toEqual([
      '0.0000',
      '0.0002',
      '0.0001',
      '-0.0002',
      '0.0000',
    ]);
    expect(decimalUsd(1_500_000_000n, 0)).toBe('2');
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n }), (nano) => {
        const error = nanoOf(decimalUsd(nano, 4)) - nano;
        expect(error <= 50_000n && error >= -50_000n).toBe(true);
      }),
    );
  });

  test('for people have as many decimals as they need', () => {
    const usd = ['1234567.891', '1', '0.5', '0.00123', '0.000000012', '0', '-2.5'];
    expect(usd.map((text) => money(nanoOf(text)))).toEqual([
      '$1,234,567.89',
      '$1.00',
      '$0.5000',
      '$0.001230',
      '$0.000000012',
      '$0.00',
      '−$2.50',
    ]);
    expect([money(1_000_000n, 10n ** 12n), signedMoney(-1_000_000n, 10n ** 12n), signedMoney(5n * 10n ** 9n)]).toEqual([
      '$0.00',
      '$0.00',
      '+$5.00',
    ]);
    expect([0, 0.5, 12.5, 2500, 25_000, 3_400_000].map(axisMoney)).toEqual([
      '$0',
      '$0.5',
      '$13',
      '$2,500',
      '$25k',
      '$3.4M',
    ]);
  });
});

test('numbers, shares and dates are the same on every machine', () => {
  expect([0, 999, 1000, 1_234_567].map(count)).toEqual(['0', '999', '1,000', '1,234,567']);
  expect([999, 12_345, 1_234_567, 2.5e9].map((number) => compactCount(number, 'en'))).toEqual([
    '999',
    '12.3k',
    '1.23M',
    '2.5B',
  ]);
  expect([9999, 12_345, 123_456_789].map((number) => compactCount(number, 'ko'))).toEqual([
    '9,999',
    '1.23만',
    '1.23억',
  ]);
  expect([percent(0.123456), percent(null), signedPercent(0.5), signedPercent(-0.5), percent(0.001, 2)]).toEqual([
    '12.3%',
    '–',
    '+50.0%',
    '−50.0%',
    '0.10%',
  ]);
  expect([longDay('2026-11-05', 'en'), longDay('2026-11-05', 'ko'), shortDay('2026-11-05', 'ko')]).toEqual([
    '5 Nov 2026',
    '2026년 11월 5일',
    '11. 5.',
  ]);
  expect([
    longMonth('2026-11', 'en'),
    longMonth('2026-11', 'ko'),
    minute('2026-11-05T15:20:30.000Z', 'Asia/Seoul'),
  ]).toEqual(['Nov 2026', '2026년 11월', '2026-11-06 00:20 (Asia/Seoul)']);
});

test('both languages have every text, with the same places in it', () => {
  const [english, korean] = [wordsOf('en'), wordsOf('ko')];
  const places = (text: string) => [...text.matchAll(/\{\w+\}/g)].map(([place]) => place).sort();
  expect(Object.keys(korean).sort()).toEqual(Object.keys(english).sort());
  for (const [name, text] of Object.entries(english)) {
    expect([name, places(korean[name as keyof typeof korean])]).toEqual([name, places(text)]);
  }
  expect(fill('{a} of {b} {c}', { a: 1, b: '{a}' })).toBe('1 of {a} {c}');
});
