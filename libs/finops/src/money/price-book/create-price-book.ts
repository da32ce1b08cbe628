import type { LongContextPrices, Price, TokenPrices } from '../price.ts';
import { usdToNano } from '../usd-text.ts';
import type { ListPrices, PriceRow } from './price-row.ts';

/** Prices by exact name and instant. */
export type PriceBook = {
  version: string;
  rows: readonly PriceRow[];
  /** What the model costs at the instant (milliseconds since 1970); undefined when the book has no price for it then. */
  find(provider: string, model: string, at: number): Price | undefined;
};

type Period = { from: number; price: Price };

/**
 * Makes rows ready to be asked. Throws when a row cannot be used: an amount that is no decimal text or finer than a pico-USD
 * a token, a day that does not exist, two rows of a model from the same day, tiers that do not ascend.
 */
export function createPriceBook(version: string, rows: readonly PriceRow[]): PriceBook {
  const periods = new Map<string, Period[]>();
  for (const row of rows) {
    const period = { from: instantOf(row), price: priceOf(row, version) };
    for (const model of row.models) {
      const key = keyOf(row.provider, model);
      const others = periods.get(key) ?? [];
      if (others.some(({ from }) => from === period.from)) throw unusable(row, 'a model has two prices from one day');
      periods.set(
        key,
        [...others, period].sort((left, right) => right.from - left.from),
      );
    }
  }
  return {
    version,
    rows,
    find: (provider, model, at) => periods.get(keyOf(provider, model))?.find(({ from }) => from <= at)?.price,
  };
}

function keyOf(provider: string, model: string): string {
  return `${provider}\n${model}`;
}

function instantOf(row: PriceRow): number {
  const at = Date.parse(`${row.valid_from}T00:00:00Z`);
  if (Number.isNaN(at) || new Date(at).toISOString().slice(0, 10) !== row.valid_from) {
    throw unusable(row, 'valid_from is not a day YYYY-MM-DD');
  }
  return at;
}

function priceOf(row: PriceRow, version: string): Price {
  const tiers = (row.long_context ?? []).map((tier): LongContextPrices => ({
    ...tokenPrices(row, tier),
    above_input_tokens: tier.above_input_tokens,
  }));
  const bounds = tiers.map(({ above_input_tokens }) => above_input_tokens);
  const ascend = bounds.every((bound, index) => Number.isSafeInteger(bound) && bound > (bounds[index - 1] ?? 0));
  if (!ascend) throw unusable(row, 'the bounds of long_context do not ascend from 1');
  return { ...tokenPrices(row, row), tiers, source: 'book', version };
}

function tokenPrices(row: PriceRow, { input, cache_read, cache_write, output }: ListPrices): TokenPrices {
  return {
    input: picoPerToken(row, input),
    cache_read: picoPerToken(row, cache_read ?? input),
    cache_write: picoPerToken(row, cache_write ?? input),
    output: picoPerToken(row, output),
  };
}

/** USD per 1,000,000 tokens is 10⁶ pico-USD a token: exact up to six decimals. */
function picoPerToken(row: PriceRow, usdPerMillion: string): bigint {
  const nano = usdToNano(usdPerMillion);
  if (nano === undefined || nano % 1000n !== 0n) throw unusable(row, 'a price is no decimal text of six decimals');
  return nano / 1000n;
}

function unusable({ provider, models, valid_from }: PriceRow, why: string): Error {
  return new Error(`The price book cannot be used: ${why} (${provider} ${models.join(', ')}, ${valid_from}).`);
}
