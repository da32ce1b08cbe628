import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { costRecord } from './cost-record.ts';
import type { LedgerLine } from './ledger-line.ts';
import { parseCostRecord } from './parse-cost-record.ts';

const line: LedgerLine = {
  id: '1767225600000-0',
  kind: 'settle',
  ts: 1_767_225_600_999,
  day: '2026-01-01',
  reservation_id: 'r-1',
  task_id: null,
  fp: '0123456789abcdef',
  key_id: 'default',
  estimated_nano: 2_000n,
  actual_nano: 1_000n,
  list_nano: 1_500n,
  approx: true,
  wasted: false,
  price_source: 'book',
  latency_ms: 12.6,
  budget_reason: 'ok',
  provider: 'glm',
  model: 'glm-4.7',
  purpose: 'ops',
  team: '운영',
  project: 'nexus',
  input: 1,
  cache_read: 2,
  cache_write: 4,
  output: 8,
  reasoning: 16,
};

describe('the record of a line', () => {
  it('has exactly the members of the contract', () => {
    expect(costRecord(line)).toEqual({
      ts_utc: '2026-01-01T00:00:00.999Z',
      ts: 1_767_225_600,
      provider: 'glm',
      model: 'glm-4.7',
      purpose: 'ops',
      team: '운영',
      project: 'nexus',
      fp: '0123456789abcdef',
      estimated_cost_usd: '0.000002',
      estimated_cost_nano: '2000',
      actual_cost_usd: '0.000001',
      actual_cost_nano: '1000',
      tokens_in: 7,
      tokens_out: 24,
      approx_tokens: true,
      latency_ms: 13,
      budget_reason: 'ok',
      key_id: 'default',
      reservation_id: 'r-1',
      task_id: null,
    });
  });

  it('reads back what it wrote, to the nano', () => {
    fc.assert(
      fc.property(fc.bigInt(-(2n ** 50n), 2n ** 50n), fc.bigInt(0n, 2n ** 50n), (actual_nano, estimated_nano) => {
        const text = JSON.stringify(costRecord({ ...line, actual_nano, estimated_nano }));
        expect(parseCostRecord(text)).toMatchObject({ ok: true, record: { actual_nano, estimated_nano } });
      }),
    );
  });
});

describe('a record of another program', () => {
  const foreign = { ts: 5.5, provider: 'glm', model: 'm', tokens_in: 1, tokens_out: 2 };
  const read = (members: object) => parseCostRecord(JSON.stringify({ ...foreign, ...members }));

  it.each([
    ['0.000001', 1_000n],
    [0.000001, 1_000n],
    [1e-9, 1n],
    [0.0008869999999999999, 887_000n],
    [-0.5, -500_000_000n],
    ['-0.5', -500_000_000n],
    [0, 0n],
  ])('may say %p USD', (actual_cost_usd, actual_nano) => {
    expect(read({ actual_cost_usd })).toMatchObject({ ok: true, record: { actual_nano, ts: 5.5, purpose: '' } });
  });

  it('may have large amounts as numbers, which JSON rounds', () => {
    const members = { actual_cost_usd: Number('123456789.012345678'), actual_cost_nano: '123456789012345678' };
    expect(read(members)).toMatchObject({ ok: true, record: { actual_nano: 123_456_789_012_345_678n } });
  });

  it('may tell the time only as text', () => {
    const members = { ts: undefined, ts_utc: '2026-01-01T00:00:00Z', actual_cost_usd: 0 };
    expect(read(members)).toMatchObject({ ok: true, record: { ts: 1_767_225_600 } });
  });

  it.each([
    ['{', 'not JSON'],
    ['[]', 'not an object'],
    ['null', 'not an object'],
    [JSON.stringify(foreign), 'is missing'],
    [JSON.stringify({ ...foreign, actual_cost_usd: '1e-3' }), 'not an amount'],
    [JSON.stringify({ ...foreign, actual_cost_usd: '1', actual_cost_nano: '1' }), 'differ'],
    [JSON.stringify({ ...foreign, actual_cost_usd: 0, tokens_in: -1 }), 'tokens_in'],
    [JSON.stringify({ ...foreign, actual_cost_usd: 0, ts: undefined }), 'ts_utc'],
  ])('is refused: %s', (text, why) => {
    expect(parseCostRecord(text)).toEqual({ ok: false, why: expect.stringContaining(why) });
  });

  it('never throws, and never repeats what the line holds', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        const parsed = parseCostRecord(text);
        expect(parsed.ok === false && parsed.why.length < 200).toBe(true);
      }),
    );
  });
});
