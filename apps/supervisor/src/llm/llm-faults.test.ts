import { describe, expect, test } from '@jest/globals';
import type { Fault } from '@nexus/simulators';
import { codeOf, concluded, createLlmKit, framesOf, generate, linesOf, metricOf, post } from './testing/llm-kit.ts';

const kit = createLlmKit();
const { startLlm } = kit;

const asking = { input_text: 'Hello there', cache_ttl_s: 0 };
const chat = { model: 'nexus', messages: [{ role: 'user', content: 'Hello there' }], metadata: { cache_ttl_s: '0' } };
const alone = { LLM_FALLBACK_PROVIDERS: 'gemini' };
const TEN_YEARS = 315_360_000;

describe('a wait that a provider asks for', () => {
  test.each<[string, 'openai' | 'anthropic', Fault]>([
    ['a date in the past', 'openai', { kind: 'throttled', as: 'date', seconds: -3600 }],
    ['a date in the past', 'anthropic', { kind: 'throttled', as: 'date', seconds: -3600 }],
    ['negative seconds', 'anthropic', { kind: 'throttled', as: 'seconds', seconds: -5 }],
  ])('%s of %s is none: the next call asks it again', async (_name, provider, fault) => {
    kit.simulator().script(provider, [fault]);
    const started = await startLlm();
    const answer = await generate(started, { ...asking, provider });
    expect([answer.status, codeOf(answer)]).toEqual([503, 'PROVIDER_RATE_LIMIT']);
    expect(answer.headers.get('retry-after')).toBe('1');
    expect((await generate(started, { ...asking, provider })).status).toBe(200);
  });

  test.each<[string, Fault]>([
    ['of seconds', { kind: 'throttled', as: 'seconds', seconds: TEN_YEARS }],
    ['of milliseconds', { kind: 'throttled', as: 'milliseconds', seconds: TEN_YEARS }],
    ['as a date', { kind: 'throttled', as: 'date', seconds: TEN_YEARS }],
  ])('ten years %s are a day, for the caller too', async (_name, fault) => {
    kit.simulator().script('openai', [fault]);
    const started = await startLlm();
    for (let call = 0; call < 2; call += 1) {
      const answer = await generate(started, { ...asking, provider: 'openai' });
      expect(answer.status).toBe(503);
      expect(Number(answer.headers.get('retry-after'))).toBeLessThanOrEqual(86_400);
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(86_000);
    }
    expect(kit.simulator().hitCount('openai')).toBe(1);
  });

  test('that is longer than the call has left moves on at once', async () => {
    kit.simulator().script('gemini', [{ kind: 'throttled', seconds: 3600 }]);
    const { body } = await generate(await startLlm({ LLM_MAX_RETRIES: '2' }), asking);
    expect(body).toMatchObject({ provider: 'openai', degraded: true });
    expect(kit.simulator().hitCount('gemini')).toBe(1);
  });
});

describe('what GLM says in numeric strings', () => {
  const glm = { ...asking, provider: 'glm' };
  test.each<[string, string, number]>([
    ['1113', 'PROVIDER_RATE_LIMIT', 1],
    ['1211', 'PROVIDER_UPSTREAM_ERROR', 2],
    ['1234', 'PROVIDER_UPSTREAM_ERROR', 2],
    ['1302', 'PROVIDER_RATE_LIMIT', 2],
    ['1305', 'PROVIDER_UPSTREAM_ERROR', 2],
    ['1308', 'PROVIDER_RATE_LIMIT', 1],
    ['1313', 'PROVIDER_AUTH_ERROR', 2],
  ])('%s is %s, and a second call makes %d', async (number, code, hits) => {
    kit.simulator().script('glm', [{ kind: 'glmCode', code: number as '1113' }]);
    const started = await startLlm();
    const answer = await generate(started, glm);
    expect([answer.status, codeOf(answer)]).toEqual([503, code]);
    await generate(started, glm);
    expect(kit.simulator().hitCount('glm')).toBe(hits);
  });
});

test('529 of Anthropic is an outage that the next one cures', async () => {
  kit.simulator().script('anthropic', [{ kind: 'overloaded' }]);
  const started = await startLlm({ LLM_PRIMARY_PROVIDER: 'anthropic', LLM_FALLBACK_PROVIDERS: 'openai' });
  const { body } = await generate(started, asking);
  expect(kit.simulator().hits('anthropic')).toMatchObject([{ status: 529 }]);
  expect(body).toMatchObject({
    provider: 'openai',
    attempts: [{ provider: 'anthropic', reason: 'PROVIDER_UPSTREAM_ERROR' }, { ok: true }],
  });
});

describe('usage of a stream', () => {
  const providers = ['gemini', 'openai', 'anthropic', 'glm'];
  async function usageOf(provider: string, fault: Fault): Promise<Record<string, unknown>> {
    kit.simulator().script(provider as 'gemini', [fault]);
    const response = await post(await startLlm(), '/llm/generate', { ...asking, provider, stream: true });
    const done = (await framesOf(response)).at(-1);
    expect(done?.event).toBe('done');
    return JSON.parse(done?.data ?? '') as Record<string, unknown>;
  }

  test.each(providers)('of %s that comes in the last event only is the provider’s own', async (provider) => {
    const { usage } = await usageOf(provider, { kind: 'usageLastChunkOnly' });
    expect(usage).toMatchObject({ approx_tokens: false });
    expect((usage as { tokens_out: number }).tokens_out).toBeGreaterThan(0);
  });

  test.each(providers)('of %s that never comes is counted, marked and paid', async (provider) => {
    const { usage, cost_nano } = await usageOf(provider, { kind: 'usageNever' });
    expect(usage).toMatchObject({ approx_tokens: true });
    expect((usage as { tokens_out: number }).tokens_out).toBeGreaterThan(0);
    expect(Number(cost_nano)).toBeGreaterThan(0);
  });
});

