import { describe, expect, test } from '@jest/globals';
import { startWebhookReceiver } from '../alerts/testing/webhook-receiver.ts';
import { codeOf, createLlmKit, generate, linesOf, metricOf } from './testing/llm-kit.ts';

const kit = createLlmKit();
const { startLlm } = kit;

const asking = { input_text: 'Hello there' };
const fresh = { ...asking, cache_ttl_s: 0 };

describe('equal calls', () => {
  test('at the same time are one call of a provider, which costs once', async () => {
    const started = await startLlm();
    kit.simulator().script('gemini', [{ kind: 'slow', ms: 50 }]);
    const answers = await Promise.all(Array.from({ length: 20 }, () => generate(started, asking)));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 200));
    expect(kit.simulator().hitCount('gemini')).toBe(1);
    const shared = answers.filter(({ body }) => body['deduped'] === true);
    expect(shared).toHaveLength(19);
    for (const { body } of shared) expect(body).toMatchObject({ cost_usd: '0', cost_nano: '0', latency_ms: 0 });
    expect(new Set(answers.map(({ body }) => body['text'])).size).toBe(1);
    expect(await metricOf(started, 'nexus_llm_dedupe_hits_total{purpose="generic"}')).toBe(19);
    expect(await metricOf(started, 'nexus_llm_dedupe_sets_total{purpose="generic"}')).toBe(1);
    expect(await metricOf(started, 'nexus_llm_generate_total{provider="gemini",outcome="deduped"}')).toBe(19);
    const records = await kit.audited(21);
    expect(records.filter(({ type }) => type === 'llm_dedupe_hit')).toHaveLength(19);
    expect(records.filter(({ type }) => type === 'llm_success')).toHaveLength(1);
  });

  test('of two supervisors share an answer; whatever changes it makes a call of its own', async () => {
    const [here, there] = [await startLlm(), await startLlm()];
    await generate(here, asking);
    expect((await generate(there, asking)).body).toMatchObject({ deduped: true });
    for (const other of [{ temperature: 1 }, { max_tokens: 9 }, { team: 'x' }, { purpose: 'x' }, { system: 'x' }]) {
      expect((await generate(there, { ...asking, ...other })).body).toMatchObject({ deduped: false });
    }
    expect((await generate(there, fresh)).body).toMatchObject({ deduped: false });
  });

  test('do not share a failure', async () => {
    kit.simulator().script('gemini', [{ kind: 'serverError' }]);
    const started = await startLlm({ LLM_FALLBACK_PROVIDERS: 'gemini' });
    expect((await generate(started, asking)).status).toBe(503);
    expect((await generate(started, asking)).body).toMatchObject({ deduped: false });
  });
});

describe('the budget', () => {
  test('used up is 402 until midnight, and nobody is called', async () => {
    const started = await startLlm({ LLM_BUDGET_DAILY_USD: '0.0001' });
    const answer = await generate(started, fresh);
    expect([answer.status, codeOf(answer)]).toEqual([402, 'BUDGET_EXCEEDED']);
    expect(JSON.stringify(answer.body)).toMatch(/budget_hard_exceeded projected=[\d.]+ daily=0.0001/);
    const left = (86_400_000 - (Date.now() % 86_400_000)) / 1000;
    expect(Math.abs(Number(answer.headers.get('retry-after')) - left)).toBeLessThan(30);
    expect(kit.simulator().hitCount('gemini')).toBe(0);
    expect(await kit.audited(1)).toMatchObject([
      { type: 'llm_reject', reason: 'BUDGET_EXCEEDED', budget_note: expect.stringContaining('budget_hard_exceeded') },
    ]);
  });

  test('soft: shorter answers, the cheapest first; a provider the caller insists on is kept', async () => {
    const soft = {
      LLM_BUDGET_SOFT_PCT: '0',
      LLM_PRIMARY_PROVIDER: 'anthropic',
      LLM_FALLBACK_PROVIDERS: 'openai,gemini',
    };
    const started = await startLlm(soft);
    const answer = await generate(started, fresh);
    expect(answer.body).toMatchObject({ provider: 'gemini', degraded: true });
    expect(kit.simulator().hits('gemini')).toMatchObject([{ body: { generationConfig: { maxOutputTokens: 256 } } }]);
    expect(kit.simulator().hitCount('anthropic')).toBe(0);
    const kept = await generate(started, { ...fresh, provider: 'anthropic' });
    expect(kept.body).toMatchObject({ provider: 'anthropic', degraded: true });
    expect(kit.simulator().hits('anthropic')).toMatchObject([{ body: { max_tokens: 256 } }]);
    const records = await kit.audited(4);
    expect(records[1]).toMatchObject({
      type: 'llm_success',
      budget_note: expect.stringContaining('budget_soft_exceeded'),
    });
  });
});

