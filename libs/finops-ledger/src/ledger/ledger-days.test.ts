import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createCalendar, type LedgerLine } from '@nexus/finops';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import fc from 'fast-check';
import { cost, type LedgerFixture, openLedger, request } from '../testing/ledger-fixture.ts';
import { shiftedCalendar } from '../testing/shifted-calendar.ts';
import { createLedgerIn } from './create-ledger.ts';
import { createLedgerDay } from './ledger-day.ts';
import type { Ledger, LineRange } from './ledger.ts';

let server: TestRedis;
let fixture: LedgerFixture;
beforeAll(async () => {
  server = await startTestRedis();
  fixture = await openLedger(server.url);
});
afterAll(async () => {
  fixture.close();
  await server.stop();
});
beforeEach(async () => {
  await fixture.redis.flushall();
});

const options = { dailyNano: 1_000_000n, softFraction: 1, hardFraction: 1, now: Date.now };

async function all(ledger: Ledger, range: LineRange): Promise<LedgerLine[]> {
  const lines: LedgerLine[] = [];
  for await (const line of ledger.lines(range)) lines.push(line);
  return lines;
}

async function spentOf(ledger: Ledger): Promise<Record<string, [bigint, bigint]>> {
  const rows = (await ledger.budgets()).filter(({ scope }) => scope === 'global');
  return Object.fromEntries(rows.map(({ key, spent_nano, reserved_nano }) => [key, [spent_nano, reserved_nano]]));
}