describe('a caller who hangs up', () => {
  test.each([
    ['/llm/generate', asking, { kind: 'hang' }],
    ['/llm/generate', { ...asking, schema_name: 'fix_suggestion' }, { kind: 'hang' }],
    ['/v1/chat/completions', { ...chat, stream: true }, { kind: 'hangStreamAfter', events: 2 }],
  ] as const)('on %s is billed for what was made, and the provider is let go', async (path, body, fault) => {
    kit.simulator().script('gemini', [fault]);
    const started = await startLlm();
    const caller = new AbortController();
    const answer = post(started, path, { ...body, signal: caller.signal }).then(async (response) => {
      await response.body?.getReader().read();
    });
    answer.catch(() => undefined);
    await kit.simulator().arrived('gemini', 1);
    if ('stream' in body) await answer;
    caller.abort();
    await kit.simulator().settled();
    expect(kit.simulator().hits('gemini')).toMatchObject([{ aborted: true }]);
    const failed = (await kit.audited(2)).find(({ type }) => type === 'llm_fail');
    expect(failed).toMatchObject({ reason: 'CANCELLED', budget_note: 'ok', est_cost_usd: expect.any(String) });
    expect(kit.simulator().hitCount('openai')).toBe(0);
    const scrape = (await started.client.metrics()) as { body: string };
    expect(scrape.body).toMatch(/^nexus_llm_cost_usd_total\{provider="gemini",.*approx="1"\} [0-9.e-]+$/m);
  });
});

test('at the end of an open circuit one of 200 callers asks the provider', async () => {
  const started = await startLlm({ ...alone, BREAKER_FAIL_THRESHOLD: '1' });
  await kit.connection().hset('nexus:breaker:gemini', { fail_count: 1, first_fail_ts: 1, open_until: 2 });
  kit.simulator().script('gemini', [{ kind: 'hang' }]);
  const probe = new AbortController();
  let refused = 0;
  const others = new Promise<void>((resolve) => {
    const told = (): void => {
      refused += 1;
      if (refused === 199) resolve();
    };
    for (let caller = 0; caller < 200; caller += 1) {
      post(started, '/llm/generate', { ...asking, input_text: `caller ${caller}`, signal: probe.signal })
        .then((response) => {
          expect(response.status).toBe(503);
          told();
        })
        .catch(() => undefined);
    }
  });
  await others;
  expect(kit.simulator().hitCount('gemini')).toBe(1);
  probe.abort();
  await kit.audited(201);
  expect((await generate(started, asking)).status).toBe(200);
  expect(kit.simulator().hitCount('gemini')).toBe(2);
  expect(await metricOf(started, 'nexus_llm_breaker_open{provider="gemini"}')).toBe(0);
});

describe('Redis that dies while a model is at work', () => {
  async function revive(): Promise<void> {
    const connection = kit.connection();
    // Not events.once: the errors of its tries to connect are no end of the waiting.
    const back = new Promise<void>((resolve) => connection.once('ready', resolve));
    await kit.redis().restart();
    if (connection.status !== 'ready') await back;
  }

  test.each([false, true])(
    'costs the caller nothing, streamed: %s; nobody spends blindly meanwhile; what was spent is counted when it is back',
    async (stream) => {
      kit.simulator().script('gemini', [stream ? { kind: 'slowStream', ms: 60 } : { kind: 'slow', ms: 300 }]);
      const started = await startLlm(alone);
      const shared = { ...asking, cache_ttl_s: 60 };
      const asked = post(started, '/llm/generate', { ...shared, stream });
      await kit.simulator().arrived('gemini', 1);
      await kit.redis().kill();
      const answer = await (await asked).text();
      expect(answer).toContain('Hello there');
      if (stream) expect(answer).toMatch(/^event: done$/m);
      const cost = /"cost_nano": ?"(\d+)"/.exec(answer)?.[1];
      expect(codeOf(await generate(started, shared))).toBe('STORE_UNAVAILABLE');
      expect(kit.simulator().hitCount('gemini')).toBe(1);
      await concluded(started);
      expect(linesOf(started, 'LLM_GUARDS_LOCAL').length).toBeGreaterThan(0);
      expect(linesOf(started, 'LLM_SETTLE_FAILED')).toHaveLength(1);
      expect(linesOf(started, 'HTTP_FAULT')).toEqual([]);
      await revive();
      while ((await started.client.ready()).status !== 200);
      const counted = async () => {
        const budgets = await started.client.finopsBudgets();
        return budgets.ok ? budgets.body.budgets[0] : undefined;
      };
      while ((await counted())?.spent_nano !== cost);
      expect(await counted()).toMatchObject({ spent_nano: cost, reserved_nano: '0' });
      expect((await generate(started, shared)).body).toMatchObject({ provider: 'gemini', deduped: false });
      expect(await kit.connection().keys('{nexus}:llm:claim:*')).toEqual([]);
    },
    30_000,
  );
});
