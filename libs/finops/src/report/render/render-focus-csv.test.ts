import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createPriceOf } from '../../money/create-price-of.ts';
import type { Price } from '../../money/price.ts';
import type { DayCell } from '../../spend/spend-cell.ts';
import { sumSpend } from '../../spend/sum-spend.ts';
import { arbitraryCells } from '../testing/arbitrary-cells.ts';
import { readCsv } from '../testing/read-csv.ts';
import { dayCell } from '../testing/report-input.ts';
import { seededCells } from '../testing/seeded-month.ts';
import { renderFocusCsv } from './render-focus-csv.ts';

const window = { from: '2026-11-01', to: '2026-11-30', zone: 'Asia/Seoul' };
const priceOf = createPriceOf({});

function rowsOf(cells: readonly DayCell[], options = { window, priceOf }): Record<string, string>[] {
  const [head = [], ...rows] = readCsv(renderFocusCsv(cells, options));
  return rows.map((row) => Object.fromEntries(head.map((name, index) => [name, row[index] ?? ''])));
}

/** Amounts of FOCUS have up to twelve decimals: pico-USD. */
function picoOf(text = ''): bigint {
  const [, sign, whole = '', fraction = ''] = /^(-?)(\d+)(?:\.(\d{1,12}))?$/.exec(text) ?? [];
  const pico = BigInt(whole + fraction.padEnd(12, '0'));
  return sign === '-' ? -pico : pico;
}
const billed = (rows: Record<string, string>[]) => rows.reduce((sum, row) => sum + picoOf(row['BilledCost']), 0n);

describe('the report as FOCUS 1.2', () => {
  test('splits a cell among its meters, at the price of its day', () => {
    const price: Price = {
      ...{ input: 300_000n, cache_read: 75_500n, cache_write: 300_000n, output: 2_500_000n, tiers: [], source: 'book' },
      version: 'v1',
    };
    const cell = dayCell({ input: 10, cache_read: 3, output: 2, reasoning: 1, cost_nano: 10_727n, list_nano: 11_400n });
    const rows = rowsOf([cell], { window, priceOf: () => price });
    expect(
      rows.map((row) => [row['ChargeCategory'], row['SkuMeter'], row['PricingQuantity'], row['BilledCost']]),
    ).toEqual([
      ['Usage', 'Input Tokens', '10', '0.000003'],
      ['Usage', 'Cached Input Tokens', '3', '0.0000002265'],
      ['Usage', 'Output Tokens', '3', '0.0000075'],
      ['Adjustment', '', '', '0.0000000005'],
    ]);
    expect(rows[1]).toMatchObject({
      ListUnitPrice: '0.0000000755',
      BillingPeriodStart: '2026-10-31T15:00:00Z',
      BillingPeriodEnd: '2026-11-30T15:00:00Z',
      ChargePeriodStart: '2026-11-01T15:00:00Z',
      ChargePeriodEnd: '2026-11-02T15:00:00Z',
      SkuId: 'gemini/gemini-3-flash-preview/cache-read',
      SkuPriceId: 'gemini/gemini-3-flash-preview/cache-read@v1',
      SubAccountId: 'ops',
      Tags: '{"project":"kakao","purpose":"summary","team":"ops"}',
    });
    expect(rows.map((row) => row['x_CostWithoutCache'])).toEqual(['0.0000114', '', '', '']);
  });

  test('is the cost of the cells to the nano, and quantity times unit price is the cost', () => {
    fc.assert(
      fc.property(arbitraryCells, (cells) => {
        const rows = rowsOf(cells);
        expect(billed(rows)).toBe(sumSpend(cells).cost_nano * 1000n);
        for (const row of rows.filter(({ ChargeCategory }) => ChargeCategory === 'Usage')) {
          expect(picoOf(row['BilledCost'])).toBe(BigInt(row['PricingQuantity'] ?? '') * picoOf(row['ListUnitPrice']));
        }
      }),
    );
  });

  test('follows the rules of null: a usage has quantity, price and SKU, an adjustment none of them', () => {
    const rows = rowsOf(seededCells('2026-11-01', '2026-11-03'));
    const always = [
      'BilledCost',
      'BillingAccountId',
      'BillingCurrency',
      'ChargePeriodStart',
      'ProviderName',
      'ServiceName',
    ];
    const ofUsage = [
      'ConsumedQuantity',
      'ConsumedUnit',
      'PricingQuantity',
      'PricingUnit',
      'ListUnitPrice',
      'SkuPriceId',
    ];
    for (const row of [...rows, ...rowsOf([dayCell({ cost_nano: 7n })])]) {
      const isUsage = row['ChargeCategory'] === 'Usage';
      expect(always.filter((name) => row[name] === '')).toEqual([]);
      expect(ofUsage.every((name) => (row[name] !== '') === isUsage)).toBe(true);
    }
    const custom = Object.keys(rows[0] ?? {}).filter((name) => !/^[A-Z][A-Za-z]+$/.test(name));
    expect(custom.every((name) => name.startsWith('x_'))).toBe(true);
  });

  test('leaves other days out, has only its head without cells, and names that are formulas are texts', () => {
    expect(rowsOf([dayCell({ day: '2026-12-01' })])).toEqual([]);
    expect(rowsOf([dayCell({ team: '=1', model: '@x' })])[0]).toMatchObject({ SubAccountId: "'=1", ResourceId: "'@x" });
    expect(renderFocusCsv([], { window, priceOf, bom: true })).toMatch(/^\ufeffBilledCost,[^\n]*\n$/);
  });
});
