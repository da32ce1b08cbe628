import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { cost, type LedgerFixture, openLedger, request } from '../testing/ledger-fixture.ts';
import type { BudgetRow } from './budget.ts';

jest.setTimeout(120_000);

let server: TestRedis;
let fixture: LedgerFixture;
beforeAll(async () => {
  server = await startTestRedis({ appendonly: true });
});
afterAll(async () => {
  fixture.close();
  await server.stop();
});

async function runCaller(...words: (string | number)[]): Promise<{ signal: string | null; output: string }> {
  const child = spawn(
    process.execPath,
    [
      '--conditions=@nexus/source',
      join(import.meta.dirname, '../testing/caller-process.ts'),
      server.url,
      ...words.map(String),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  const [, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { signal, output };
}

const today = (): string => new Date().toISOString().slice(0, 10);

async function whole(): Promise<BudgetRow | undefined> {
  return (await fixture.ledger.budgets()).find(({ scope, period }) => scope === 'global' && period === 'day');
}

test('four processes with 5,000 reservations of a million on a cap of a billion: 1,000 are given', async () => {
  fixture = await openLedger(server.url, { dailyNano: 1_000_000_000n });
  const answers = await Promise.all(
    ['a', 'b', 'c', 'd'].map((prefix) => runCaller('reserve', 1250, 1_000_000, 1_000_000_000, prefix)),
  );
  const sums = answers.map(({ output }) => JSON.parse(output) as { given: number; refused: number });
  expect(sums.reduce((sum, { given }) => sum + given, 0)).toBe(1000);
  expect(sums.reduce((sum, { refused }) => sum + refused, 0)).toBe(4000);
  expect(await whole()).toMatchObject({ spent_nano: 0n, reserved_nano: 1_000_000_000n });
  expect(await fixture.ledger.counts(today(), today())).toMatchObject([{ made: 1000, refused: 4000 }]);
  expect((await fixture.ledger.reconcile(today(), today())).differences).toEqual([]);
  fixture.close();
});

test('a caller killed before and after every step: nothing stays reserved, what was spent is counted once', async () => {
  fixture = await openLedger(server.url);
  let expected = 0n;
  for (const when of ['before', 'after']) {
    let through = false;
    for (let nth = 1; !through; nth += 1) {
      const id = `${when}-${nth}`;
      const { signal, output } = await runCaller('call', id, nth, when);
      through = signal === null;
      if (through) expect(output).toBe('done');
      await expireAll();
      expect(await whole().then((row) => row?.reserved_nano ?? 0n)).toBe(0n);
      // Whoever knows that the money was spent tells it again, not knowing how far the dead one came.
      await fixture.ledger.settle(id, cost(500n));
      expected += 500n;
      expect((await whole())?.spent_nano).toBe(expected);
      expect((await fixture.ledger.reconcile(today(), today())).differences).toEqual([]);
      if (nth > 20) throw new Error('the call never ends');
    }
  }
  fixture.close();
});

/** Lets the lifetimes of all open reservations pass. */
async function expireAll(): Promise<void> {
  for (const id of await fixture.redis.zrange('{nexus}:spend:holds', '0', '-1')) await fixture.age(id);
  await fixture.ledger.sweep();
}

test('Redis killed among settlements and restarted: both sides of each are there or neither, and told again all count', async () => {
  fixture = await openLedger(server.url);
  const { ledger, redis } = fixture;
  const ids = Array.from({ length: 400 }, (_, place) => `r${place}`);
  const reserved = await Promise.all(ids.map((id) => ledger.reserve(request(id, 600n))));
  const costs = reserved.map((answer) => cost(500n, answer?.ok === true ? { reserved_at: answer.reserved_at } : {}));
  redis.options.maxRetriesPerRequest = 0;
  redis.options.autoResendUnfulfilledCommands = false;
  const settling = ids.map((id, place) => ledger.settle(id, costs[place] ?? cost(0n)));
  // The first answers come while the others are still on their way.
  await Promise.race(settling);
  await server.kill();
  const outcomes = await Promise.allSettled(settling);
  redis.options.maxRetriesPerRequest = null;
  await server.restart();
  await redis.ping();
  expect((await ledger.reconcile(today(), today())).differences).toEqual([]);
  const row = await whole();
  const counted = Number(row?.spent_nano ?? 0n) / 500;
  expect(counted).toBeGreaterThanOrEqual(outcomes.filter(({ status }) => status === 'fulfilled').length);
  expect(row?.reserved_nano).toBe(BigInt(400 - counted) * 600n);
  const again = await Promise.all(ids.map((id, place) => ledger.settle(id, costs[place] ?? cost(0n))));
  expect(again.filter(({ changed }) => changed)).toHaveLength(400 - counted);
  expect(await whole()).toMatchObject({ spent_nano: 200_000n, reserved_nano: 0n });
  expect(await ledger.reconcile(today(), today())).toMatchObject({ differences: [], lines: 400 });
});
