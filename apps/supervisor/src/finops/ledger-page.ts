import { isProblemReply, type CostRecordBody, type ProblemReply } from '@nexus/contracts';
import { costRecord, monthOf, type LedgerLine } from '@nexus/finops';
import { daysAsked } from './days-asked.ts';
import type { Finops } from './create-finops.ts';

type Page =
  { status: 200; body: { items: CostRecordBody[]; next_cursor: string | null } } | ProblemReply<'BAD_REQUEST'>;
type Query = { from?: string | undefined; to?: string | undefined; limit: number; cursor?: string | undefined };

/** Where a page ended: the month's stream and the entry in it. */
const CURSOR = /^(\d{4}-\d{2})(?:\/(\d{1,16}-\d{1,20}))?$/;

/** Lines one request looks at: a window that has few of a month's lines is found in several requests. */
const MOST_LOOKED_AT = 20_000;

/** Records of a window, month by month in the order in which they were written. */
export async function ledgerPage(
  { ledger, calendar }: Pick<Finops, 'ledger' | 'calendar'>,
  query: Query,
  now: number,
): Promise<Page> {
  const days = daysAsked(query, calendar, now);
  if (isProblemReply(days)) return days;
  const cursor = query.cursor === undefined ? [] : CURSOR.exec(query.cursor);
  if (cursor === null) return { problem: 'BAD_REQUEST', message: 'cursor is not one of this route; leave it out' };
  const [, from, after] = cursor;
  const months = (await ledger.months()).filter(
    (month) => month >= (from ?? monthOf(days.from)) && month <= monthOf(days.to),
  );
  const items: CostRecordBody[] = [];
  let looked = 0;
  for (const month of months) {
    const start = month === from && after !== undefined ? { month, after } : { month };
    for await (const line of ledger.lines(start)) {
      if (isAsked(line, days)) items.push(costRecord(line));
      looked += 1;
      if (items.length < query.limit && looked < MOST_LOOKED_AT) continue;
      return { status: 200, body: { items, next_cursor: `${month}/${line.id}` } };
    }
  }
  return { status: 200, body: { items, next_cursor: null } };
}

function isAsked({ day }: LedgerLine, { from, to }: { from: string; to: string }): boolean {
  return day >= from && day <= to;
}
