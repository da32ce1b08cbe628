import { expect, test } from '@jest/globals';
import { createCalendar, type LedgerLine } from '@nexus/finops';
import { idleFinops } from './testing/idle-finops.ts';
import { ledgerPage } from './ledger-page.ts';

const calendar = createCalendar('UTC');
const now = Date.parse('2026-11-23T12:00:00Z');

function line(id: string, day: string): LedgerLine {
  return {
    ...{ id, day, kind: 'settle', ts: Date.parse(`${day}T10:00:00Z`), reservation_id: `r${id}`, task_id: null, fp: '' },
    ...{ provider: 'gemini', model: 'm', purpose: 'p', team: day, project: 'x', key_id: 'k', price_source: 'book' },
    ...{ estimated_nano: 2n, actual_nano: 1n, list_nano: 1n, approx: false, wasted: false },
    ...{ input: 1, cache_read: 0, cache_write: 0, output: 1, reasoning: 0, latency_ms: 1, budget_reason: 'ok' },
  };
}

const streams: Record<string, LedgerLine[]> = {
  '2026-10': [line('1-0', '2026-10-31')],
  '2026-11': [
    line('2-0', '2026-11-01'),
    line('4-0', '2026-11-03'),
    line('5-0', '2026-11-02'),
    line('6-0', '2026-11-04'),
  ],
};
const ledger = {
  ...idleFinops.ledger,
  months: async () => Object.keys(streams),
  async *lines(range: Parameters<typeof idleFinops.ledger.lines>[0]) {
    if (!('month' in range)) throw new Error('a page reads months');
    const lines = streams[range.month] ?? [];
    yield* lines.slice(range.after === undefined ? 0 : lines.findIndex(({ id }) => id === range.after) + 1);
  },
};

async function pages(query: { from: string; to: string; limit: number }): Promise<string[][]> {
  const found: string[][] = [];
  let cursor: string | undefined;
  do {
    const page = await ledgerPage({ ledger, calendar }, { ...query, cursor }, now);
    if (!('body' in page) || page.body === undefined) throw new Error('a page was refused');
    found.push(page.body.items.map(({ team }) => team));
    cursor = page.body.next_cursor ?? undefined;
  } while (cursor !== undefined);
  return found;
}

test('a page holds the days that were asked for, in the order in which they were written, across months', async () => {
  expect(await pages({ from: '2026-10-31', to: '2026-11-03', limit: 100 })).toEqual([
    ['2026-10-31', '2026-11-01', '2026-11-03', '2026-11-02'],
  ]);
  expect(await pages({ from: '2026-11-02', to: '2026-11-03', limit: 100 })).toEqual([['2026-11-03', '2026-11-02']]);
});

test('pages go on where the one before ended, and no record is lost or told twice', async () => {
  const all = await pages({ from: '2026-10-31', to: '2026-11-04', limit: 2 });
  expect(all.flat()).toEqual(['2026-10-31', '2026-11-01', '2026-11-03', '2026-11-02', '2026-11-04']);
  expect(all.every((page) => page.length <= 2)).toBe(true);
});