describe('the day it is', () => {
  const hour = 3_600_000;

  function rowOf(zone: string, at: string): unknown[] {
    return createLedgerDay(createCalendar(zone), () => Date.parse(at)).row();
  }

  test('in Asia/Seoul a day and a month end at 15:00 UTC', () => {
    const start = Date.parse('2026-11-29T15:00:00Z');
    const end = start + 24 * hour;
    expect(rowOf('Asia/Seoul', '2026-11-30T14:59:59.999Z')).toEqual(['2026-11-30', start, end, end]);
    expect(rowOf('Asia/Seoul', '2026-11-30T15:00:00Z').slice(0, 2)).toEqual(['2026-12-01', end]);
  });

  test.each([
    ['2026-03-08T12:00:00Z', 23],
    ['2026-11-01T12:00:00Z', 25],
    ['2026-11-02T12:00:00Z', 24],
  ])('in America/New_York the day of %s has %i hours', (at, hours) => {
    const [, start, end] = rowOf('America/New_York', at) as [string, number, number];
    expect(end - start).toBe(hours * hour);
  });

  test('whatever this clock says, after one answer of the server it is the server’s day', () => {
    const zones = ['UTC', 'Asia/Seoul', 'America/New_York', 'Asia/Kolkata', 'Pacific/Apia', 'America/Havana'];
    fc.assert(
      fc.property(
        fc.record({
          zone: fc.constantFrom(...zones),
          clock: fc.integer({ min: Date.parse('2024-01-01T00:00Z'), max: Date.parse('2030-01-01T00:00Z') }),
          skew: fc.integer({ min: -100 * hour, max: 100 * hour }),
          later: fc.integer({ min: 0, max: 50 * hour }),
        }),
        ({ zone, clock, skew, later }) => {
          const calendar = createCalendar(zone);
          let present = clock;
          const today = createLedgerDay(calendar, () => present);
          today.row();
          today.learn(clock + skew);
          present += later;
          const [day, start, end, monthEnd] = today.row();
          const server = present + skew;
          expect(day).toBe(calendar.dayOf(server));
          expect(start <= server && server < end && end <= monthEnd).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });
});

test('processes whose clocks differ by minutes, hours or days use the same day and expire alike', async () => {
  const minutes = [0, -10, 10, -20 * 60, 20 * 60, -3 * 24 * 60, 40 * 24 * 60];
  for (const [place, skew] of minutes.entries()) {
    const ledger = fixture.open({ now: () => Date.now() + skew * 60_000 });
    const reservation = await ledger.reserve(request(`r${place}`, 7n, { lifetime_s: 60 }));
    const reservedAt = reservation?.ok === true ? reservation.reserved_at : 0;
    // It expires by the server's clock, whatever the caller's says.
    expect(Number(await fixture.redis.zscore('{nexus}:spend:holds', `r${place}`))).toBe(reservedAt + 60_000);
    const other = fixture.open({ now: () => Date.now() + skew * 60_000 });
    await other.avoided({ provider: 'p', model: 'm', team: 't', project: 'p', purpose: 'q' }, 1n);
  }
  expect(await fixture.redis.keys('{nexus}:budget:*')).toHaveLength(1);
  const rows = (await fixture.ledger.budgets()).filter(({ scope, period }) => scope === 'global' && period === 'day');
  expect(rows).toMatchObject([{ reserved_nano: 49n }]);
  const day = new Date().toISOString().slice(0, 10);
  expect(await fixture.ledger.dayCells(day, day)).toMatchObject([{ dedupe_hits: 7 }]);
});

test('a reservation over midnight and the end of a month belongs to the day it was made in', async () => {
  const calendar = shiftedCalendar('2026-11-30');
  const ledger = createLedgerIn(calendar, fixture.redis, options);
  const reservedAt = async (id: string): Promise<number> => {
    const answer = await ledger.reserve(request(id, 900_000n));
    return answer?.ok === true ? answer.reserved_at : 0;
  };
  const a = await reservedAt('a');
  expect(await ledger.reserve(request('b', 900_000n))).toMatchObject({ ok: false });
  calendar.turn(1);
  const c = await reservedAt('c');
  expect(await spentOf(ledger)).toEqual({ '2026-12-01': [0n, 900_000n], '2026-12': [0n, 900_000n] });
  await ledger.settle('a', cost(800_000n, { reserved_at: a }));
  await ledger.settle('c', cost(5n, { reserved_at: c }));
  expect(await spentOf(ledger)).toEqual({ '2026-12-01': [5n, 0n], '2026-12': [5n, 0n] });
  calendar.turn(-1);
  expect(await spentOf(ledger)).toEqual({ '2026-11-30': [800_000n, 0n], '2026-11': [800_000n, 0n] });
  expect(await ledger.months()).toEqual(['2026-11', '2026-12']);
  expect(await all(ledger, { month: '2026-11' })).toMatchObject([{ day: '2026-11-30', reservation_id: 'a' }]);
  expect(await all(ledger, { month: '2026-12' })).toMatchObject([{ day: '2026-12-01', reservation_id: 'c' }]);
  expect(await ledger.dayCells('2026-11-29', '2026-12-02')).toMatchObject([
    { day: '2026-11-30', cost_nano: 800_000n },
    { day: '2026-12-01', cost_nano: 5n },
  ]);
  expect(await ledger.counts('2026-11-30', '2026-12-02')).toMatchObject([
    { made: 1, settled: 1, refused: 1 },
    { made: 1, settled: 1, refused: 0 },
    { made: 0, settled: 0, refused: 0 },
  ]);
});

test('lines are read page by page, behind a line, and by the instant of their reservation', async () => {
  const { ledger, redis } = fixture;
  const ids = Array.from({ length: 2500 }, (_, place) => `r${place}`);
  await Promise.all(ids.map((id) => ledger.settle(id, cost(1n))));
  const month = new Date().toISOString().slice(0, 7);
  const lines = await all(ledger, { month });
  expect(lines.map(({ reservation_id }) => reservation_id)).toEqual(ids);
  expect(await all(ledger, { month, after: lines[1999]?.id ?? '' })).toEqual(lines.slice(2000));
  const instants = lines.map(({ ts }) => ts);
  const middle = instants[1200] ?? 0;
  const from = await all(ledger, { from: middle, to: Date.now() + 1 });
  expect(from).toEqual(lines.filter(({ ts }) => ts >= middle));
  expect(await all(ledger, { from: 0, to: middle })).toEqual(lines.filter(({ ts }) => ts < middle));
  expect(await all(ledger, { month: '2020-01' })).toEqual([]);
  await redis.flushall();
});
