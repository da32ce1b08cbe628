import type { TokenUsage } from '../spend/ledger-line.ts';
import type { Price } from './price.ts';

/** Cost of a usage in nano-USD, one rounding half to even. */
export function costNano(usage: TokenUsage, price: Price): bigint {
  const pico =
    BigInt(usage.input) * price.input +
    BigInt(usage.cache_read) * price.cache_read +
    BigInt(usage.cache_write) * price.cache_write +
    BigInt(usage.output + usage.reasoning) * price.output;
  const whole = pico / 1000n;
  const rest = pico % 1000n;
  if (rest > 500n || (rest === 500n && whole % 2n === 1n)) return whole + 1n;
  return whole;
}

/** What the same tokens would have cost without the provider's cache: all of them as plain input. In nano-USD. */
export function listNano(usage: TokenUsage, price: Price): bigint {
  const input = usage.input + usage.cache_read + usage.cache_write;
  return costNano({ ...usage, input, cache_read: 0, cache_write: 0 }, price);
}
