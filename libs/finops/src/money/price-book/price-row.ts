/** USD per 1,000,000 tokens as decimal text, as price lists print it. A price the list does not have is that of `input`. */
export type ListPrices = {
  input: string;
  /** Input that was read from the provider's cache. */
  cache_read?: string;
  /** Input that was written to the cache for the provider's shortest life (Anthropic: five minutes). */
  cache_write?: string;
  /** For an hour. No cost is counted with it: usage does not tell the two apart, and nothing here asks for an hour. */
  cache_write_1h?: string;
  /** Reasoning is billed as output. */
  output: string;
};

/**
 * What a public price list says of models. A later `valid_from` replaces an earlier row of the same model. Standard
 * processing, text: batch, priority, audio and searches have prices of their own and are not asked for.
 */
export type PriceRow = ListPrices & {
  provider: string;
  /** Exact ids: a name that is merely alike has no price. */
  models: readonly string[];
  /** UTC day `YYYY-MM-DD`. */
  valid_from: string;
  /** The price list, or where its change was announced. */
  source: string;
  /** Prices of the whole call when its prompt has more tokens than `above_input_tokens`. */
  long_context?: readonly (ListPrices & { above_input_tokens: number })[];
};

/** `valid_from` of prices a model has had since it was first sold: a day before any model of the book was. */
export const SINCE_RELEASE = '2025-01-01';
