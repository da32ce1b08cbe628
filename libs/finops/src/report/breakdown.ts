import { nanoToUsd } from '../money/usd-text.ts';
import type { DayCell, SpendMeasures } from '../spend/spend-cell.ts';
import { sumBy, sumSpend } from '../spend/sum-spend.ts';
import { byAmount, byText, measuresOf, shareOf } from './amount.ts';
import type { Breakdown, BreakdownRow } from './report-model.ts';

/** What cells are told apart by. */
export type Dimension = 'provider' | 'model' | 'purpose' | 'team' | 'project';

/** More names than anybody reads are told as one. */
const MOST_ROWS = 200;

/** The name a cell counts for: a project is `team/project`, and what was left empty is `-`. */
export function nameOf(cell: DayCell, dimension: Dimension): string {
  const part = (text: string): string => (text === '' ? '-' : text);
  return dimension === 'project' ? `${part(cell.team)}/${part(cell.project)}` : part(cell[dimension]);
}

/** Costs by one dimension; with `previous` what the same name cost there. */
export function breakdownBy(
  dimension: Dimension,
  cells: readonly DayCell[],
  previous: readonly DayCell[] | undefined,
): Breakdown {
  const sums = sumBy(cells, (cell) => nameOf(cell, dimension));
  const before = previous && sumBy(previous, (cell) => nameOf(cell, dimension));
  const total = sumSpend(sums.values()).cost_nano;
  const providers = dimension === 'model' ? providersOf(cells) : undefined;
  const ranked = [...sums].sort(
    ([left, a], [right, b]) => byAmount(a.cost_nano, b.cost_nano) || b.calls - a.calls || byText(left, right),
  );
  const rowOf = ([name, spend]: [string, SpendMeasures]): BreakdownRow => ({
    name,
    providers: [...(providers?.get(name) ?? [])].sort(byText),
    ...measuresOf(spend),
    share: shareOf(spend.cost_nano, total),
    approx_share: shareOf(spend.approx_calls, spend.calls),
    before_usd: before === undefined ? null : nanoToUsd(before.get(name)?.cost_nano ?? 0n),
  });
  const rest = ranked.slice(MOST_ROWS).map(([, spend]) => spend);
  return {
    rows: ranked.slice(0, MOST_ROWS).map(rowOf),
    rest: rest.length === 0 ? null : { ...measuresOf(sumSpend(rest)), names: rest.length },
  };
}

function providersOf(cells: readonly DayCell[]): Map<string, Set<string>> {
  const providers = new Map<string, Set<string>>();
  for (const cell of cells) {
    const name = nameOf(cell, 'model');
    const known = providers.get(name) ?? new Set();
    providers.set(name, known.add(nameOf(cell, 'provider')));
  }
  return providers;
}
