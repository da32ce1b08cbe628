import { nanoToUsd } from '../money/usd-text.ts';
import { type DayCell, noSpend, type SpendMeasures } from '../spend/spend-cell.ts';
import { addSpend } from '../spend/sum-spend.ts';
import { byText, shareOf } from './amount.ts';
import type { LedgerQuality } from './report-input.ts';
import type { ReportQuality } from './report-model.ts';

const MOST_MODELS = 50;

/** How far the numbers can be trusted: what was estimated, and whether everything adds up. */
export function qualityFacts(cells: readonly DayCell[], totals: SpendMeasures, quality: LedgerQuality): ReportQuality {
  const { price_books, ...told } = quality;
  return {
    ...told,
    rows: totals.calls,
    approx_calls: totals.approx_calls,
    approx_share: shareOf(totals.approx_calls, totals.calls),
    base_priced_calls: totals.base_priced_calls,
    base_priced_models: basePricedModels(cells),
    price_books: [...price_books].sort(byText),
  };
}

function basePricedModels(cells: readonly DayCell[]): ReportQuality['base_priced_models'] {
  const models = new Map<string, SpendMeasures & { provider: string; model: string }>();
  for (const cell of cells) {
    if (cell.base_priced_calls === 0) continue;
    const key = JSON.stringify([cell.provider, cell.model]);
    const sum = models.get(key) ?? { ...noSpend, provider: cell.provider, model: cell.model };
    addSpend(sum, cell);
    models.set(key, sum);
  }
  return [...models.values()]
    .sort(
      (left, right) =>
        right.base_priced_calls - left.base_priced_calls ||
        byText(left.provider, right.provider) ||
        byText(left.model, right.model),
    )
    .slice(0, MOST_MODELS)
    .map(({ provider, model, base_priced_calls, cost_nano }) => ({
      provider,
      model,
      calls: base_priced_calls,
      cost_usd: nanoToUsd(cost_nano),
    }));
}
