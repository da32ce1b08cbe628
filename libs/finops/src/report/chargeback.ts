import { monthOf } from '../spend/calendar.ts';
import type { DayCell } from '../spend/spend-cell.ts';
import { sumBy, sumSpend } from '../spend/sum-spend.ts';
import { byText, measuresOf, shareOf } from './amount.ts';
import type { ChargebackRow } from './report-model.ts';

/** What each team and project has to bear in each month, by month, team and project. */
export function chargebackRows(cells: readonly DayCell[]): ChargebackRow[] {
  const sums = sumBy(cells, ({ day, team, project }) => JSON.stringify([monthOf(day), team, project]));
  const total = sumSpend(sums.values()).cost_nano;
  return [...sums]
    .map(([key, spend]) => {
      const [month = '', team = '', project = ''] = JSON.parse(key) as string[];
      return { month, team, project, ...measuresOf(spend), share: shareOf(spend.cost_nano, total) };
    })
    .sort(
      (left, right) =>
        byText(left.month, right.month) || byText(left.team, right.team) || byText(left.project, right.project),
    );
}
