import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { allTokens, sumSpend } from '../spend/sum-spend.ts';
import { nanoOf } from './amount.ts';
import { buildReport } from './build-report.ts';
import type { Breakdown } from './report-model.ts';
import { arbitraryCells } from './testing/arbitrary-cells.ts';
import { dayCell, reportInput } from './testing/report-input.ts';
import { seededCells } from './testing/seeded-month.ts';

const all = ({ rows, rest }: Breakdown) => (rest === null ? rows : [...rows, rest]);
const costOf = (list: readonly { cost_usd: string }[]) =>
  list.reduce((sum, { cost_usd }) => sum + nanoOf(cost_usd), 0n);

describe('a report', () => {
  test('every section adds up to the total, to the nano', () => {
    fc.assert(
      fc.property(arbitraryCells, (cells) => {
        const report = buildReport(reportInput({ cells }));
        const total = sumSpend(cells);
        expect(nanoOf(report.totals.cost_usd)).toBe(total.cost_nano);
        expect(report.totals.tokens.total).toBe(allTokens(total));
        const { providers, models, purposes, teams, projects } = report;
        for (const breakdown of [providers, models, purposes, teams, projects]) {
          expect(costOf(all(breakdown))).toBe(total.cost_nano);
          expect(all(breakdown).reduce((sum, { calls }) => sum + calls, 0)).toBe(total.calls);
        }
        expect(costOf(report.days)).toBe(total.cost_nano);
        expect(costOf(report.days.flatMap((day) => day.providers))).toBe(total.cost_nano);
        expect(costOf(report.chargeback)).toBe(total.cost_nano);
      }),
    );
  });

  test('more names than anybody reads are told as one', () => {
    const cells = Array.from({ length: 250 }, (_, index) => dayCell({ team: `t${index}`, cost_nano: BigInt(index) }));
    const { teams } = buildReport(reportInput({ cells }));
    expect(teams.rows).toHaveLength(200);
    expect(teams.rows[0]).toMatchObject({ name: 't249', cost_usd: '0.000000249' });
    expect(teams.rest).toMatchObject({ names: 50, calls: 50, cost_usd: '0.000001225' });
  });

  test('the order of the cells shows nowhere', () => {
    fc.assert(
      fc.property(arbitraryCells, fc.nat(), (cells, seed) => {
        const shuffled = cells.map((cell, index) => ({ cell, key: (index * 7919 + seed) % 97 }));
        const other = shuffled.sort((left, right) => left.key - right.key).map(({ cell }) => cell);
        const one = buildReport(reportInput({ cells, history: cells }));
        expect(JSON.stringify(buildReport(reportInput({ cells: other, history: other })))).toBe(JSON.stringify(one));
      }),
    );
  });

  test('cells outside the window are not counted, in it or in the compared period', () => {
    const cells = [dayCell({ day: '2026-10-31' }), dayCell({ day: '2026-11-01' }), dayCell({ day: '2026-12-01' })];
    const previous = { how: 'prev' as const, from: '2026-10-01', to: '2026-10-30', cells };
    const report = buildReport(reportInput({ cells, previous }));
    expect([report.totals.calls, report.compared?.totals.calls]).toEqual([1, 0]);
  });

  test('is compared with another period', () => {
    const previous = {
      ...{ how: 'prev' as const, from: '2026-10-01', to: '2026-10-31' },
      cells: [dayCell({ day: '2026-10-02', cost_nano: 500_000_000n, input: 500, output: 50 })],
    };
    const report = buildReport(reportInput({ cells: [dayCell({})], previous }));
    expect(report.compared).toMatchObject({ change: 1, days: 31, movement: { delta_usd: '0.5', volume_usd: '0.5' } });
    expect(report.days[1]).toMatchObject({ cost_usd: '1', before_usd: '0.5' });
    expect(report.teams.rows[0]?.before_usd).toBe('0.5');
    expect(report.unit_costs.before?.per_call_usd).toBe('0.5');
    expect(report.movers?.projects.rows[0]).toMatchObject({ name: 'ops/kakao', delta_usd: '0.5' });
  });

  test('tells unit costs, waste and what was avoided', () => {
    const cell = dayCell({
      ...{ calls: 4, wasted_calls: 1, wasted_nano: 100_000_000n, dedupe_hits: 2, avoided_nano: 300_000_000n },
      ...{ input: 500, cache_read: 400, cache_write: 100, output: 1000, reasoning: 0 },
      ...{ list_nano: 1_250_000_000n, latency_ms: 1001 },
    });
    const { unit_costs, totals } = buildReport(reportInput({ cells: [cell] }));
    expect(unit_costs.now).toEqual({
      per_call_usd: '0.25',
      per_accepted_usd: '0.333333333',
      per_thousand_tokens_usd: '0.5',
      cache_hit_ratio: 0.4,
      cache_savings_usd: '0.25',
      latency_ms_per_call: 250,
    });
    expect(totals).toMatchObject({ cost_usd: '1', wasted_usd: '0.1', avoided_usd: '0.3', dedupe_hits: 2 });
  });

  test('of a file does not tell what a file does not tell', () => {
    const quality = { ...reportInput().quality, source: 'file' as const };
    const { unit_costs } = buildReport(reportInput({ cells: [dayCell()], quality }));
    expect(unit_costs.now).toMatchObject({ per_accepted_usd: null, cache_hit_ratio: null, cache_savings_usd: null });
    expect(unit_costs.now.per_call_usd).toBe('1');
  });

  test('the pace is that of complete days', () => {
    const cells = [dayCell({ day: '2026-11-01' }), dayCell({ day: '2026-11-02', cost_nano: 9n })];
    const report = buildReport(
      reportInput({
        window: { from: '2026-11-01', to: '2026-11-02', zone: 'Asia/Seoul' },
        as_of: Date.parse('2026-11-02T14:59:59Z'),
        cells,
      }),
    );
    expect(report.days.map(({ complete }) => complete)).toEqual([true, false]);
    expect(report.run_rate).toEqual({ complete_days: 1, per_day_usd: '1', per_month_usd: '30' });
  });

  test('filters limit everything to some names', () => {
    const cells = [dayCell({ team: 'ops' }), dayCell({ team: 'hr' })];
    const budget = { period: 'month' as const, starts_at: 0, ends_at: 1, soft_nano: 1n, spent_nano: 0n, held_nano: 0n };
    const budgets = ['global', 'team:ops', 'team:hr'].map((scope) => ({ ...budget, scope, cap_nano: 1n }));
    const previous = { how: 'prev' as const, from: '2026-11-01', to: '2026-11-30', cells };
    const report = buildReport(reportInput({ cells, history: cells, previous, budgets, filters: { team: ['ops'] } }));
    expect([report.totals.calls, report.compared?.totals.calls, report.forecast.spent_usd]).toEqual([1, 1, '1']);
    expect(report.budgets.map(({ scope }) => scope)).toEqual(['team:ops']);
    expect(report.filters).toEqual({ team: ['ops'] });
  });

  test('of nothing says so', () => {
    const report = buildReport(reportInput());
    expect(report.totals).toMatchObject({ calls: 0, cost_usd: '0' });
    expect(report.days).toHaveLength(30);
    expect(report.providers).toEqual({ rows: [], rest: null });
    expect(report.quality.approx_share).toBeNull();
  });

  test('names models that have no price of their own', () => {
    const cells = [
      dayCell({ model: 'x', base_priced_calls: 1 }),
      dayCell({ model: 'x', base_priced_calls: 1, team: 'hr' }),
      dayCell({ model: 'y', base_priced_calls: 0 }),
    ];
    const { quality } = buildReport(reportInput({ cells }));
    expect(quality.base_priced_models).toEqual([{ provider: 'gemini', model: 'x', calls: 2, cost_usd: '2' }]);
    expect(quality.base_priced_calls).toBe(2);
  });

  test('is plain JSON', () => {
    const cells = seededCells('2026-09-01', '2026-11-30');
    const report = buildReport(reportInput({ cells, history: cells }));
    expect(JSON.parse(JSON.stringify(report))).toEqual(report);
  });
});
