import { nanoToUsd } from '../money/usd-text.ts';
import { byText, shareOf } from './amount.ts';
import type { BudgetStanding } from './report-input.ts';
import type { BudgetRow } from './report-model.ts';

const DAY_MS = 86_400_000;

/** Budgets that have a cap, the most used first. */
export function budgetRows(budgets: readonly BudgetStanding[], asOf: number): BudgetRow[] {
  return budgets
    .filter(({ cap_nano }) => cap_nano !== null)
    .map((budget) => budgetRow(budget, asOf))
    .sort(
      (left, right) =>
        (right.used ?? Infinity) - (left.used ?? Infinity) ||
        byText(left.scope, right.scope) ||
        byText(left.period, right.period),
    );
}

function budgetRow(budget: BudgetStanding, asOf: number): BudgetRow {
  const { scope, period, starts_at, ends_at, soft_nano, spent_nano, held_nano } = budget;
  const cap = budget.cap_nano ?? 0n;
  const used = spent_nano + held_nano;
  return {
    scope,
    period,
    starts_at: new Date(starts_at).toISOString(),
    ends_at: new Date(ends_at).toISOString(),
    cap_usd: nanoToUsd(cap),
    soft_usd: soft_nano === null ? null : nanoToUsd(soft_nano),
    spent_usd: nanoToUsd(spent_nano),
    held_usd: nanoToUsd(held_nano),
    used: shareOf(used, cap),
    state: used >= cap ? 'hard' : soft_nano !== null && used >= soft_nano ? 'soft' : 'ok',
    days_to_exhaustion: daysToExhaustion(budget, asOf),
  };
}

/** Spending goes on as it did on average since the period began. */
function daysToExhaustion({ starts_at, ends_at, cap_nano, spent_nano, held_nano }: BudgetStanding, asOf: number) {
  const left = (cap_nano ?? 0n) - spent_nano - held_nano;
  if (left <= 0n) return 0;
  const now = Math.min(asOf, ends_at);
  const passed = now - starts_at;
  if (passed <= 0 || spent_nano <= 0n) return null;
  const milliseconds = (Number(left) / Number(spent_nano)) * passed;
  return now + milliseconds >= ends_at ? null : Math.round((milliseconds / DAY_MS) * 10) / 10;
}
