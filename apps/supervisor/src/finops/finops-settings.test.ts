import { randomUUID } from 'node:crypto';
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { createClient } from '@nexus/contracts';
import type { anomalyVariables } from '@nexus/finops-ledger';
import { createLlmKit, generate, metricOf } from '../llm/testing/llm-kit.ts';
import { registerMetrics, silentLogger } from '@nexus/runtime';
import { metricDefinitions } from '../metrics.ts';
import { DEFAULT_ADMIN_KEY, DEFAULT_API_KEY } from '../settings.ts';
import { silentAlerts } from '../testing/silent-alerts.ts';
import type { Env } from '../testing/settings-kit.ts';
import { createFinops } from './create-finops.ts';
import type { finopsVariables } from './finops-variables.ts';

const kit = createLlmKit();

/** What the supervisor says of its budgets. */
async function budgetsWith(env: Env) {
  const { base } = await kit.startLlm(env);
  const admin = createClient({ baseUrl: base, key: DEFAULT_API_KEY, adminKey: DEFAULT_ADMIN_KEY, timeoutMs: 20_000 });
  for (;;) {
    const answer = await admin.finopsBudgets();
    if (!answer.ok) throw new Error(answer.message);
    if (env['LLM_BUDGETS_FILE'] === undefined || answer.body.budgets.length > 1) return answer.body;
  }
}

/** How many lines leave Redis when the ledger is sealed so many days from now. */
async function sealLater(env: Env, days: number): Promise<number> {
  const read = kit.read({ REDIS_URL: kit.redis().url, NEXUS_DATA_DIR: join(kit.directory(), 'hot'), ...env });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const finops = createFinops({
    ...{ redis: kit.connection(), settings: read.values, budgets: [], alerts: silentAlerts, logger: silentLogger },
    ...{ metrics: registerMetrics(metricDefinitions).handles, newId: randomUUID },
    now: () => Date.now() + days * 86_400_000,
  });
  const run = await finops.sealers.find(({ kind }) => kind === 'ledger')?.sealer.run();
  if (run?.outcome !== 'sealed') throw new Error('the ledger was not sealed');
  return run.trimmed;
}

/** What counts as an anomaly is proved in anomaly/anomaly-watch.test.ts. */
type Name = Exclude<keyof typeof finopsVariables, keyof typeof anomalyVariables>;

/** For each variable, the behaviour that it changes. */
const proofs: Record<Name, () => Promise<void>> = {
  async ANOMALY_WATCH_EVERY_SECONDS() {
    const env = { ANOMALY_WATCH_EVERY_SECONDS: '1', ANOMALY_COST_USD_RATE_THRESHOLD: '0.000000001' };
    const started = await kit.startLlm(env);
    await generate(started, { input_text: 'Hello there', cache_ttl_s: 0 });
    while ((await metricOf(started, 'nexus_anomalies_total{kind="cost"}')) === 0);
    expect(await kit.connection().xlen('{nexus}:alerts')).toBeGreaterThan(0);
  },
  async FINOPS_TZ() {
    const { budgets } = await budgetsWith({ FINOPS_TZ: 'Asia/Seoul' });
    // Midnight in Seoul.
    expect(budgets[0]?.ends_at).toMatch(/T15:00:00\.000Z$/);
    const read = kit.read({ REDIS_URL: kit.redis().url, FINOPS_TZ: 'Mars/Olympus' });
    expect(read).toMatchObject({ ok: false, problems: [{ name: 'FINOPS_TZ' }] });
  },
  async LLM_BUDGETS_FILE() {
    const file = join(kit.directory(), 'budgets.json');
    await writeFile(file, JSON.stringify({ budgets: [{ scope: 'team:ops', period: 'month', hard_usd: '3' }] }));
    const { budgets } = await budgetsWith({ LLM_BUDGETS_FILE: file });
    expect(budgets).toContainEqual(expect.objectContaining({ scope: 'team:ops', source: 'file', hard_usd: '3' }));
  },
  async LEDGER_HOT_DAYS() {
    await generate(await kit.startLlm(), { input_text: 'Hello there', cache_ttl_s: 0 });
    const month = new Date().toISOString().slice(0, 7);
    expect(await sealLater({ LEDGER_HOT_DAYS: '30' }, 20)).toBe(0);
    expect(await kit.connection().xlen(`{nexus}:ledger:${month}`)).toBe(1);
    expect(await sealLater({}, 40)).toBe(0);
    expect(await sealLater({ LEDGER_HOT_DAYS: '30' }, 40)).toBe(1);
    expect(await kit.connection().xlen(`{nexus}:ledger:${month}`)).toBe(0);
  },
  async LEDGER_SEAL_EVERY_SECONDS() {
    const started = await kit.startLlm({ LEDGER_SEAL_EVERY_SECONDS: '1', NEXUS_DATA_DIR: 'sealing' });
    await generate(started, { input_text: 'Hello there', cache_ttl_s: 0 });
    const folder = join(kit.directory(), 'sealing', 'finops', 'ledger');
    for (;;) {
      const files = await readdir(folder).catch(() => []);
      if (files.some((file) => /^\d{4}-\d{2}-\d{2}.*\.ndjson$/.test(file))) return;
      await new Promise((resolve) => setImmediate(resolve));
    }
  },
};

test.each(Object.entries(proofs))('%s', async (_name, proof) => proof(), 30_000);
