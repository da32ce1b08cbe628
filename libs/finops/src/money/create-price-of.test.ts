import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parsePricing } from './configured-pricing.ts';
import { costNano } from './cost.ts';
import { createPriceOf } from './create-price-of.ts';
import { nanoToUsd } from './usd-text.ts';

const usageOf = (input: number, output: number, reasoning = 0) => ({
  input,
  cache_read: 0,
  cache_write: 0,
  output,
  reasoning,
});

describe('prices', () => {
  test('base prices of the contract, marked as such', () => {
    const price = createPriceOf({})('gemini', 'anything');
    expect(price.source).toBe('base');
    expect(nanoToUsd(costNano(usageOf(1000, 1000), price))).toBe('0.003');
    expect(nanoToUsd(costNano(usageOf(0, 500, 500), createPriceOf({})('openai', 'x')))).toBe('0.01');
  });

  test('a configured model wins over default, default over base, and a missing side is the base price', () => {
    const read = parsePricing(
      '{"gemini":{"m":{"prompt":0.5},"default":{"prompt":1,"completion":"2"}},"glm":{"prompt":0.004,"completion":0.005}}',
    );
    if (!read.ok) throw new Error(read.why);
    const priceOf = createPriceOf(read.pricing);
    const usd = (provider: 'gemini' | 'glm' | 'openai', model: string) =>
      nanoToUsd(costNano(usageOf(1000, 1000), priceOf(provider, model)));
    expect([usd('gemini', 'm'), usd('gemini', 'other'), usd('glm', 'x'), usd('openai', 'x')]).toEqual([
      '0.502',
      '3',
      '0.009',
      '0.015',
    ]);
    expect(usd('gemini', 'toString')).toBe('3');
    expect(priceOf('gemini', 'm').source).toBe('configured');
  });

  test.each(['{', '[]', '{"gemini":{"prompt":-1}}', '{"gemini":{"prompt":"1e9"}}', '{"gemini":5}'])(
    'refuses %s',
    (written) => {
      expect(parsePricing(written).ok).toBe(false);
    },
  );

  test('half to even, once a line', () => {
    const price = { input: 500n, cache_read: 0n, cache_write: 0n, output: 0n, source: 'book' as const };
    expect([1, 2, 3, 4, 5].map((tokens) => costNano(usageOf(tokens, 0), price))).toEqual([0n, 1n, 2n, 2n, 2n]);
  });

  test('an amount as text is the amount', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 10n ** 24n }), (nano) => {
        const text = nanoToUsd(nano);
        expect(text).toMatch(/^\d+(\.\d{1,9})?$/);
        const [whole = '', fraction = ''] = text.split('.');
        expect(BigInt(whole + fraction.padEnd(9, '0'))).toBe(nano);
      }),
    );
  });
});
