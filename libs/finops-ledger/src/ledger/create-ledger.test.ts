import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { randomUUID } from 'node:crypto';
import { cost, type LedgerFixture, openLedger, request } from '../testing/ledger-fixture.ts';
import type { BudgetRow } from './budget.ts';
import type { Ledger, Reservation } from './ledger.ts';

let server: TestRedis;
let fixture: LedgerFixture;
let ledger: Ledger;
beforeAll(async () => {
  server = await startTestRedis();
});
afterAll(() => server.stop());
beforeEach(async () => {
  fixture = await openLedger(server.url);
  ledger = fixture.ledger;
});
afterEach(() => fixture.close());

const today = (): string => new Date().toISOString().slice(0, 10);

async function row(scope = 'global', period: 'day' | 'month' = 'day', of = ledger): Promise<BudgetRow | undefined> {
  return (await of.budgets()).find((each) => each.scope === scope && each.period === period);
}

async function amounts(scope = 'global', period: 'day' | 'month' = 'day'): Promise<[bigint, bigint]> {
  const { spent_nano = 0n, reserved_nano = 0n } = (await row(scope, period)) ?? {};
  return [spent_nano, reserved_nano];
}

async function held(reservation: Promise<Reservation | undefined>): Promise<number> {
  const answer = await reservation;
  if (answer?.ok !== true) throw new Error('refused');
  return answer.reserved_at;
}

async function differences(): Promise<unknown[]> {
  return (await ledger.reconcile(today(), today())).differences;
}

