import { describe, expect, test } from '@jest/globals';
import { budgetRows } from './budget-rows.ts';
import type { BudgetStanding } from './report-input.ts';

const USD = 1_000_000_000n;
const start = Date.parse('2026-11-01T00:00:00Z');
const end = Date.parse('2026-12-01T00:00:00Z');
const noon = Date.parse('2026-11-11T00:00:00Z');

function standing(parts: Partial<BudgetStanding>): BudgetStanding {
  return {
    ...{ scope: 'global', period: 'month', starts_at: start, ends_at: end, cap_nano: 100n * USD, soft_nano: 80n * USD },
    ...{ spent_nano: 10n * USD, held_nano: 0n },
    ...parts,
  };
}

describe('budgets', () => {
  test('tell what is used, and when the cap is reached at the present pace', () => {
    const rows = budgetRows(
      [
        standing({ scope: 'lasts' }),
        standing({ scope: 'ends', spent_nano: 50n * USD }),
        standing({ scope: 'soft', spent_nano: 70n * USD, held_nano: 15n * USD }),
        standing({ scope: 'over', spent_nano: 130n * USD }),
        standing({ scope: 'nothing', cap_nano: 0n, spent_nano: 0n }),
        standing({ scope: 'quiet', spent_nano: 0n }),
        standing({ scope: 'no cap', cap_nano: null }),
      ],
      noon,
    );
    expect(rows.map(({ scope, used, state, days_to_exhaustion }) => [scope, used, state, days_to_exhaustion])).toEqual([
      ['nothing', null, 'hard', 0],
      ['over', 1.3, 'hard', 0],
      ['soft', 0.85, 'soft', 2.1],
      ['ends', 0.5, 'ok', 10],
      ['lasts', 0.1, 'ok', null],
      ['quiet', 0, 'ok', null],
    ]);
  });

  test('a period that is over lasts', () => {
    expect(budgetRows([standing({ spent_nano: 90n * USD })], end + 1)[0]).toMatchObject({ days_to_exhaustion: null });
  });
});
