import { afterAll, beforeAll, beforeEach, describe, expect, jest, test } from '@jest/globals';
import type { LedgerLine } from '@nexus/finops';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { randomUUID } from 'node:crypto';
import { cost, type LedgerFixture, openLedger, request } from '../testing/ledger-fixture.ts';
import type { Ledger } from './ledger.ts';

jest.setTimeout(60_000);

let server: TestRedis;
let fixture: LedgerFixture;
let ledger: Ledger;
beforeAll(async () => {
  server = await startTestRedis();
  fixture = await openLedger(server.url);
  ledger = fixture.ledger;
});
afterAll(async () => {
  fixture.close();
  await server.stop();
});
beforeEach(async () => {
  await fixture.redis.flushall();
  ledger = fixture.open();
});

const day = new Date().toISOString().slice(0, 10);
const month = day.slice(0, 7);
const firstDay = `${month}-01`;
const lastDay = new Date(Date.UTC(Number(day.slice(0, 4)), Number(day.slice(5, 7)), 0)).toISOString().slice(0, 10);
const hour = (): number => Math.floor(Date.now() / 3_600_000);
const budget = `{nexus}:budget:${month}`;
const dayCells = `{nexus}:spend:d:${day}`;

async function reserved(id: string, nano: bigint): Promise<number> {
  const answer = await ledger.reserve(request(id, nano));
  return answer?.ok === true ? answer.reserved_at : 0;
}

/** Two settled calls, an open one, and an answer from the cache. */
async function spendSomething(): Promise<void> {
  await ledger.settle('a', cost(500n, { reserved_at: await reserved('a', 700n) }));
  const other = { team: 'sales', project: 'crm', purpose: 'chat' };
  await ledger.settle('b', cost(70n, { tags: other, model: 'glm-4.7', provider: 'glm', wasted: true }));
  await reserved('open', 30n);
  await ledger.avoided({ provider: 'glm', model: 'glm-4.7', ...other }, 9n);
}

async function everything(): Promise<Record<string, string>> {
  const keys = (await fixture.redis.keys('*')).sort();
  const dumps = await Promise.all(keys.map((key) => fixture.redis.dumpBuffer(key)));
  return Object.fromEntries(keys.map((key, place) => [key, dumps[place]?.toString('hex') ?? '']));
}

describe('what somebody else wrote is an error that names the key, and nothing changes', () => {
  const garbage = 'hello, this is garbage!';
  const cases: [string, string, () => Promise<unknown>][] = [
    ['an open reservation', '{nexus}:spend:hold:open', () => fixture.redis.set('{nexus}:spend:hold:open', garbage)],
    [
      'a list for a reservation',
      '{nexus}:spend:hold:open',
      async () => {
        await fixture.redis.del('{nexus}:spend:hold:open');
        await fixture.redis.rpush('{nexus}:spend:hold:open', 'x');
      },
    ],
    ['a counter', budget, () => fixture.redis.hset(budget, 'team:ops', garbage)],
    ['forty letters for a counter', budget, () => fixture.redis.hset(budget, 'team:ops', 'x'.repeat(40))],
    ['a text for the counters', budget, () => fixture.redis.set(budget, garbage)],
    ['counts', budget, () => fixture.redis.hset(budget, `${day.slice(8)}#`, garbage)],
    ['a cell of the day', dayCells, () => fixture.redis.hset(dayCells, '1', garbage)],
    ['a short cell', dayCells, () => fixture.redis.hset(dayCells, '1', '\u0001')],
    ['a cell of the hour', `{nexus}:spend:h:`, () => fixture.redis.hset(`{nexus}:spend:h:${hour()}`, '1', garbage)],
  ];

  test.each(cases)('%s', async (_what, key, damage) => {
    await spendSomething();
    const at = Date.now();
    await damage();
    const before = await everything();
    await expect(ledger.settle('open', cost(20n, { reserved_at: at }))).rejects.toThrow(key);
    expect(await everything()).toEqual(before);
  });

  test('caps', async () => {
    await fixture.redis.hset('{nexus}:budget:caps', 'team:ops', 'a lot');
    await expect(ledger.reserve(request('x', 1n))).rejects.toThrow('{nexus}:budget:caps, field "team:ops"');
    await expect(ledger.budgets()).rejects.toThrow('{nexus}:budget:caps');
    await expect(ledger.setCap('day', 'team:ops', { hard_nano: 1n, soft_nano: 1n })).rejects.toThrow('budget:caps');
  });

  test('lines, cells and combinations when they are read', async () => {
    await spendSomething();
    await fixture.redis.hset(dayCells, '2', garbage);
    await expect(ledger.dayCells(day, day)).rejects.toThrow(`${dayCells}, field "2"`);
    const id = (await fixture.redis.xadd(`{nexus}:ledger:${month}`, '*', 'l', garbage)) ?? '';
    await expect(readAll()).rejects.toThrow(`{nexus}:ledger:${month}, field "${id}"`);
    await fixture.redis.lset('{nexus}:spend:dims:names', 0, garbage);
    await expect(fixture.open().hourCells(hour() * 3600, hour() * 3600)).rejects.toThrow('{nexus}:spend:dims:names');
  });

  test('a reservation that cannot be read stops nobody else from being swept, and keeps its money', async () => {
    for (const id of ['a', 'b', 'c']) await reserved(id, 10n);
    await fixture.redis.set('{nexus}:spend:hold:b', garbage);
    await fixture.redis.del('{nexus}:spend:hold:c');
    for (const id of ['a', 'b', 'c']) await fixture.age(id);
    const broken = ['{nexus}:spend:hold:b', '{nexus}:spend:hold:c'];
    expect(await ledger.sweep()).toEqual({ expired: 1, more: false, broken });
    expect(await ledger.sweep()).toEqual({ expired: 0, more: false, broken: [] });
    const { differences } = await ledger.reconcile(day, day);
    expect(differences.filter(({ what }) => what === 'unreadable').map(({ name }) => name)).toEqual(broken);
    expect(differences).toContainEqual({
      what: 'reserved',
      period: 'day',
      at: day,
      name: 'global',
      expected: '0',
      found: '20',
    });
  });
});

