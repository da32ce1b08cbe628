import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nanoOf } from './amount.ts';
import { movementOf, moversBy } from './movers.ts';
import { arbitraryCells } from './testing/arbitrary-cells.ts';
import { dayCell } from './testing/report-input.ts';

const parts = ({ volume_usd, price_mix_usd }: { volume_usd: string; price_mix_usd: string }) =>
  nanoOf(volume_usd) + nanoOf(price_mix_usd);

describe('what changed', () => {
  test('twice the tokens at the same price is volume, the same tokens at twice the price is price', () => {
    const before = dayCell({ input: 1000, output: 0, cost_nano: 600n });
    expect(movementOf(before, dayCell({ input: 2000, output: 0, cost_nano: 1200n }))).toMatchObject({
      delta_usd: '0.0000006',
      volume_usd: '0.0000006',
      price_mix_usd: '0',
    });
    expect(movementOf(before, dayCell({ input: 1000, output: 0, cost_nano: 1200n }))).toMatchObject({
      volume_usd: '0',
      price_mix_usd: '0.0000006',
    });
    expect(movementOf(before, dayCell({ input: 500, output: 0, cost_nano: 450n }))).toMatchObject({
      delta_usd: '-0.00000015',
      volume_usd: '-0.0000003',
      price_mix_usd: '0.00000015',
    });
  });

  test('who is new or gone is volume', () => {
    const movers = moversBy(
      'team',
      [dayCell({ team: 'new', cost_nano: 5n })],
      [dayCell({ team: 'old', cost_nano: 9n })],
    );
    expect(movers.rows.map(({ name, status, volume_usd }) => [name, status, volume_usd])).toEqual([
      ['old', 'gone', '-0.000000009'],
      ['new', 'new', '0.000000005'],
    ]);
  });

  test('volume and price add up to each change, and the changes to the change of the total, to the nano', () => {
    fc.assert(
      fc.property(arbitraryCells, arbitraryCells, (cells, previous) => {
        const { rows, rest } = moversBy('project', cells, previous);
        const all = rest === null ? rows : [...rows, rest];
        const total = (list: typeof cells) => list.reduce((sum, { cost_nano }) => sum + cost_nano, 0n);
        expect(all.every((row) => parts(row) === nanoOf(row.delta_usd))).toBe(true);
        expect(all.reduce((sum, { delta_usd }) => sum + nanoOf(delta_usd), 0n)).toBe(total(cells) - total(previous));
        expect(rows.length).toBeLessThanOrEqual(10);
      }),
    );
  });
});
