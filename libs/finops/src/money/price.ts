/** Pico-USD (10⁻¹² USD) a token. `output` is also the price of reasoning. */
export type TokenPrices = { input: bigint; cache_read: bigint; cache_write: bigint; output: bigint };

/** Prices of a whole call whose prompt, cached or not, has more than so many tokens. */
export type LongContextPrices = TokenPrices & { above_input_tokens: number };

/** What a model costs. `tiers` ascend by their bound; the last one a prompt is above holds for the whole call. */
export type Price = TokenPrices & {
  tiers: readonly LongContextPrices[];
  /** `configured` = LLM_PRICING_JSON, `book` = the built-in price book, `base` = the provider's base price: a guess. */
  source: 'configured' | 'book' | 'base';
  /** Version of the price book; null unless the price is from there. */
  version: string | null;
};

/**
 * The price of a model of a provider at an instant in milliseconds since 1970. Any names may be asked: what nobody knows has
 * a base price. Ask with the instant of the reservation, so that a call is settled at the prices it was reserved at.
 */
export type PriceOf = (provider: string, model: string, at: number) => Price;
