/** Tokens in disjoint buckets, before a provider's own way of adding them up: nothing is counted twice. */
export interface TokenUsage {
  /** Prompt tokens that are neither read from nor written to a cache. */
  readonly input: number;
  readonly cacheRead: number;
  readonly cacheWrite: number;
  /** Tokens of the visible answer. */
  readonly output: number;
  readonly reasoning: number;
}

/** Characters of a token: the simulators count UTF-16 units, so that a test can work out every number beforehand. */
export const CHARACTERS_PER_TOKEN = 4;

/** Tokens of a text: 0 of an empty one, otherwise at least 1. */
export function tokensOf(text: string): number {
  return Math.ceil(text.length / CHARACTERS_PER_TOKEN);
}