describe('reserve', () => {
  test('holds the estimate in every scope, for the day and the month', async () => {
    const reserved = await ledger.reserve(request('a', 700n, { key: 'user' }));
    expect(reserved).toEqual({
      ok: true,
      reservation_id: 'a',
      reason: 'ok',
      soft: false,
      reserved_at: expect.any(Number),
    });
    for (const period of ['day', 'month'] as const) {
      for (const scope of ['global', 'team:ops', 'project:ops/nexus', 'purpose:chat', 'key:user']) {
        expect(await amounts(scope, period)).toEqual([0n, 700n]);
      }
    }
    expect(await differences()).toEqual([]);
  });

  test('up to the whole budget, and not one nano more', async () => {
    const small = fixture.open({ dailyNano: 1000n });
    expect(await small.reserve(request('a', 1000n))).toMatchObject({ ok: true });
    expect(await small.reserve(request('b', 1n))).toMatchObject({
      ok: false,
      reason: 'budget_hard_exceeded projected=0.000001001 daily=0.000001',
      scope: 'global',
      period: 'day',
    });
    expect(await amounts()).toEqual([0n, 1000n]);
    expect(await small.reserve(request('c', 0n))).toMatchObject({ ok: true });
  });

  test('the soft part is said, and said again', async () => {
    const small = fixture.open({ dailyNano: 20_000_000_000n });
    expect(await small.reserve(request('a', 16_000_000_000n))).toMatchObject({ reason: 'ok', soft: false });
    const second = await small.reserve(request('b', 500_000_000n));
    expect(second).toMatchObject({ soft: true, reason: 'budget_soft_exceeded projected=16.5 daily=20' });
    expect(await small.reserve(request('b', 500_000_000n))).toEqual(second);
    expect(await amounts()).toEqual([0n, 16_500_000_000n]);
  });

  test('a hard part below the soft one still refuses', async () => {
    const small = fixture.open({ dailyNano: 1000n, hardFraction: 0.5, softFraction: 0.9 });
    expect(await small.reserve(request('a', 501n))).toMatchObject({ ok: false });
    expect(await small.reserve(request('a', 500n))).toMatchObject({ ok: true, soft: false });
  });

  test('a budget of nothing spends nothing', async () => {
    expect(await fixture.open({ dailyNano: 0n }).reserve(request('a', 1n))).toMatchObject({ ok: false });
  });

  test('texts of any kind name scopes, also half a surrogate pair', async () => {
    const tags = { team: 'a"\\\u0000\n', project: '\ud800', purpose: '💰' };
    const reserved_at = await held(ledger.reserve(request('a\n"', 700n, { tags })));
    await ledger.settle('a\n"', cost(500n, { tags, reserved_at }));
    expect(await amounts('team:a"\\\u0000\n')).toEqual([500n, 0n]);
    expect(await amounts('purpose:💰', 'month')).toEqual([500n, 0n]);
    expect(await differences()).toEqual([]);
  });

  test('an id holds one amount, and none after it has ended', async () => {
    await held(ledger.reserve(request('a', 10n)));
    await expect(ledger.reserve(request('a', 11n))).rejects.toThrow('another amount');
    await ledger.void('a');
    await expect(ledger.reserve(request('a', 10n))).rejects.toThrow('given back');
    expect(await amounts()).toEqual([0n, 0n]);
  });

  test('a cap of any scope refuses, and leaves nothing behind in the others', async () => {
    await ledger.setCap('month', 'team:ops', { hard_nano: 1000n, soft_nano: 600n });
    expect(await ledger.reserve(request('a', 700n))).toMatchObject({
      ok: true,
      soft: true,
      reason: 'budget_soft_exceeded scope=team:ops period=month projected=0.0000007 cap=0.000001',
    });
    const refused = await ledger.reserve(request('b', 400n));
    expect(refused).toMatchObject({
      ok: false,
      reason: 'budget_hard_exceeded scope=team:ops period=month projected=0.0000011 cap=0.000001',
    });
    const monthEnd = (await row('team:ops', 'month'))?.ends_at ?? 0;
    const seconds = refused?.ok === false ? refused.retryAfterSeconds : 0;
    expect(Math.abs(seconds - (monthEnd - Date.now()) / 1000)).toBeLessThan(30);
    for (const scope of ['global', 'team:ops', 'project:ops/nexus', 'purpose:chat']) {
      expect(await amounts(scope)).toEqual([0n, 700n]);
    }
    const other = { team: 'sales', project: 'nexus', purpose: 'chat' };
    expect(await ledger.reserve(request('c', 400n, { tags: other }))).toMatchObject({ ok: true, soft: false });
  });

  test('a cap set in the middle of a day sees what was spent before', async () => {
    await held(ledger.reserve(request('a', 900n)));
    await ledger.setCap('day', 'purpose:chat', { hard_nano: 1000n, soft_nano: 1000n });
    expect(await ledger.reserve(request('b', 101n))).toMatchObject({ ok: false, scope: 'purpose:chat', period: 'day' });
  });

  test('expired reservations are given back before anybody is refused', async () => {
    const small = fixture.open({ dailyNano: 1000n });
    const ids = Array.from({ length: 250 }, (_, n) => `old-${n}`);
    await Promise.all(ids.map((id) => small.reserve(request(id, 4n))));
    expect(await small.reserve(request('a', 1n))).toMatchObject({ ok: false });
    await Promise.all(ids.map((id) => fixture.age(id)));
    expect(await small.reserve(request('b', 1000n))).toMatchObject({ ok: true });
    expect(await amounts()).toEqual([0n, 1000n]);
    expect(await ledger.counts(today(), today())).toMatchObject([{ made: 251, expired: 250, refused: 1 }]);
  });

  test.each([-1n, 2n ** 50n + 1n, 1.5 as unknown as bigint, Number.NaN as unknown as bigint, '5' as unknown as bigint])(
    'refuses the amount %s',
    async (amount) => {
      await expect(ledger.reserve(request('a', amount))).rejects.toThrow(RangeError);
      await expect(ledger.settle('a', cost(amount))).rejects.toThrow(RangeError);
      expect(await fixture.redis.keys('*')).toEqual([]);
    },
  );

  test('sums stay exact up to the largest amounts, and what could not be counted exactly is refused', async () => {
    const large = fixture.open({ dailyNano: 9_000_000_000_000_000n });
    const most = 2n ** 50n;
    for (let n = 0; n < 7; n += 1) expect(await large.reserve(request(`r${n}`, most))).toMatchObject({ ok: true });
    expect(await large.reserve(request('odd', 1n))).toMatchObject({ ok: true });
    expect(await amounts()).toEqual([0n, 7n * most + 1n]);
    await large.settle('odd', cost(3n));
    expect(await amounts()).toEqual([3n, 7n * most]);
    await large.settle('r0', cost(most));
    await large.settle('r1', cost(most - 7n));
    expect(await amounts()).toEqual([2n * most - 4n, 5n * most]);
    // An actual above its hold still counts, until a sum would pass 2^53.
    await held(large.reserve(request('s', 1n)));
    await expect(large.settle('s', cost(most))).resolves.toEqual({ changed: true, kind: 'settled' });
    await expect(large.settle('t', cost(most))).rejects.toThrow('2^53');
    expect(await differences()).toEqual([]);
  });
});

