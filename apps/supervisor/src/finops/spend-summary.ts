import { isProblemReply, type ProblemReply, type SpendSummaryQuery } from '@nexus/contracts';
import { buildReport, comparedWindow, historyWindow, type ReportModel } from '@nexus/finops';
import { readSpend } from '@nexus/finops-ledger';
import { daysAsked } from './days-asked.ts';
import type { Finops } from './create-finops.ts';

type Summary = { status: 200; body: ReportModel } | ProblemReply<'BAD_REQUEST'>;

/** The report's data, from the rollups: as fast for ten million records as for ten. */
export async function spendSummary(
  { ledger, calendar }: Pick<Finops, 'ledger' | 'calendar'>,
  query: SpendSummaryQuery,
  now: number,
): Promise<Summary> {
  const window = daysAsked(query, calendar, now);
  if (isProblemReply(window)) return window;
  const { compare, team, project, provider, model, purpose } = query;
  const asOf = Math.min(now, calendar.endOf(window.to));
  const previous = compare === 'none' ? undefined : { how: compare, ...comparedWindow(window, compare) };
  const history = historyWindow(asOf, calendar);
  const ranges = [window, history, ...(previous === undefined ? [] : [previous])];
  const { cells, budgets, quality } = await readSpend(ledger, { window, ranges, asOf });
  const filters = { team, project, provider, model, purpose };
  const body = buildReport({
    window: { ...window, zone: calendar.zone },
    as_of: asOf,
    filters: Object.fromEntries(Object.entries(filters).filter(([, names]) => names !== undefined)),
    cells,
    history: cells,
    budgets,
    quality,
    ...(previous === undefined ? {} : { previous: { ...previous, cells } }),
  });
  return { status: 200, body };
}
