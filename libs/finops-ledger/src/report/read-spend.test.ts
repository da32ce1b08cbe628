import { expect, test } from '@jest/globals';
import { noSpend, type DayCell } from '@nexus/finops';
import { readSpend } from './read-spend.ts';

const tags = { provider: 'gemini', model: 'm', purpose: 'p', team: 't', project: 'x' };

function ledgerOf(asked: string[][]) {
  return {
    async dayCells(from: string, to: string): Promise<DayCell[]> {
      asked.push([from, to]);
      return [{ ...noSpend, ...tags, day: from }];
    },
    async budgets(at?: number) {
      asked.push(['budgets', String(at)]);
      return [];
    },
    counts: async () =>
      ['2026-11-01', '2026-11-02'].map((day) => ({
        ...{ day, made: 9, settled: 5, voided: 1, expired: 2, late: 1, refused: 3 },
      })),
    reconcile: async () => ({ differences: [], lines: 0, unchecked: [] }),
  };
}

test('days that several parts of a report need are read once, and counts are summed', async () => {
  const asked: string[][] = [];
  const window = { from: '2026-11-01', to: '2026-11-30' };
  const ranges = [window, { from: '2026-09-10', to: '2026-11-15' }, { from: '2026-08-01', to: '2026-08-31' }];
  const facts = await readSpend(ledgerOf(asked), { window, ranges, asOf: 1000 });
  expect(asked).toEqual([
    ['2026-08-01', '2026-08-31'],
    ['2026-09-10', '2026-11-30'],
    // As of midnight the day that just ended is told.
    ['budgets', '999'],
  ]);
  expect(facts.cells).toHaveLength(2);
  expect(facts.quality).toMatchObject({ expired: 4, late: 2, voided: 2, refused: 6, reconciled: null });
});

test('reconciles only when asked to', async () => {
  const window = { from: '2026-11-01', to: '2026-11-02' };
  const facts = await readSpend(ledgerOf([]), { window, ranges: [window], asOf: 0, reconcile: true });
  expect(facts.quality.reconciled).toEqual({ differences: 0 });
});
