import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { createClient, type Client } from '@nexus/contracts';
import { DEFAULT_ADMIN_KEY, DEFAULT_API_KEY } from '../settings.ts';
import type { StartedSupervisor } from '../testing/settings-kit.ts';
import { codeOf, createLlmKit, generate, metricOf } from '../llm/testing/llm-kit.ts';

const kit = createLlmKit();
const { startLlm, read } = kit;
const fresh = { input_text: 'Hello there', cache_ttl_s: 0 };

function adminOf({ base }: Pick<StartedSupervisor, 'base'>): Client {
  return createClient({ baseUrl: base, key: DEFAULT_API_KEY, adminKey: DEFAULT_ADMIN_KEY, timeoutMs: 20_000 });
}

async function bodyOf<Body>(answer: Promise<{ ok: true; body: Body } | { ok: false; message: string }>): Promise<Body> {
  const got = await answer;
  if (!got.ok) throw new Error(got.message);
  return got.body;
}

/** Today's budget of everything. */
async function today(admin: Client) {
  const { budgets } = await bodyOf(admin.finopsBudgets());
  const found = budgets.find(({ scope, period }) => scope === 'global' && period === 'day');
  if (found === undefined) throw new Error('there is no budget of the day');
  return found;
}

describe('the ledger behind the door', () => {
  test('answers, budget, ledger, report and metric tell the same to the nano; hits are savings, not records', async () => {
    const [here, there] = [await startLlm(), await startLlm()];
    const asked = [
      await generate(here, { ...fresh, team: 'sales', purpose: 'chat' }),
      await generate(there, { ...fresh, team: 'ops', provider: 'openai' }),
      await generate(here, { input_text: 'shared', team: 'ops' }),
      await generate(there, { input_text: 'shared', team: 'ops' }),
    ];
    expect(asked.map(({ status, body }) => [status, body['deduped']])).toEqual([
      [200, false],
      [200, false],
      [200, false],
      [200, true],
    ]);
    const paid = asked.reduce((sum, { body }) => sum + BigInt(body['cost_nano'] as string), 0n);
    const admin = adminOf(here);
    const budget = await today(admin);
    expect(budget).toMatchObject({ spent_nano: String(paid), reserved_nano: '0', source: 'setting' });
    const page = await bodyOf(admin.finopsLedger({ query: {} }));
    expect(page.items.reduce((sum, { actual_cost_nano }) => sum + BigInt(actual_cost_nano), 0n)).toBe(paid);
    expect(page.items.map(({ team, provider, task_id }) => [team, provider, task_id])).toEqual([
      ['sales', 'gemini', null],
      ['ops', 'openai', null],
      ['ops', 'gemini', null],
    ]);
    expect(page.items[0]?.fp).toMatch(/^[0-9a-f]{16}$/);
    const summary = await bodyOf(admin.finopsSummary({ query: {} }));
    const saved = asked[2]?.body['cost_usd'];
    expect(summary).toMatchObject({
      totals: { calls: 3, cost_usd: budget.spent_usd, dedupe_hits: 1, avoided_usd: saved },
      teams: {
        rows: [
          { name: 'ops', calls: 2 },
          { name: 'sales', calls: 1 },
        ],
      },
    });
    const lines = await Promise.all(
      [here, there].flatMap((each) =>
        ['gemini', 'openai'].flatMap((provider) => metricSum(each, `nexus_llm_cost_usd_total{provider="${provider}"`)),
      ),
    );
    expect(BigInt(Math.round(lines.reduce((sum, value) => sum + value, 0) * 1e9))).toBe(paid);
  });

  test('two supervisors share one budget: together they never pass it', async () => {
    const env = { LLM_BUDGET_DAILY_USD: '0.01', LLM_BUDGET_SOFT_PCT: '1' };
    const both = [await startLlm(env), await startLlm(env)];
    kit.simulator().always('gemini', { kind: 'slow', ms: 20 });
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_each, place) => {
        const door = both[place % 2];
        if (door === undefined) throw new Error('there are two doors');
        return generate(door, { ...fresh, provider: 'gemini', max_tokens: 300 });
      }),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 402]));
    for (const answer of answers) if (answer.status === 402) expect(codeOf(answer)).toBe('BUDGET_EXCEEDED');
    const budget = await today(adminOf(both[0] ?? { base: '' }));
    expect(BigInt(budget.spent_nano) <= BigInt(budget.hard_nano)).toBe(true);
    expect(budget.reserved_nano).toBe('0');
  });
});