describe('settle', () => {
  test('counts the whole cost, gives back the hold and writes the line', async () => {
    const id = randomUUID();
    const task_id = randomUUID();
    const tags = { team: '운영 팀', project: 'a/b', purpose: 'chat' };
    const reserved_at = await held(ledger.reserve(request(id, 500n, { tags, key: 'user' })));
    const settlement = cost(800n, {
      reserved_at,
      tags,
      key: 'user',
      task_id,
      list_nano: 900n,
      wasted: true,
      approx: true,
      budget_reason: 'budget_soft_exceeded projected=16.5 daily=20',
    });
    expect(await ledger.settle(id, settlement)).toEqual({ changed: true, kind: 'settled' });
    expect(await ledger.settle(id, settlement)).toEqual({ changed: false, kind: 'settled' });
    expect(await amounts('team:운영 팀', 'month')).toEqual([800n, 0n]);
    const day = today();
    expect(await lines()).toEqual([
      {
        ...tags,
        id: expect.stringMatching(/^\d+-\d+$/),
        kind: 'settle',
        provider: 'gemini',
        model: 'gemini-3-flash-preview',
        ts: reserved_at,
        day,
        reservation_id: id,
        task_id,
        fp: 'a1b2c3d4e5f60718',
        key_id: 'gemini-1',
        caller_key: 'user',
        estimated_nano: 500n,
        actual_nano: 800n,
        list_nano: 900n,
        approx: true,
        wasted: true,
        price_source: 'book',
        latency_ms: 1200,
        budget_reason: 'budget_soft_exceeded projected=16.5 daily=20',
        ...settlement.usage,
      },
    ]);
    const cell = {
      ...tags,
      provider: 'gemini',
      model: 'gemini-3-flash-preview',
      calls: 1,
      cost_nano: 800n,
      list_nano: 900n,
      approx_calls: 1,
      base_priced_calls: 0,
      ...settlement.usage,
      latency_ms: 1200,
      wasted_calls: 1,
      wasted_nano: 800n,
      dedupe_hits: 0,
      avoided_nano: 0n,
    };
    expect(await ledger.dayCells(day, day)).toEqual([{ ...cell, day }]);
    const hour = Math.floor(reserved_at / 3_600_000) * 3600;
    expect(await ledger.hourCells(hour, hour)).toEqual([{ ...cell, hour }]);
    expect(await differences()).toEqual([]);
  });

  test('ids, tasks and prompts that are no hex are kept as they are', async () => {
    const reserved_at = await held(ledger.reserve(request('1234567890123456', 500n)));
    await ledger.settle('1234567890123456', cost(1n, { reserved_at, task_id: 'task 7 of 9 ....', fp: 'none' }));
    const [line] = await lines();
    expect(line).toMatchObject({ reservation_id: '1234567890123456', task_id: 'task 7 of 9 ....', fp: 'none' });
  });

  test('void after settle takes nothing back; settle after void counts nothing', async () => {
    await held(ledger.reserve(request('a', 600n)));
    await ledger.settle('a', cost(200n));
    expect(await ledger.void('a')).toEqual({ changed: false });
    await held(ledger.reserve(request('b', 100n)));
    expect(await ledger.void('b')).toEqual({ changed: true });
    expect(await ledger.void('b')).toEqual({ changed: false });
    expect(await ledger.settle('b', cost(100n))).toEqual({ changed: false, kind: 'voided' });
    expect(await amounts()).toEqual([200n, 0n]);
    expect(await ledger.void('never')).toEqual({ changed: false });
  });

  test('after it expired the cost counts once, as late', async () => {
    const reserved_at = await held(ledger.reserve(request('a', 900n)));
    await fixture.age('a');
    expect(await ledger.sweep()).toEqual({ expired: 1, more: false, broken: [] });
    expect(await amounts()).toEqual([0n, 0n]);
    expect(await ledger.void('a')).toEqual({ changed: false });
    expect(await ledger.settle('a', cost(50n, { reserved_at }))).toEqual({ changed: true, kind: 'late' });
    expect(await ledger.settle('a', cost(50n, { reserved_at }))).toEqual({ changed: false, kind: 'late' });
    expect(await amounts()).toEqual([50n, 0n]);
    expect(await lines()).toMatchObject([{ kind: 'late', actual_nano: 50n, estimated_nano: 900n, ts: reserved_at }]);
    expect(await ledger.counts(today(), today())).toMatchObject([{ made: 1, expired: 1, late: 1, settled: 0 }]);
    expect(await differences()).toEqual([]);
  });

  test('of a reservation that Redis lost it counts once, as late; not after two hours', async () => {
    expect(await ledger.settle('lost', cost(50n, { estimate_nano: 70n }))).toEqual({ changed: true, kind: 'late' });
    expect(await ledger.settle('lost', cost(50n))).toEqual({ changed: false, kind: 'late' });
    expect(await lines()).toMatchObject([{ kind: 'late', estimated_nano: 70n, actual_nano: 50n }]);
    const old = cost(50n, { reserved_at: Date.now() - 7_200_001 });
    await expect(ledger.settle('older', old)).rejects.toThrow('more than two hours ago');
    expect(await amounts()).toEqual([50n, 0n]);
  });

  test('with other tags than it was reserved with it is an error', async () => {
    await held(ledger.reserve(request('a', 10n)));
    const tags = { team: 'sales', project: 'nexus', purpose: 'chat' };
    await expect(ledger.settle('a', cost(5n, { tags }))).rejects.toThrow('other tags');
    await expect(ledger.settle('a', cost(5n, { key: 'user' }))).rejects.toThrow('other tags');
    expect(await amounts()).toEqual([0n, 10n]);
  });

  async function lines(): Promise<unknown[]> {
    const all: unknown[] = [];
    for await (const line of ledger.lines({ month: today().slice(0, 7) })) all.push(line);
    return all;
  }
});

test('answers from the cache are counted in their cells and cost nothing', async () => {
  const tags = { provider: 'gemini', model: 'm', team: 'ops', project: 'nexus', purpose: 'chat' };
  await ledger.avoided(tags, 500n);
  await ledger.avoided(tags, 40n);
  const [cell] = await ledger.dayCells(today(), today());
  expect(cell).toMatchObject({ ...tags, calls: 0, cost_nano: 0n, dedupe_hits: 2, avoided_nano: 540n });
  expect(await amounts()).toEqual([0n, 0n]);
  expect(await differences()).toEqual([]);
});
