import type { TokenUsage } from '../spend/ledger-line.ts';
import type { Price, TokenPrices } from './price.ts';

/**
 * Cost of one answer in nano-USD, rounded once, half to even. The tier is chosen by all tokens of the prompt, from the cache
 * or not, and holds for the whole call, output included: so providers bill long prompts.
 */
export function costNano(usage: TokenUsage, price: Price): bigint {
  const prices = pricesAt(usage.input + usage.cache_read + usage.cache_write, price);
  const pico =
    BigInt(usage.input) * prices.input +
    BigInt(usage.cache_read) * prices.cache_read +
    BigInt(usage.cache_write) * prices.cache_write +
    BigInt(usage.output + usage.reasoning) * prices.output;
  return nanoOf(pico);
}

/** What the same tokens would have cost without the provider's cache: all of them as plain input. In nano-USD. */
export function listNano(usage: TokenUsage, price: Price): bigint {
  const input = usage.input + usage.cache_read + usage.cache_write;
  return costNano({ ...usage, input, cache_read: 0, cache_write: 0 }, price);
}

/**
 * The most a call can cost in nano-USD whose prompt has at most `inputTokens` and whose answer, reasoning included, at most
 * `outputTokens`: every prompt token at the dearest of its prices (writing the cache may be dearer than plain input), in the
 * dearest tier the prompt can reach. Whole numbers, not negative.
 */
export function ceilingNano(inputTokens: number, outputTokens: number, price: Price): bigint {
  const reachable = [price, ...price.tiers.filter(({ above_input_tokens }) => above_input_tokens < inputTokens)];
  const input = dearest(reachable.flatMap((prices) => [prices.input, prices.cache_read, prices.cache_write]));
  const output = dearest(reachable.map((prices) => prices.output));
  return nanoOf(BigInt(inputTokens) * input + BigInt(outputTokens) * output);
}

function pricesAt(inputTokens: number, price: Price): TokenPrices {
  return price.tiers.findLast(({ above_input_tokens }) => inputTokens > above_input_tokens) ?? price;
}

function dearest(prices: readonly bigint[]): bigint {
  return prices.reduce((most, each) => (each > most ? each : most), 0n);
}

/** Pico-USD as nano-USD, half to even: so many roundings up as down, and never more than half a nano-USD away. */
function nanoOf(pico: bigint): bigint {
  const whole = pico / 1000n;
  const rest = pico % 1000n;
  return rest > 500n || (rest === 500n && whole % 2n === 1n) ? whole + 1n : whole;
}
