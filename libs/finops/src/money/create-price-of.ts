import { configuredPrice, type Pricing } from './configured-pricing.ts';
import type { Price, PriceOf } from './price.ts';
import { priceBook } from './price-book/price-book.ts';
import type { PriceBook } from './price-book/create-price-book.ts';

/** Base prices of contract 9.8: USD per 1,000 tokens there, pico-USD a token here. */
const base = new Map([
  ['gemini', { prompt: 1_000_000n, completion: 2_000_000n }],
  ['openai', { prompt: 5_000_000n, completion: 10_000_000n }],
  ['anthropic', { prompt: 6_000_000n, completion: 12_000_000n }],
  ['glm', { prompt: 3_000_000n, completion: 6_000_000n }],
]);
const unknownBase = { prompt: 5_000_000n, completion: 10_000_000n };

/**
 * Prices by LLM_PRICING_JSON, then by the price book for the exact model at the instant, then the provider's base price,
 * which is marked as such. Configured and base prices know no cache: its tokens cost what plain input costs.
 */
export function createPriceOf(pricing: Pricing, book: PriceBook = priceBook): PriceOf {
  return (provider, model, at) => {
    const configured = configuredPrice(pricing, provider, model);
    if (configured !== undefined) return flatPrice('configured', { ...baseOf(provider), ...configured });
    return book.find(provider, model, at) ?? flatPrice('base', baseOf(provider));
  };
}

function baseOf(provider: string): { prompt: bigint; completion: bigint } {
  return base.get(provider) ?? unknownBase;
}

function flatPrice(
  source: 'configured' | 'base',
  { prompt, completion }: { prompt: bigint; completion: bigint },
): Price {
  const prices = { input: prompt, cache_read: prompt, cache_write: prompt, output: completion };
  return { ...prices, tiers: [], source, version: null };
}
