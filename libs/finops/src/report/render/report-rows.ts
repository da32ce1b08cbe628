import { nanoOf } from '../amount.ts';
import type { BudgetRow, Movement, ReportQuality, UnitCosts } from '../report-model.ts';
import { SPEND_DIMENSIONS, type SpendFilters } from '../spend-filters.ts';
import { count, money, percent } from './format.ts';
import { fill, type ReportWords } from './words.ts';

const MOST_NAMES = 10;

/** When a budget is used up, for people. */
export function budgetEnd({ used, days_to_exhaustion, cap_usd }: BudgetRow, words: ReportWords): string {
  if (days_to_exhaustion === null) return words.lasts;
  if (days_to_exhaustion === 0 && (used === null || used >= 1 || nanoOf(cap_usd) === 0n)) return words.usedUpNow;
  if (days_to_exhaustion < 2) {
    return fill(words.usedUpInHours, { hours: Math.max(1, Math.round(days_to_exhaustion * 24)) });
  }
  return fill(words.usedUpIn, { days: days_to_exhaustion.toFixed(1) });
}

/** What a report is limited to: names of dimensions, and untrusted texts. */
export function filterTexts(filters: SpendFilters, words: ReportWords): { name: string; texts: readonly string[] }[] {
  return SPEND_DIMENSIONS.flatMap((dimension) => {
    const texts = filters[dimension] ?? [];
    return texts.length === 0 ? [] : [{ name: words[dimension], texts }];
  });
}

/** The largest amount of movers, whose decimals all of them have. */
export function largestOf(rows: readonly Movement[]): bigint {
  return rows.flatMap(({ before_usd, after_usd }) => [nanoOf(before_usd), nanoOf(after_usd)]).reduce(larger, 0n);
}

function larger(one: bigint, other: bigint): bigint {
  return other > one ? other : one;
}

/** The unit costs as names and texts, always in the same order. */
export function unitCostRows(
  costs: UnitCosts,
  { words, source }: { words: ReportWords; source: ReportQuality['source'] },
): { name: string; text: string }[] {
  const none = '–';
  const untold = source === 'file' ? words.notInFile : none;
  const amount = (usd: string | null, missing = none): string => (usd === null ? missing : money(nanoOf(usd)));
  const { latency_ms_per_call, cache_hit_ratio } = costs;
  return [
    { name: words.unitPerCall, text: amount(costs.per_call_usd) },
    { name: words.unitPerAccepted, text: amount(costs.per_accepted_usd, untold) },
    { name: words.unitPerThousand, text: amount(costs.per_thousand_tokens_usd) },
    { name: words.unitCacheHit, text: cache_hit_ratio === null ? untold : percent(cache_hit_ratio) },
    { name: words.unitCacheSavings, text: amount(costs.cache_savings_usd, untold) },
    {
      name: words.unitLatency,
      text: latency_ms_per_call === null ? none : fill(words.milliseconds, { number: count(latency_ms_per_call) }),
    },
  ];
}

/** A fact about the data: `names` are untrusted, `level` says whether somebody should look. */
export type QualityRow = { name: string; text: string; names: string[]; level: 'good' | 'note' | 'bad' };

/** How far the numbers can be trusted, as names and texts. */
export function qualityRows(quality: ReportQuality, words: ReportWords): QualityRow[] {
  const { rows, reconciled, base_priced_models, price_books, skipped_lines } = quality;
  const share = (calls: number): string => `${count(calls)} (${percent(rows === 0 ? 0 : calls / rows, 2)})`;
  const told = (name: string, number: number | null, level: QualityRow['level']): QualityRow => ({
    name,
    text: number === null ? words.unknown : count(number),
    names: [],
    level: number === null ? 'note' : number === 0 ? 'good' : level,
  });
  const base = base_priced_models.map(({ provider, model }) => `${provider}/${model}`);
  return [
    {
      name: words.qualityReconcile,
      text: reconcileText(reconciled, words),
      names: [],
      level: reconciled === null ? 'note' : reconciled.differences === 0 ? 'good' : 'bad',
    },
    {
      name: words.qualityApprox,
      text: share(quality.approx_calls),
      names: [],
      level: quality.approx_calls === 0 ? 'good' : 'note',
    },
    {
      name: words.qualityBase,
      text: share(quality.base_priced_calls),
      names: base.length > MOST_NAMES ? [...base.slice(0, MOST_NAMES), '…'] : base,
      level: quality.base_priced_calls === 0 ? 'good' : 'note',
    },
    told(words.qualityExpired, quality.expired, 'note'),
    told(words.qualityLate, quality.late, 'note'),
    told(words.qualityVoided, quality.voided, 'good'),
    told(words.qualityRefused, quality.refused, 'note'),
    told(words.qualityUnsealed, quality.unsealed, 'note'),
    {
      name: words.qualityBooks,
      text: price_books.length === 0 ? words.unknown : '',
      names: price_books,
      level: price_books.length === 0 ? 'note' : 'good',
    },
    ...(skipped_lines === 0 ? [] : [told(words.qualitySkipped, skipped_lines, 'bad')]),
  ];
}

function reconcileText(reconciled: ReportQuality['reconciled'], words: ReportWords): string {
  if (reconciled === null) return words.reconcileNot;
  return reconciled.differences === 0
    ? words.reconcileEqual
    : fill(words.reconcileDifferent, { count: count(reconciled.differences) });
}
