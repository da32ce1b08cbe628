/** Longest wait between two tries, in seconds (contract 9.7). */
const LONGEST_SECONDS = 12;

/**
 * Seconds before the next try of the same provider: min(12, 0.7 · 2^attempt + U(0, 0.25)), attempt from 0. A wait the provider
 * asked for replaces it, longer or shorter. Source: contract 9.7.
 */
export function backoffSeconds(attempt: number, asked: number | undefined, random: () => number): number {
  if (asked !== undefined && asked > 0) return asked;
  return Math.min(LONGEST_SECONDS, 0.7 * 2 ** attempt + 0.25 * random());
}
