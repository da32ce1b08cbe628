import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { TokenUsage } from '../spend/ledger-line.ts';
import { ceilingNano, costNano, listNano } from './cost.ts';
import type { Price, TokenPrices } from './price.ts';
import { priceBook } from './price-book/price-book.ts';

const none: TokenUsage = { input: 0, cache_read: 0, cache_write: 0, output: 0, reasoning: 0 };
const flat: Price = {
  ...{ input: 500n, cache_read: 50n, cache_write: 625n, output: 3000n },
  ...{ tiers: [], source: 'book', version: 'a' },
};
const tiered: Price = {
  ...flat,
  tiers: [
    { above_input_tokens: 1000, input: 1000n, cache_read: 100n, cache_write: 1250n, output: 4500n },
    { above_input_tokens: 5000, input: 2000n, cache_read: 200n, cache_write: 2500n, output: 9000n },
  ],
};

/** Prices with whatever relation between their buckets, and tiers that are never cheaper: so all price lists are. */
const prices = fc.record({ input: pico(), cache_read: pico(), cache_write: pico(), output: pico() });
const anyPrice = fc
  .record({ first: prices, rises: fc.array(prices, { maxLength: 3 }) })
  .map(({ first, rises }): Price => {
    let last: TokenPrices = first;
    const tiers = rises.map((rise, index) => {
      last = {
        input: last.input + rise.input,
        cache_read: last.cache_read + rise.cache_read,
        cache_write: last.cache_write + rise.cache_write,
        output: last.output + rise.output,
      };
      return { ...last, above_input_tokens: 1000 * (index + 1) };
    });
    return { ...first, tiers, source: 'book', version: 'any' };
  });
const bookPrice = fc.constantFrom(
  ...priceBook.rows.flatMap(({ provider, models, valid_from }) =>
    models.map((model) => priceBook.find(provider, model, Date.parse(valid_from)) ?? flat),
  ),
);
const price = fc.oneof(anyPrice, bookPrice);

function pico() {
  return fc.bigInt({ min: 0n, max: 100_000_000n });
}

/** Counts that often lie at a border of a tier. */
function tokens() {
  return fc.oneof(
    fc.nat({ max: 5000 }),
    fc.nat({ max: 1_000_000 }),
    fc.constantFrom(999, 1000, 1001, 100_000, 100_001, 200_000, 200_001, 271_999, 272_000),
  );
}

const bucket = fc.constantFrom('input', 'cache_read', 'cache_write', 'output', 'reasoning');
const more = fc.oneof(fc.constant(0), fc.nat({ max: 5000 }), fc.nat({ max: 300_000 }));
const anyUsage = fc.record({
  ...{ input: tokens(), cache_read: tokens(), cache_write: tokens() },
  ...{ output: tokens(), reasoning: tokens() },
});

describe('what an answer cost', () => {
  test('each bucket at its price, reasoning as output', () => {
    const usage = { input: 1000, cache_read: 2000, cache_write: 4000, output: 10, reasoning: 5 };
    expect(costNano(usage, flat)).toBe(500n + 100n + 2500n + 45n);
  });

  test('the whole call is billed at the tier all its prompt tokens are above', () => {
    const cost = (input: number, cache_read: number) => costNano({ ...none, input, cache_read, output: 1000 }, tiered);
    expect(cost(1000, 0)).toBe(500n + 3000n);
    expect(cost(1001, 0)).toBe(1001n + 4500n);
    expect(cost(1, 1000)).toBe(1n + 100n + 4500n);
    expect(cost(0, 5001)).toBe(1000n + 9000n);
  });

  test('half a nano-USD goes to the even neighbour, once a line', () => {
    const costs = [1, 2, 3, 4, 5].map((input) => costNano({ ...none, input }, flat));
    expect(costs).toEqual([0n, 1n, 2n, 2n, 2n]);
  });

  test('the sum of rounded lines is within half a nano-USD a line of what was used', () => {
    fc.assert(
      fc.property(fc.array(anyUsage, { maxLength: 50 }), price, (usages, each) => {
        const thousandfold = { ...each, ...times1000(each), tiers: each.tiers.map((t) => ({ ...t, ...times1000(t) })) };
        const pico = usages.reduce((sum, usage) => sum + costNano(usage, thousandfold), 0n);
        const rounded = usages.reduce((sum, usage) => sum + costNano(usage, each), 0n) * 1000n;
        const distance = pico > rounded ? pico - rounded : rounded - pico;
        expect(distance <= 500n * BigInt(usages.length)).toBe(true);
      }),
    );
  });

  test('one token more of any bucket never makes a call cheaper', () => {
    fc.assert(
      fc.property(anyUsage, price, fc.record({ bucket, more }), (usage, each, { bucket: name, more: added }) => {
        const larger = { ...usage, [name]: usage[name] + added };
        expect(costNano(larger, each) >= costNano(usage, each)).toBe(true);
      }),
    );
  });
});

describe('what it would have cost without the cache', () => {
  test('all input at the plain price, in the same tier', () => {
    const usage = { input: 1000, cache_read: 2000, cache_write: 4000, output: 1000, reasoning: 0 };
    expect(listNano(usage, flat)).toBe(3500n + 3000n);
    expect(listNano(usage, tiered)).toBe(14_000n + 9000n);
  });
});

describe('the most a call can cost', () => {
  test('no call whose usage is within the estimate costs more', () => {
    const slack = fc.record({ input: more, output: more });
    fc.assert(
      fc.property(anyUsage, price, slack, (usage, each, { input: moreInput, output: moreOutput }) => {
        const input = usage.input + usage.cache_read + usage.cache_write + moreInput;
        const ceiling = ceilingNano(input, usage.output + usage.reasoning + moreOutput, each);
        expect(ceiling >= costNano(usage, each)).toBe(true);
        expect(ceiling >= listNano(usage, each)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('it is reached: by a prompt that is written to the cache, in the highest tier', () => {
    expect(ceilingNano(6000, 100, tiered)).toBe(costNano({ ...none, cache_write: 6000, output: 100 }, tiered));
    expect(ceilingNano(1000, 100, tiered)).toBe(costNano({ ...none, cache_write: 1000, output: 100 }, tiered));
  });

  test('at every border of a tier it is what the dearest prompt of that length costs', () => {
    for (const bound of [999, 1000, 1001, 4999, 5000, 5001]) {
      const dearest = costNano({ ...none, cache_write: bound, output: 100 }, tiered);
      expect(ceilingNano(bound, 100, tiered)).toBe(dearest);
    }
  });

  test('a cheaper tier further up does not make it less', () => {
    const cheaperAbove: Price = { ...flat, tiers: [{ ...flat, above_input_tokens: 10, input: 1n, cache_write: 1n }] };
    expect(ceilingNano(11, 0, cheaperAbove) >= costNano({ ...none, cache_write: 10 }, cheaperAbove)).toBe(true);
  });
});

function times1000({ input, cache_read, cache_write, output }: TokenPrices): TokenPrices {
  return {
    input: input * 1000n,
    cache_read: cache_read * 1000n,
    cache_write: cache_write * 1000n,
    output: output * 1000n,
  };
}
