/** What spending is told apart by. Values are as the caller wrote them; beyond a bound of combinations they are `other`. */
export type SpendTags = { provider: string; model: string; purpose: string; team: string; project: string };

/**
 * What was spent for one combination of tags in one hour or one calendar day. Money is in nano-USD (10⁻⁹ USD), tokens are
 * in disjoint buckets, so that they add up.
 */
export type SpendMeasures = {
  /** Billed provider answers: the lines of the ledger. */
  calls: number;
  cost_nano: bigint;
  /** What the same tokens would have cost without caching: `list_nano - cost_nano` is what caching saved (or cost). */
  list_nano: bigint;
  /** Lines whose tokens were counted by characters, because the provider did not tell them. */
  approx_calls: number;
  /** Lines priced at the provider's base price, because the model has no price of its own. */
  base_priced_calls: number;
  input: number;
  cache_read: number;
  cache_write: number;
  output: number;
  reasoning: number;
  latency_ms: number;
  /** Billed answers nobody could use: failed, refused, cut off. Part of `calls` and `cost_nano`. */
  wasted_calls: number;
  wasted_nano: bigint;
  /** Calls answered from the cache, and what they would have cost. Not part of `calls` and `cost_nano`. */
  dedupe_hits: number;
  avoided_nano: bigint;
};

/** `day` is the calendar day `YYYY-MM-DD` in the ledger's zone in which the call was reserved. */
export type DayCell = SpendTags & SpendMeasures & { day: string };

/** `hour` is the start of an hour, in seconds since 1970 (UTC). */
export type HourCell = SpendTags & SpendMeasures & { hour: number };

export const noSpend: SpendMeasures = {
  calls: 0,
  cost_nano: 0n,
  list_nano: 0n,
  approx_calls: 0,
  base_priced_calls: 0,
  input: 0,
  cache_read: 0,
  cache_write: 0,
  output: 0,
  reasoning: 0,
  latency_ms: 0,
  wasted_calls: 0,
  wasted_nano: 0n,
  dedupe_hits: 0,
  avoided_nano: 0n,
};
