import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { cost, type LedgerFixture, openLedger, request } from '../testing/ledger-fixture.ts';
import { budgetScopes } from './budget-scopes.ts';
import type { Ledger } from './ledger.ts';

let server: TestRedis;
let fixture: LedgerFixture;
let ledger: Ledger;
beforeAll(async () => {
  server = await startTestRedis();
  fixture = await openLedger(server.url, { dailyNano: 20_000n });
  ledger = fixture.ledger;
});
afterAll(async () => {
  fixture.close();
  await server.stop();
});
beforeEach(async () => {
  await fixture.redis.flushall();
});

const cap = (hard: bigint, soft = hard): { hard_nano: bigint; soft_nano: bigint } => ({
  hard_nano: hard,
  soft_nano: soft,
});

async function caps(): Promise<unknown[]> {
  return (await ledger.budgets()).map(({ period, scope, source, hard_nano, soft_nano }) =>
    [period, scope, source, hard_nano, soft_nano].join(' '),
  );
}

test('the daily budget is there before anything is spent', async () => {
  const [only, ...others] = await ledger.budgets(Date.parse('2026-11-30T12:00:00Z'));
  expect(others).toEqual([]);
  expect(only).toEqual({
    period: 'day',
    scope: 'global',
    source: 'setting',
    key: '2026-11-30',
    starts_at: Date.parse('2026-11-30T00:00:00Z'),
    ends_at: Date.parse('2026-12-01T00:00:00Z'),
    hard_nano: 20_000n,
    soft_nano: 16_000n,
    spent_nano: 0n,
    reserved_nano: 0n,
  });
});

test('scopes that spent are listed with or without a cap', async () => {
  await ledger.settle('a', cost(5n));
  await ledger.setCap('month', 'team:sales', cap(100n, 50n));
  await ledger.setCap('month', 'global', cap(500_000n));
  expect(await caps()).toEqual([
    'day global setting 20000 16000',
    'day project:ops/nexus   ',
    'day purpose:chat   ',
    'day team:ops   ',
    'month global api 500000 500000',
    'month project:ops/nexus   ',
    'month purpose:chat   ',
    'month team:ops   ',
    'month team:sales api 100 50',
  ]);
});

test('the file owns what it declares, and lets go of what it no longer declares', async () => {
  await ledger.setCap('day', 'team:ops', cap(1n));
  await ledger.setCap('month', 'team:ops', cap(2n));
  await ledger.applyCapsFile([
    { period: 'day', scope: 'team:ops', ...cap(10n, 8n) },
    { period: 'day', scope: 'purpose:chat', ...cap(30n) },
  ]);
  expect(await ledger.setCap('day', 'team:ops', cap(5n))).toBe('owned_by_file');
  expect(await ledger.deleteCap('day', 'team:ops')).toBe('owned_by_file');
  expect(await ledger.setCap('month', 'team:ops', cap(3n))).toBe('changed');
  expect(await caps()).toEqual([
    'day global setting 20000 16000',
    'day purpose:chat file 30 30',
    'day team:ops file 10 8',
    'month team:ops api 3 3',
  ]);
  await ledger.applyCapsFile([]);
  expect(await caps()).toEqual(['day global setting 20000 16000', 'month team:ops api 3 3']);
  expect(await ledger.deleteCap('month', 'team:ops')).toBe('changed');
  expect(await ledger.deleteCap('month', 'team:ops')).toBe('unknown');
  expect(await fixture.redis.exists('{nexus}:budget:caps')).toBe(0);
});

test('a removed cap refuses nobody any more', async () => {
  await ledger.setCap('day', 'team:ops', cap(1n));
  expect(await ledger.reserve(request('a', 2n))).toMatchObject({ ok: false });
  await ledger.deleteCap('day', 'team:ops');
  expect(await ledger.reserve(request('a', 2n))).toMatchObject({ ok: true });
});

test.each([
  [{ period: 'day', scope: 'team:ops', ...cap(9_000_000_000_000_001n) }, '9000000 USD at most'],
  [{ period: 'day', scope: 'team:ops', ...cap(-1n) }, 'negative'],
  [{ period: 'day', scope: 'team:ops', ...cap(1n, 2n) }, 'soft part'],
  [{ period: 'day', scope: 'global', ...cap(1n) }, 'LLM_BUDGET_DAILY_USD'],
  [{ period: 'day', scope: 'squad:ops', ...cap(1n) }, 'team:<name>'],
  [{ period: 'month', scope: 'project:nexus', ...cap(1n) }, 'project:<team>/<name>'],
] as const)('refuses the cap %o', async (declared, message) => {
  await expect(ledger.setCap(declared.period, declared.scope, declared)).rejects.toThrow(message);
  await expect(ledger.applyCapsFile([declared])).rejects.toThrow(message);
});

test('a daily budget that could not be compared exactly is refused at the start', () => {
  expect(() => fixture.open({ dailyNano: 9_000_000_000_000_001n })).toThrow('9000000 USD at most');
});

test('no two projects share a scope, whatever their names', () => {
  const names = ['a', 'a/b', 'b', 'a%2Fb', 'b/c', '%', '/'];
  const scopes = names.flatMap((team) => names.map((project) => budgetScopes({ team, project, purpose: 'x' })[2]));
  expect(new Set(scopes).size).toBe(names.length ** 2);
});