describe('budgets', () => {
  test('one that is set holds for the next call, counts what was spent before, and ends when it is removed', async () => {
    const started = await startLlm();
    const admin = adminOf(started);
    const call = { ...fresh, team: 'sales' };
    const first = await generate(started, call);
    const set = await admin.finopsPutBudget({ body: { period: 'month', scope: 'team:sales', hard_usd: '0.000001' } });
    expect(set).toMatchObject({
      status: 200,
      body: { source: 'api', spent_nano: first.body['cost_nano'], left_nano: '0' },
    });
    const refused = await generate(started, call);
    expect([refused.status, codeOf(refused)]).toEqual([402, 'BUDGET_EXCEEDED']);
    expect(JSON.stringify(refused.body)).toMatch(/budget_hard_exceeded scope=team:sales period=month/);
    expect((await generate(started, { ...fresh, team: 'ops' })).status).toBe(200);
    const query = { period: 'month', scope: 'team:sales' } as const;
    expect(await admin.finopsDeleteBudget({ query })).toMatchObject({ status: 204 });
    expect((await generate(started, call)).status).toBe(200);
    expect(await admin.finopsDeleteBudget({ query })).toMatchObject({ status: 404 });
  });

  test('of the file hold from the start, and are changed in the file only; so is the one of the settings', async () => {
    const file = join(kit.directory(), 'budgets.yaml');
    await writeFile(file, 'budgets:\n  - scope: purpose:chat\n    period: day\n    hard_usd: "0.000001"\n');
    const started = await startLlm({ LLM_BUDGETS_FILE: file });
    const admin = adminOf(started);
    for (;;) {
      const { budgets } = await bodyOf(admin.finopsBudgets());
      if (budgets.some(({ source }) => source === 'file')) break;
    }
    expect((await generate(started, { ...fresh, purpose: 'chat' })).status).toBe(402);
    for (const scope of ['purpose:chat', 'global']) {
      const body = { period: 'day' as const, scope, hard_usd: '5' };
      expect(await admin.finopsPutBudget({ body })).toMatchObject({ status: 409, code: 'BUDGET_DECLARED_ELSEWHERE' });
      const query = { period: 'day' as const, scope };
      expect(await admin.finopsDeleteBudget({ query })).toMatchObject({
        status: 409,
        code: 'BUDGET_DECLARED_ELSEWHERE',
      });
    }
  });

  test('a file that cannot be used ends the start with everything that is wrong with it', async () => {
    const file = join(kit.directory(), 'wrong.yaml');
    await writeFile(file, 'budgets:\n  - scope: planet:earth\n    period: week\n    hard_usd: -1\n');
    const result = read({ REDIS_URL: kit.redis().url, LLM_BUDGETS_FILE: file });
    expect(result).toMatchObject({ ok: false, problems: [{ name: 'LLM_BUDGETS_FILE' }] });
    const absent = read({ REDIS_URL: kit.redis().url, LLM_BUDGETS_FILE: join(kit.directory(), 'absent.yaml') });
    expect(JSON.stringify(absent)).toContain('ENOENT');
  });

  test('the daily budget is bounded by what is counted exactly', () => {
    const env = { REDIS_URL: kit.redis().url, LLM_BUDGET_DAILY_USD: '5000000' };
    expect(read(env).ok).toBe(true);
    const twice = read({ ...env, LLM_BUDGET_HARD_PCT: '2' });
    expect(twice).toMatchObject({ ok: false, problems: [{ name: 'LLM_BUDGET_DAILY_USD' }] });
  });

  test.each([
    [{ period: 'day', scope: 'team:', hard_usd: '1' }],
    [{ period: 'week', scope: 'global', hard_usd: '1' }],
    [{ period: 'day', scope: 'team:a', hard_usd: '-1' }],
    [{ period: 'day', scope: 'team:a', hard_usd: '1e3' }],
    [{ period: 'day', scope: 'team:a', hard_usd: '9000001' }],
    [{ period: 'day', scope: 'team:a', hard_usd: 5 }],
  ])('%j is refused', async (body) => {
    const admin = adminOf(await startLlm());
    expect(await admin.finopsPutBudget({ body: body as never })).toMatchObject({ status: 422 });
    expect((await bodyOf(admin.finopsBudgets())).budgets).toHaveLength(1);
  });
});

describe('reading', () => {
  test('pages of the ledger hold every record once, in order', async () => {
    const started = await startLlm();
    for (let place = 0; place < 5; place += 1) await generate(started, { ...fresh, team: `team-${place}` });
    const admin = adminOf(started);
    const teams: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: '2', ...(cursor === undefined ? {} : { cursor }) };
      const page = await bodyOf(admin.finopsLedger({ query }));
      teams.push(...page.items.map(({ team }) => team));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(teams).toEqual(['team-0', 'team-1', 'team-2', 'team-3', 'team-4']);
    const elsewhere = await bodyOf(admin.finopsLedger({ query: { from: '2020-01-01', to: '2020-01-31' } }));
    expect(elsewhere).toEqual({ items: [], next_cursor: null });
  });

  test('an empty window has a report that says so', async () => {
    const admin = adminOf(await startLlm());
    const summary = await bodyOf(admin.finopsSummary({ query: { from: '2020-01-01', to: '2020-01-31' } }));
    expect(summary).toMatchObject({ totals: { calls: 0, cost_usd: '0' }, window: { from: '2020-01-01', days: 31 } });
  });

  test.each([
    [{ from: '2026-02-01', to: '2026-01-01' }, 400],
    [{ from: '1990-01-01', to: '2026-01-01' }, 400],
    [{ from: 'yesterday' }, 422],
    [{ cursor: 'x' }, 400],
  ])('%j is refused', async (query, status) => {
    const admin = adminOf(await startLlm());
    expect(await admin.finopsLedger({ query })).toMatchObject({ status });
  });

  test('is for operators', async () => {
    const started = await startLlm();
    const paths = ['/finops/summary', '/finops/budgets', '/finops/ledger'];
    for (const path of paths) {
      const answer = await fetch(started.base + path, { headers: { 'x-api-key': DEFAULT_API_KEY } });
      expect(answer.status).toBe(403);
      await answer.text();
    }
  });
});

async function metricSum(started: StartedSupervisor, start: string): Promise<number> {
  const text = await (await fetch(`${started.base}/metrics`)).text();
  const lines = text.split('\n').filter((line) => line.startsWith(start));
  return lines.reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}

test('a scrape tells of budgets', async () => {
  const started = await startLlm({ LLM_BUDGET_DAILY_USD: '7' });
  await generate(started, fresh);
  expect(await metricOf(started, 'nexus_llm_budget_limit_usd{period="day",scope="global"}')).toBe(7);
  expect(await metricOf(started, 'nexus_llm_budget_spent_usd{period="day",scope="global"}')).toBeGreaterThan(0);
  expect(await metricOf(started, 'nexus_finops_costs_waiting')).toBe(0);
});
