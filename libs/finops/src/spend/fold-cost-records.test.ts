import { describe, expect, test } from '@jest/globals';
import { createCalendar } from './calendar.ts';
import { foldCostRecords } from './fold-cost-records.ts';
import { parseCostRecord, type ReadCostRecord } from './parse-cost-record.ts';

function recordOf(parts: Record<string, unknown> = {}): ReadCostRecord {
  const line = { ts: 1_793_545_200, provider: 'glm', model: 'glm-4.7', purpose: 'ops', team: 'ops', project: 'p' };
  const parsed = parseCostRecord(
    JSON.stringify({ ...line, actual_cost_usd: '0.001', tokens_in: 10, tokens_out: 5, latency_ms: 7, ...parts }),
  );
  if (!parsed.ok) throw new Error(parsed.why);
  return parsed.record;
}

describe('records of a file', () => {
  test('are rolled up by day of the zone and tags', () => {
    const fold = foldCostRecords(createCalendar('Asia/Seoul'), (day) => day >= '2026-11-02');
    fold.add(recordOf({ ts: Date.parse('2026-11-01T14:59:59Z') / 1000 }));
    fold.add(recordOf({ ts: Date.parse('2026-11-01T15:00:00Z') / 1000 }));
    fold.add(recordOf({ ts: Date.parse('2026-11-02T14:59:59Z') / 1000, actual_cost_usd: 0.002, approx_tokens: true }));
    fold.add(recordOf({ ts: Date.parse('2026-11-02T03:00:00Z') / 1000, team: 'hr' }));
    const cells = fold.cells();
    expect(cells.map(({ day, team, calls }) => [day, team, calls])).toEqual([
      ['2026-11-02', 'ops', 2],
      ['2026-11-02', 'hr', 1],
    ]);
    expect(cells[0]).toMatchObject({
      cost_nano: 3_000_000n,
      list_nano: 3_000_000n,
      approx_calls: 1,
      input: 20,
      output: 10,
      latency_ms: 14,
    });
  });

  test('stay within bounds: what is beyond 20,000 combinations is counted as other', () => {
    const fold = foldCostRecords(createCalendar('UTC'), () => true);
    const record = recordOf();
    for (let index = 0; index < 20_100; index++) fold.add({ ...record, project: `p${index}` });
    fold.add({ ...record, project: 'p5' });
    const cells = fold.cells();
    expect(cells).toHaveLength(20_001);
    expect(cells.find(({ team }) => team === 'other')?.calls).toBe(100);
    expect(cells.reduce((sum, { cost_nano }) => sum + cost_nano, 0n)).toBe(20_101n * 1_000_000n);
  });
});