async function readAll(): Promise<LedgerLine[]> {
  const lines: LedgerLine[] = [];
  for await (const line of ledger.lines({ month })) lines.push(line);
  return lines;
}

describe('reconcile names what differs, and rebuild mends it', () => {
  const damages: [string, string, () => Promise<unknown>][] = [
    ['counters that are gone', 'spent', () => fixture.redis.hdel(budget, 'team:ops')],
    ['a counter that cannot be read', 'unreadable', () => fixture.redis.hset(budget, 'team:ops', 'garbage')],
    ['all counters gone', 'spent', () => fixture.redis.del(budget)],
    ['a cell that is gone', 'cell', () => fixture.redis.hdel(dayCells, '1')],
    ['cells of an hour that are gone', 'cell', () => fixture.redis.del(`{nexus}:spend:h:${hour()}`)],
    [
      'a cell of another',
      'cell',
      async () => {
        const bytes = await fixture.redis.hgetBuffer(dayCells, '2');
        await fixture.redis.hset(dayCells, '1', bytes ?? '');
      },
    ],
    ['a cell that cannot be read', 'unreadable', () => fixture.redis.hset(dayCells, '1', 'garbage')],
    ['a cell that nobody knows', 'unreadable', () => fixture.redis.hset(dayCells, 'x', 'garbage')],
    [
      'an open reservation that is gone',
      'reserved',
      async () => {
        await fixture.redis.del('{nexus}:spend:hold:open');
        await fixture.redis.zrem('{nexus}:spend:holds', 'open');
      },
    ],
  ];

  test.each(damages)('%s', async (_name, what, damage) => {
    await spendSomething();
    expect(await ledger.reconcile(firstDay, lastDay)).toEqual({ differences: [], lines: 2, unchecked: [] });
    const before = await ledger.dayCells(day, day);
    await damage();
    const found = await ledger.reconcile(firstDay, lastDay);
    expect(found.differences.map((difference) => difference.what)).toContain(what);
    expect(await ledger.rebuild(firstDay, lastDay)).toEqual(found);
    expect((await ledger.reconcile(firstDay, lastDay)).differences).toEqual([]);
    const spent = (await readAll()).reduce((sum, line) => sum + line.actual_nano, 0n);
    const rows = (await ledger.budgets()).filter(({ scope }) => scope === 'global');
    expect(rows.map(({ spent_nano }) => spent_nano)).toEqual([spent, spent]);
    const cells = await ledger.dayCells(day, day);
    expect(cells.reduce((sum, cell) => sum + cell.cost_nano, 0n)).toBe(spent);
    expect(byModel(cells)).toEqual(byModel(before));
    await ledger.settle('after', cost(1n));
    expect((await ledger.reconcile(firstDay, lastDay)).differences).toEqual([]);
  });

  function byModel(cells: readonly { model: string }[]): unknown[] {
    return [...cells].sort((left, right) => (left.model < right.model ? -1 : 1));
  }

  test('a counter that cannot be read needs its whole month', async () => {
    await spendSomething();
    await fixture.redis.hset(budget, 'team:ops', 'garbage');
    await expect(ledger.rebuild(day, day)).rejects.toThrow(`rebuild the whole month, from ${firstDay} to ${lastDay}`);
  });

  test('while others settle, reserve and give back, nothing is lost or counted twice', async () => {
    await spendSomething();
    let stop = false;
    async function caller(name: string): Promise<void> {
      for (let place = 0; !stop; place += 1) {
        const id = `${name}-${place}`;
        const at = await reserved(id, 20n);
        await (place % 3 === 0 ? ledger.void(id) : ledger.settle(id, cost(7n, { reserved_at: at })));
      }
    }
    const callers = Promise.all(['x', 'y', 'z'].map(caller));
    try {
      for (let round = 0; round < 15; round += 1) {
        // Damage that callers do not stumble over.
        await fixture.redis.hdel(dayCells, '2');
        expect((await ledger.rebuild(day, day)).differences.length).toBeGreaterThan(0);
        expect((await ledger.reconcile(day, day)).differences).toEqual([]);
      }
    } finally {
      stop = true;
      await callers;
    }
    expect((await ledger.reconcile(day, day)).differences).toEqual([]);
  });

  test('of two rebuilds at once one mends, and nothing is added twice', async () => {
    for (const keys of [[dayCells], [budget], [dayCells, `{nexus}:spend:h:${hour()}`, budget]]) {
      await fixture.redis.flushall();
      await spendSomething();
      await fixture.redis.del(keys);
      const outcomes = await Promise.allSettled([ledger.rebuild(day, day), fixture.open().rebuild(day, day)]);
      for (const outcome of outcomes) {
        if (outcome.status === 'rejected') expect(String(outcome.reason)).toContain('run it again');
      }
      // Both may have begun to mend another part: then nobody has mended all of it.
      if (outcomes.every(({ status }) => status === 'rejected')) await ledger.rebuild(day, day);
      expect((await ledger.reconcile(day, day)).differences).toEqual([]);
    }
  });

  test('days whose lines were trimmed away are not compared and not changed', async () => {
    await spendSomething();
    await fixture.redis.xtrim(`{nexus}:ledger:${month}`, 'MAXLEN', 1);
    expect(await ledger.reconcile(day, day)).toEqual({ differences: [], lines: 0, unchecked: [day] });
    await fixture.redis.del(`{nexus}:ledger:${month}`);
    const before = await everything();
    expect(await ledger.rebuild(day, day)).toEqual({ differences: [], lines: 0, unchecked: [day] });
    expect(await everything()).toEqual(before);
  });
});

