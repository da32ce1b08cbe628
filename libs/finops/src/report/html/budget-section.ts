import { nanoOf, shareOf } from '../amount.ts';
import { money, percent } from '../render/format.ts';
import { htmlText } from '../render/inert-text.ts';
import { budgetEnd } from '../render/report-rows.ts';
import type { ReportWords } from '../render/words.ts';
import type { BudgetRow, ReportModel } from '../report-model.ts';
import { point } from './chart-frame.ts';
import { htmlTable } from './html-table.ts';

const COLOURS = { ok: 'var(--good)', soft: 'var(--series-2)', hard: 'var(--bad)' } as const;
const MOST = 25;

/** Budgets with a bar: spent, then held; the line is the soft limit. */
export function budgetSection({ budgets }: ReportModel, words: ReportWords): string {
  if (budgets.length === 0) return '';
  const chip = {
    ok: '',
    soft: `<span class="chip soft">${words.stateSoft}</span> `,
    hard: `<span class="chip hard">${words.stateHard}</span> `,
  };
  const rows = budgets.slice(0, MOST).map((budget) => {
    const cap = nanoOf(budget.cap_usd);
    return [
      htmlText(budget.scope, 60),
      budget.period === 'day' ? words.day : words.month,
      budgetBar(budget),
      percent(budget.used),
      money(nanoOf(budget.spent_usd), cap),
      money(nanoOf(budget.held_usd), cap),
      money(cap),
      `${chip[budget.state]}${budgetEnd(budget, words)}`,
    ];
  });
  const table = htmlTable(
    [
      { head: words.scope, kind: 'text' },
      { head: words.period },
      { head: '', kind: 'bar' },
      { head: words.used, kind: 'number' },
      { head: words.spent, kind: 'number' },
      { head: words.held, kind: 'number' },
      { head: words.cap, kind: 'number' },
      { head: words.usedUp, kind: 'text' },
    ],
    rows,
  );
  return `<section><h2>${words.budgets}</h2>${table}</section>`;
}

function budgetBar({ cap_usd, spent_usd, held_usd, soft_usd, state }: BudgetRow): string {
  const cap = nanoOf(cap_usd);
  const of = (usd: string): number => Math.max(0, Math.min(1, shareOf(nanoOf(usd), cap) ?? 1)) * 100;
  const [spent, held] = [of(spent_usd), of(held_usd)];
  const soft =
    soft_usd === null ? '' : `<rect x="${point(of(soft_usd) - 0.4)}" width="0.8" height="10" fill="var(--ink)"/>`;
  const colour = COLOURS[state];
  return `<svg class="meter" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="10" fill="var(--track)"/><rect width="${point(spent)}" height="10" fill="${colour}"/><rect x="${point(spent)}" width="${point(Math.min(held, 100 - spent))}" height="10" fill="${colour}" opacity="0.4"/>${soft}</svg>`;
}
