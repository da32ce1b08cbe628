import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nanoToUsd, usdToNano } from './usd-text.ts';

describe('an amount of USD as text', () => {
  test('there and back is the same amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }), (nano) => {
        const text = nanoToUsd(nano);
        expect(text).toMatch(/^\d+(\.\d*[1-9])?$/);
        expect(usdToNano(text)).toBe(nano);
        expect(usdToNano(`${text}${text.includes('.') ? '' : '.'}000`)).toBe(nano);
      }),
    );
  });

  test.each([
    ['0', 0n],
    ['20', 20_000_000_000n],
    ['007.50', 7_500_000_000n],
    ['0.000000001', 1n],
    ['0.100000000000', 100_000_000n],
    ['999999999.999999999', 999_999_999_999_999_999n],
  ])('%s is read exactly', (text, nano) => {
    expect(usdToNano(text)).toBe(nano);
  });

  test.each([
    ...['', ' 1', '1 ', '-1', '+1', '1e3', '1E-9', 'NaN', 'Infinity', '0x10', '1,000', '1.', '.5', '1.2.3', '１'],
    ...['0.0000000001', '1000000000', `1.${'0'.repeat(80)}`],
  ])('%j is refused', (text) => {
    expect(usdToNano(text)).toBeUndefined();
  });

  test('below zero, as a correction may be', () => {
    expect(nanoToUsd(-1_500_000_000n)).toBe('-1.5');
    expect(nanoToUsd(-1n)).toBe('-0.000000001');
  });
});