test('lines that somebody deleted are told, and nothing is made to fit them', async () => {
  await spendSomething();
  const [last] = await fixture.redis.xrevrange(`{nexus}:ledger:${month}`, '+', '-', 'COUNT', 1);
  await fixture.redis.xdel(`{nexus}:ledger:${month}`, last?.[0] ?? '');
  const before = await everything();
  const { differences } = await ledger.rebuild(day, day);
  expect(differences).toEqual([{ what: 'lines', period: 'day', at: day, name: 'lines', expected: '2', found: '1' }]);
  expect(await everything()).toEqual(before);
});

test('a stream that was removed and begun again is told, and the sums of what it had stay', async () => {
  await spendSomething();
  await fixture.redis.del(`{nexus}:ledger:${month}`);
  await ledger.settle('later', cost(1n));
  const before = await everything();
  const { differences } = await ledger.rebuild(day, day);
  expect(differences).toMatchObject([{ what: 'lines', expected: '3', found: '1' }]);
  expect(await everything()).toEqual(before);
});

test('beyond 20,000 combinations lines keep their tags, cells say other, and everything still adds up', async () => {
  const fill = `for i = tonumber(ARGV[1]), tonumber(ARGV[2]) do
    local text = '["p","m' .. i .. '","x","y","z","k","book"]'
    redis.call('RPUSH', KEYS[1] .. ':names', text)
    redis.call('HSET', KEYS[1], text, i)
  end`;
  await ledger.settle('early', cost(1n));
  await fixture.redis.eval(fill, 1, '{nexus}:spend:dims', 2, 20_000);
  const tags = { team: 'late/comers', project: 'p', purpose: 'q' };
  await ledger.settle('late', cost(20n, { tags, model: 'a/b' }));
  await ledger.settle('late again', cost(20n, { tags, model: 'a/b' }));
  await ledger.settle('known', cost(300n));
  expect((await readAll()).map(({ team }) => team)).toEqual(['ops', 'late/comers', 'late/comers', 'ops']);
  const cells = await ledger.dayCells(day, day);
  expect(cells.map(({ team, model, cost_nano }) => [team, model, cost_nano])).toEqual([
    ['ops', 'gemini-3-flash-preview', 301n],
    ['other', 'a/b', 40n],
  ]);
  await fixture.redis.eval(fill, 1, '{nexus}:spend:dims', 20_002, 21_000);
  await ledger.settle('latest', cost(4000n, { tags, model: randomUUID() }));
  await ledger.settle('latest too', cost(4000n, { tags, model: randomUUID() }));
  expect((await ledger.dayCells(day, day)).map(({ model, cost_nano }) => [model, cost_nano])).toContainEqual([
    'other',
    8000n,
  ]);
  expect(await fixture.redis.llen('{nexus}:spend:dims:names')).toBe(21_001);
  expect(await ledger.reconcile(day, day)).toEqual({ differences: [], lines: 6, unchecked: [] });
  await fixture.redis.del(dayCells);
  await ledger.rebuild(day, day);
  expect((await ledger.reconcile(day, day)).differences).toEqual([]);
});