describe('the rate limit', () => {
  test('of the provider that the soft budget passed over loses nothing', async () => {
    const started = await startLlm({
      LLM_BUDGET_SOFT_PCT: '0',
      LLM_PRIMARY_PROVIDER: 'anthropic',
      LLM_FALLBACK_PROVIDERS: 'gemini',
      LLM_RATE_LIMIT_RPM_MAP: 'anthropic:1',
    });
    expect((await generate(started, fresh)).body).toMatchObject({ provider: 'gemini', degraded: true });
    const insisted = { ...fresh, provider: 'anthropic' };
    expect((await generate(started, insisted)).body).toMatchObject({ provider: 'anthropic' });
    expect((await generate(started, insisted)).status).toBe(429);
  });

  test('of all providers is 429 with the time until a token is free; equal calls take none', async () => {
    const started = await startLlm({ LLM_RATE_LIMIT_RPM_GLOBAL: '2' });
    await generate(started, asking);
    await generate(started, asking);
    await generate(started, fresh);
    const answer = await generate(started, fresh);
    expect([answer.status, codeOf(answer)]).toEqual([429, 'RATE_LIMITED']);
    const seconds = Number(answer.headers.get('retry-after'));
    expect(seconds).toBeGreaterThanOrEqual(1);
    expect(seconds).toBeLessThanOrEqual(30);
    expect(kit.simulator().hitCount('gemini')).toBe(2);
    expect((await kit.audited(6)).at(-1)).toMatchObject({ type: 'llm_reject', reason: 'RATE_LIMITED' });
  });

  test('of one provider goes to the next', async () => {
    const started = await startLlm({ LLM_RATE_LIMIT_RPM_MAP: 'gemini:1' });
    expect((await generate(started, fresh)).body).toMatchObject({ provider: 'gemini', degraded: false });
    expect((await generate(started, fresh)).body).toMatchObject({ provider: 'openai', degraded: true });
  });
});

test('a provider without money is not called again, and people are told once', async () => {
  const receiver = await startWebhookReceiver();
  kit.simulator().always('gemini', { kind: 'noMoney' });
  const started = await startLlm({ ALERT_WEBHOOK_URL: receiver.url('/base') });
  for (let call = 0; call < 3; call += 1) {
    expect((await generate(started, fresh)).body).toMatchObject({ provider: 'openai' });
  }
  expect(kit.simulator().hitCount('gemini')).toBe(1);
  expect(linesOf(started, 'PROVIDER_PARKED')).toMatchObject([{ provider: 'gemini', level: 'ERROR' }]);
  const entries = await kit.connection().xrange('{nexus}:alerts', '-', '+');
  const parked = entries.filter(([, fields]) => fields.join(' ').includes('provider_parked:gemini'));
  const delivered = receiver.received.filter(({ body }) => JSON.stringify(body).includes('provider_parked'));
  expect(parked.length + delivered.length).toBe(1);
  expect(await metricOf(started, 'nexus_llm_breaker_open{provider="gemini"}')).toBe(1);
  await receiver.stop();
});

test('audit records have the fields of their kind and no text', async () => {
  kit.simulator().script('gemini', [{ kind: 'throttled', seconds: 3 }]);
  const started = await startLlm();
  await generate(started, { ...fresh, team: 'sales', project: 'crm', purpose: 'letters', max_tokens: 50 });
  const [failed, attempt, success] = await kit.audited(3);
  const common = {
    purpose: 'letters',
    team: 'sales',
    project: 'crm',
    prompt_fp: expect.stringMatching(/^[0-9a-f]{16}$/),
  };
  expect(failed).toMatchObject({
    ...common,
    type: 'llm_provider_error',
    provider: 'gemini',
    reason: 'PROVIDER_RATE_LIMIT',
    retry_after_s: expect.any(Number),
    err: expect.any(String),
  });
  expect(Number.isInteger(failed?.['retry_after_s'])).toBe(true);
  expect(attempt).toMatchObject({ ...common, type: 'llm_attempt', provider: 'openai', model: 'gpt-5.2', reason: null });
  expect(success).toMatchObject({
    ...common,
    type: 'llm_success',
    provider: 'openai',
    budget_note: 'ok',
    max_output_tokens: 50,
    est_cost_usd: expect.stringMatching(/^0\.\d+$/),
    key_id: 'default',
    key_fp: expect.stringMatching(/^sha256:/),
  });
  expect(JSON.stringify([failed, attempt, success])).not.toContain('Hello there');
});

test('what a stopping supervisor has audited is stored', async () => {
  const started = await startLlm();
  await generate(started, fresh);
  await started.stop();
  expect(await kit.connection().xlen('{nexus}:llm-audit')).toBe(2);
});

test('metrics are there before any call, and tags beyond 200 become other', async () => {
  const started = await startLlm();
  const scrape = (await started.client.metrics()) as { body: string };
  for (const [metric, kind] of Object.entries({
    nexus_llm_generate_total: 'counter',
    nexus_llm_call_total: 'counter',
    nexus_llm_call_fail_total: 'counter',
    nexus_llm_call_latency_seconds: 'histogram',
    nexus_llm_cost_usd_total: 'counter',
    nexus_llm_dedupe_hits_total: 'counter',
    nexus_llm_dedupe_sets_total: 'counter',
    nexus_llm_breaker_open: 'gauge',
  })) {
    expect(scrape.body).toContain(`# TYPE ${metric} ${kind}\n`);
    expect(scrape.body).toMatch(new RegExp(`# HELP ${metric} \\S`));
  }
  for (let call = 0; call < 202; call += 1) await generate(started, { ...fresh, purpose: `p${call}` });
  const after = (await started.client.metrics()) as { body: string };
  const line = /^nexus_llm_cost_usd_total\{.*purpose="other",team="default",project="nexus",approx="0"\} /m;
  expect(after.body).toMatch(line);
  expect(after.body).not.toContain('purpose="p201"');
  expect(await metricOf(started, 'nexus_llm_call_total{provider="gemini",model="gemini-3-flash-preview"}')).toBe(202);
});
