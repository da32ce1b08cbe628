import { nanoToUsd } from '../money/usd-text.ts';
import type { Measures } from './report-model.ts';
import type { SpendMeasures } from '../spend/spend-cell.ts';
import { allTokens } from '../spend/sum-spend.ts';

/** Reads back an amount of a report: nano-USD, also below zero. Throws SyntaxError for anything else. */
export function nanoOf(usd: string): bigint {
  const [, sign = '', whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d{1,9}))?$/.exec(usd) ?? [];
  if (whole === '') throw new SyntaxError(`${JSON.stringify(usd)} is not an amount of USD with at most nine decimals.`);
  const nano = BigInt(whole + fraction.padEnd(9, '0'));
  return sign === '' ? nano : -nano;
}

/** A quotient rounded half to even; the divisor is above zero. */
export function divideHalfEven(dividend: bigint, divisor: bigint): bigint {
  if (dividend < 0n) return -divideHalfEven(-dividend, divisor);
  const whole = dividend / divisor;
  const twice = (dividend % divisor) * 2n;
  return twice > divisor || (twice === divisor && whole % 2n === 1n) ? whole + 1n : whole;
}

/** What part of the whole something is, to six decimals; null of nothing. */
export function shareOf(part: bigint | number, whole: bigint | number): number | null {
  if (BigInt(whole) === 0n) return null;
  const sign = BigInt(whole) < 0n ? -1n : 1n;
  return Number(divideHalfEven(BigInt(part) * sign * 1_000_000n, BigInt(whole) * sign)) / 1_000_000;
}

/** A sum as a report has it. */
export function measuresOf(spend: SpendMeasures): Measures {
  const { input, cache_read, cache_write, output, reasoning } = spend;
  return {
    calls: spend.calls,
    cost_usd: nanoToUsd(spend.cost_nano),
    list_usd: nanoToUsd(spend.list_nano),
    approx_calls: spend.approx_calls,
    base_priced_calls: spend.base_priced_calls,
    tokens: { input, cache_read, cache_write, output, reasoning, total: allTokens(spend) },
    latency_ms: spend.latency_ms,
    wasted_calls: spend.wasted_calls,
    wasted_usd: nanoToUsd(spend.wasted_nano),
    dedupe_hits: spend.dedupe_hits,
    avoided_usd: nanoToUsd(spend.avoided_nano),
  };
}

/** Order of texts that is the same on every machine: by code units. */
export function byText(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}

/** Larger amounts first. */
export function byAmount(left: bigint, right: bigint): number {
  return left > right ? -1 : left < right ? 1 : 0;
}
