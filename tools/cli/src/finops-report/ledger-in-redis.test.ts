import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { createLedger, type Settlement } from '@nexus/finops-ledger';
import { connectRedis as connect } from '@nexus/runtime';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runFinopsReport } from './run-finops-report.ts';

const USD = 1_000_000_000n;

let server: TestRedis;
let redis: ReturnType<typeof connect>;
beforeAll(async () => {
  server = await startTestRedis();
  redis = connect({ url: server.url, purpose: 'request', name: 'test', onError: () => undefined });
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});
beforeEach(() => redis.flushall());

const tags = { team: 'ops', project: 'kakao', purpose: 'summary' };

/** Spends through the real scripts; the server's clock says when, so it was just now. */
async function spend(id: string, parts: Partial<Settlement> = {}) {
  const ledger = createLedger(redis, {
    ...{ zone: 'UTC', dailyNano: 20n * USD, softFraction: 0.8, hardFraction: 1, now: Date.now },
  });
  const held = await ledger.reserve({ reservation_id: id, estimate_nano: USD, tags, lifetime_s: 60 });
  if (held?.ok !== true) throw new Error('refused');
  await ledger.settle(id, {
    ...{ reserved_at: held.reserved_at, estimate_nano: USD, actual_nano: 250_000_001n, list_nano: 300_000_000n },
    ...{ provider: 'gemini', model: 'gemini-3-flash-preview', tags, approx: false, wasted: false },
    usage: { input: 600, cache_read: 400, cache_write: 0, output: 100, reasoning: 0 },
    ...{ price_source: 'book', key_id: 'k1', fp: 'a'.repeat(16), task_id: null, latency_ms: 900, budget_reason: 'ok' },
    ...parts,
  });
  await ledger.avoided({ ...tags, provider: 'gemini', model: 'gemini-3-flash-preview' }, 5n);
}

async function run(words: string[], environment: Record<string, string> = { REDIS_URL: server.url }) {
  const root = mkdtempSync(join(tmpdir(), 'finops-root-'));
  const told = { stdout: '', stderr: '' };
  const host = {
    now: Date.now,
    result: (text: string) => void (told.stdout += text),
    note: (text: string) => void (told.stderr += text),
  };
  await runFinopsReport(words, { root, workingDirectory: root, environment }, host);
  return told;
}

test('reports what the ledger counted, with budgets and the lines that are not sealed', async () => {
  await spend('one');
  await spend('two', { wasted: true, approx: true, price_source: 'base' });
  const { stdout } = await run(['--json', '--reconcile', '--out', 'r.html']);
  const { report } = JSON.parse(stdout) as { report: Record<string, unknown> };
  expect(report).toMatchObject({
    totals: {
      ...{ calls: 2, cost_usd: '0.500000002', list_usd: '0.6', approx_calls: 1, wasted_calls: 1, dedupe_hits: 2 },
      ...{ avoided_usd: '0.00000001', tokens: { input: 1200, cache_read: 800, output: 200 } },
    },
    projects: { rows: [{ name: 'ops/kakao', share: 1 }] },
    unit_costs: { now: { per_accepted_usd: '0.500000002', cache_hit_ratio: 0.4 } },
    quality: { source: 'ledger', unsealed: 2, reconciled: { differences: 0 }, base_priced_calls: 1 },
    budgets: [{ scope: 'global', period: 'day', cap_usd: '20', soft_usd: '16', spent_usd: '0.500000002', state: 'ok' }],
  });
});

test('a window that is over has the budgets of its last day', async () => {
  const { stdout } = await run(['--from', '2026-01-01', '--to', '2026-01-31', '--json', '--out', 'r.md']);
  const { report } = JSON.parse(stdout) as { report: { budgets: { ends_at: string }[] } };
  expect(report.budgets.map(({ ends_at }) => ends_at)).toEqual(['2026-02-01T00:00:00.000Z']);
});

test('is limited and compared like any other', async () => {
  await spend('one');
  const { stdout } = await run(['--ledger', server.url, '--team', 'hr', '--out', '-'], {});
  expect(stdout).toContain('- Only Team: hr\n- Rows: 0\n');
});

test('an unreachable Redis is an error, without a report', async () => {
  const environment = { REDIS_URL: 'redis://127.0.0.1:1/0' };
  await expect(run([], environment)).rejects.toMatchObject({ code: 'REDIS_URL_UNUSABLE' });
});

test('a value that is not the ledger’s own is an error that says where it is', async () => {
  await spend('one');
  const [key = ''] = await redis.keys('{nexus}:spend:d:*');
  const [field = ''] = await redis.hkeys(key);
  await redis.hset(key, field, 'garbage');
  await expect(run(['--out', '-'])).rejects.toThrow(/ledger in Redis cannot be read: .*spend:d/);
});

test('where Nexus never ran, nothing is started to find nothing', async () => {
  const { stdout, stderr } = await run(['--out', '-'], {});
  expect(stdout).toContain('- Rows: 0\n');
  expect(stderr).toContain('there is no ledger');
});

test.each([
  ['LLM_BUDGET_DAILY_USD', '-1'],
  ['LLM_BUDGET_SOFT_PCT', '2'],
])('%s=%s is refused', async (name, value) => {
  await expect(run([], { REDIS_URL: server.url, [name]: value })).rejects.toThrow(name);
});
