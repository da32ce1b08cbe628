/** Prices in pico-USD (10⁻¹² USD) a token; `source` says where the price is from. */
export type Price = {
  input: bigint;
  cache_read: bigint;
  cache_write: bigint;
  output: bigint;
  source: 'configured' | 'book' | 'base';
};

/** The price of a model of a provider. Any names may be asked: what nobody knows has the base price. */
export type PriceOf = (provider: string, model: string) => Price;
