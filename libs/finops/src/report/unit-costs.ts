import { nanoToUsd } from '../money/usd-text.ts';
import type { SpendMeasures } from '../spend/spend-cell.ts';
import { allTokens } from '../spend/sum-spend.ts';
import { divideHalfEven, shareOf } from './amount.ts';
import type { UnitCosts } from './report-model.ts';

/** What one unit cost, rounded half to even to the nano-USD. A `file` does not tell wasted answers and cached tokens. */
export function unitCosts(spend: SpendMeasures, source: 'ledger' | 'file'): UnitCosts {
  const inputs = spend.input + spend.cache_read + spend.cache_write;
  const tellsAll = source === 'ledger';
  return {
    per_call_usd: perUnit(spend.cost_nano, spend.calls),
    per_accepted_usd: tellsAll ? perUnit(spend.cost_nano, spend.calls - spend.wasted_calls) : null,
    per_thousand_tokens_usd: perUnit(spend.cost_nano * 1000n, allTokens(spend)),
    cache_hit_ratio: tellsAll ? shareOf(spend.cache_read, inputs) : null,
    cache_savings_usd: tellsAll ? nanoToUsd(spend.list_nano - spend.cost_nano) : null,
    latency_ms_per_call: spend.calls === 0 ? null : Math.round(spend.latency_ms / spend.calls),
  };
}

function perUnit(nano: bigint, units: number): string | null {
  return units <= 0 ? null : nanoToUsd(divideHalfEven(nano, BigInt(units)));
}
