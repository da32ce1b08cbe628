import { describe, expect, test } from '@jest/globals';
import { parsePricing } from './configured-pricing.ts';
import { costNano } from './cost.ts';
import { createPriceOf } from './create-price-of.ts';
import { createPriceBook } from './price-book/create-price-book.ts';
import { priceBook, priceBookVersion } from './price-book/price-book.ts';
import type { PriceRow } from './price-book/price-row.ts';
import { nanoToUsd } from './usd-text.ts';

const TODAY = Date.parse('2026-11-23T12:00:00Z');
const thousandEach = { input: 1000, cache_read: 0, cache_write: 0, output: 1000, reasoning: 0 };

function pricing(written: string) {
  const read = parsePricing(written);
  if (!read.ok) throw new Error(read.why);
  return read.pricing;
}

function usd(provider: string, model: string, written = '{}'): string {
  return nanoToUsd(costNano(thousandEach, createPriceOf(pricing(written))(provider, model, TODAY)));
}

describe('base prices of the contract', () => {
  test.each([
    ['gemini', '0.003'],
    ['openai', '0.015'],
    ['anthropic', '0.018'],
    ['glm', '0.009'],
    ['openai-compatible', '0.015'],
    ['constructor', '0.015'],
  ])('%s', (provider, expected) => {
    expect(usd(provider, 'nobody knows it')).toBe(expected);
  });

  test('they are marked, and know no cache', () => {
    const price = createPriceOf({})('gemini', 'nobody knows it', TODAY);
    expect(price).toMatchObject({ source: 'base', version: null, tiers: [], input: 1_000_000n });
    expect([price.cache_read, price.cache_write]).toEqual([price.input, price.input]);
  });
});

describe('which price holds', () => {
  const model = 'gemini-3-flash-preview';

  test('the configured model, then the configured default, then the book, then the base price', () => {
    const written = `{"gemini":{"m":{"prompt":0.5,"completion":0}}}`;
    expect(usd('gemini', 'm', written)).toBe('0.5');
    expect(usd('gemini', model, written)).toBe('0.0035');
    expect(usd('gemini', model, '{"gemini":{"default":{"prompt":1,"completion":1}}}')).toBe('2');
    expect(usd('gemini', model, '{"glm":{"prompt":1,"completion":1}}')).toBe('0.0035');
    const sources = [pricing(`{"gemini":{"${model}":{}}}`), {}].map((each) =>
      createPriceOf(each)('gemini', model, TODAY),
    );
    expect(sources).toMatchObject([
      { source: 'configured', version: null },
      { source: 'book', version: priceBookVersion },
    ]);
  });

  test('a side that is not configured has the base price, also where the book knows the model', () => {
    expect(usd('gemini', model, `{"gemini":{"${model}":{"prompt":0.5}}}`)).toBe('0.502');
    expect(usd('gemini', model, `{"gemini":{"${model}":{"completion":0.5}}}`)).toBe('0.501');
  });

  test.each([
    ['anthropic', 'claude-sonnet-5-5-20260929'],
    ['anthropic', 'claude-sonnet-5-6'],
    ['anthropic', 'claude-sonnet'],
    ['anthropic', 'CLAUDE-SONNET-5'],
    ['anthropic', 'claude-sonnet-5 '],
    ['anthropic', 'claude-fable-5-2'],
    ['anthropic', 'anthropic/claude-sonnet-5'],
    ['openai', 'gpt-5.4-mini-2026-03-01'],
    ['openai', 'gpt-5.2-mini'],
    ['gemini', 'gemini-3-flash'],
    ['glm', 'glm-4.7-flash'],
    ['openai-compatible', 'gpt-5.2'],
    ['openai', 'claude-sonnet-5'],
  ])('a name that is merely alike is not priced: %s %s', (provider, alike) => {
    expect(createPriceOf({})(provider, alike, TODAY).source).toBe('base');
  });

  test('a model has its own prices, not those of the one it is named after', () => {
    const read = (name: string) => createPriceOf({})('anthropic', name, TODAY).cache_read;
    expect([read('claude-sonnet-5'), read('claude-sonnet-5-5')]).toEqual([200_000n, 100_000n]);
  });

  test('the price of the instant: a change holds from the first millisecond of its UTC day', () => {
    const at = (instant: string) => createPriceOf({})('gemini', 'gemini-3.8-flash', Date.parse(instant)).input;
    expect(at('2026-12-31T23:59:59.999Z')).toBe(750_000n);
    expect(at('2027-01-01T00:00:00.000Z')).toBe(1_500_000n);
  });

  test('before its first day a model has no price of its own', () => {
    const priceOf = createPriceOf({}, priceBook);
    expect(priceOf('gemini', model, Date.parse('2024-12-31T23:59:59Z')).source).toBe('base');
  });
});

describe('a price book', () => {
  const row: PriceRow = {
    ...{ provider: 'p', models: ['m'], valid_from: '2026-01-01', source: 'list' },
    ...{ input: '1', output: '2' },
  };

  test('a price the list does not have is that of the input', () => {
    expect(createPriceBook('1', [row]).find('p', 'm', TODAY)).toMatchObject({
      ...{ input: 1_000_000n, cache_read: 1_000_000n, cache_write: 1_000_000n, output: 2_000_000n },
      ...{ source: 'book', version: '1', tiers: [] },
    });
  });

  test.each([
    ['an amount with an exponent', [{ ...row, input: '1e0' }]],
    ['a negative amount', [{ ...row, output: '-1' }]],
    ['an amount finer than a pico-USD a token', [{ ...row, cache_read: '0.0000001' }]],
    ['an amount that is missing', [{ ...row, input: '' }]],
    ['a day that does not exist', [{ ...row, valid_from: '2026-02-30' }]],
    ['two prices from one day', [row, { ...row, models: ['other', 'm'] }]],
    ['tiers that do not ascend', [{ ...row, long_context: [tier(200), tier(200)] }]],
    ['a tier of every prompt', [{ ...row, long_context: [tier(0)] }]],
    ['a tier of a broken number', [{ ...row, long_context: [tier(1.5)] }]],
  ])('refuses %s', (_, rows) => {
    expect(() => createPriceBook('1', rows)).toThrow('The price book cannot be used: ');
  });

  function tier(above_input_tokens: number) {
    return { above_input_tokens, input: '2', output: '4' };
  }
});
