import { describe, expect, test } from '@jest/globals';
import type { Fault } from '@nexus/simulators';
import {
  codeOf,
  concluded,
  createLlmKit,
  framesOf,
  generate,
  keyOf,
  linesOf,
  metricOf,
  post,
  type Answer,
} from './testing/llm-kit.ts';

const kit = createLlmKit();
const { startLlm } = kit;

const asking = { input_text: 'Hello there', cache_ttl_s: 0 };

describe('an answer in text mode', () => {
  test('has who served it, what it used, what it cost', async () => {
    const started = await startLlm();
    const { status, body } = await generate(started, asking);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      provider: 'gemini',
      model: 'gemini-3-flash-preview',
      disabled: false,
      deduped: false,
      degraded: false,
      finish: 'stop',
      attempts: [{ provider: 'gemini', ok: true, reason: null }],
      usage: { approx_tokens: false },
    });
    expect(body['text']).toBe(body['output_text']);
    expect(body['text']).toContain('Hello there');
    const { tokens_in, tokens_out } = body['usage'] as Record<string, number>;
    expect(body['cost_nano']).toBe(String(500 * (tokens_in ?? 0) + 3000 * (tokens_out ?? 0)));
    expect(await metricOf(started, 'nexus_llm_generate_total{provider="gemini",outcome="ok"}')).toBe(1);
    expect((await started.client.health()) as unknown).toMatchObject({ body: { llm_provider: 'gemini' } });
  });

  test('input_text wins over input; system, turns and parameters reach the provider', async () => {
    const started = await startLlm();
    const messages = [{ role: 'assistant', content: 'before' }];
    await generate(started, {
      ...asking,
      input: 'no',
      system: 'be brief',
      messages,
      max_tokens: 90_000,
      temperature: 1,
    });
    const [hit] = kit.simulator().hits('gemini');
    const sent = JSON.stringify(hit?.body);
    expect(sent).toMatch(/be brief/);
    expect(sent).toMatch(/before/);
    expect(sent).not.toContain('"no"');
    expect(hit?.body).toMatchObject({ generationConfig: { maxOutputTokens: 8192, temperature: 1 } });
    await generate(started, { input: 'alias', cache_ttl_s: 0 });
    expect(kit.simulator().hits('gemini')[1]?.body).toMatchObject({
      generationConfig: { maxOutputTokens: 512, temperature: 0.2 },
    });
  });

  test('a provider by its alias and a model by its name make a chain of one', async () => {
    const started = await startLlm();
    const answer = await generate(started, { ...asking, provider: 'ZAI', model: 'glm-own' });
    expect(answer.body).toMatchObject({ provider: 'glm', model: 'glm-own' });
    kit.simulator().script('glm', [{ kind: 'serverError' }]);
    expect(codeOf(await generate(started, { ...asking, provider: 'gml' }))).toBe('PROVIDER_UPSTREAM_ERROR');
    expect(kit.simulator().hitCount('openai')).toBe(0);
  });

  test('an agent key is enough, no key is not', async () => {
    const started = await startLlm({ AGENT_API_KEY: 'agents-own' });
    const call = (headers: Record<string, string>) =>
      fetch(`${started.base}/llm/generate`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(asking),
      });
    expect((await call({ authorization: 'Bearer agents-own' })).status).toBe(200);
    expect((await call({})).status).toBe(401);
  });
});

describe('a request nobody can answer is 400 and reaches no provider', () => {
  test.each<[string, Record<string, unknown>]>([
    ['no input', {}],
    ['a blank input', { input_text: ' \n', input: 'text' }],
    ['an unknown schema', { ...asking, schema_name: '../fix_suggestion' }],
    ['two schemas', { ...asking, schema_name: 'fix_suggestion', schema: { type: 'object' } }],
    ['a schema that cannot be used', { ...asking, schema: { $ref: 'https://example.com/x' } }],
    ['an unknown preset', { ...asking, preset: '__proto__' }],
    ['a stream with a schema', { ...asking, schema_name: 'fix_suggestion', stream: true }],
    ['an unknown provider', { ...asking, provider: 'skynet' }],
  ])('%s', async (_name, body) => {
    const answer = await generate(await startLlm(), body);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'BAD_REQUEST']);
    expect(kit.simulator().hitCount('gemini')).toBe(0);
  });

  test('what does not fit by itself is 422', async () => {
    const answer = await generate(await startLlm(), { ...asking, temperature: 'warm' });
    expect([answer.status, codeOf(answer)]).toEqual([422, 'VALIDATION_ERROR']);
  });

  test('what a provider calls a bad request is 400 and goes to no other provider', async () => {
    kit.simulator().script('gemini', [{ kind: 'badRequest' }]);
    const answer = await generate(await startLlm(), asking);
    expect([answer.status, codeOf(answer)]).toEqual([400, 'BAD_REQUEST']);
    expect(kit.simulator().hitCount('openai')).toBe(0);
  });
});

const curable: [string, Fault][] = [
  ['an outage', { kind: 'serverError' }],
  ['an overload', { kind: 'overloaded' }],
  ['a 429', { kind: 'throttled', seconds: 1 }],
  ['a used-up quota', { kind: 'quotaPerDay' }],
  ['no money', { kind: 'noMoney' }],
  ['a refused key', { kind: 'badKey' }],
  ['a missing model', { kind: 'modelMissing' }],
  ['a page of HTML', { kind: 'html200' }],
  ['an error in a 200', { kind: 'errorIn200' }],
  ['broken JSON', { kind: 'brokenJson' }],
  ['a cut socket', { kind: 'cutSocketMidBody' }],
  ['an empty answer', { kind: 'emptyAnswer' }],
  ['a blocked prompt', { kind: 'blocked' }],
  ['a refusal', { kind: 'refusal' }],
];

describe('what another provider can cure moves on', () => {
  test.each(curable)('%s', async (_name, fault) => {
    kit.simulator().script('gemini', [fault]);
    const { status, body } = await generate(await startLlm(), asking);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      provider: 'openai',
      degraded: true,
      attempts: [
        { provider: 'gemini', ok: false },
        { provider: 'openai', ok: true },
      ],
    });
  });

  test('a hang, after the time of an attempt', async () => {
    kit.simulator().script('gemini', [{ kind: 'hang' }]);
    const { body } = await generate(await startLlm(), { ...asking, timeout_s: 0.2 });
    expect(body).toMatchObject({ provider: 'openai', attempts: [{ reason: 'PROVIDER_TIMEOUT' }, { ok: true }] });
  });
});

describe('when nobody could answer: 503 with the decisive code and Retry-After', () => {
  const alone = { LLM_FALLBACK_PROVIDERS: 'gemini' };
  test.each<[string, Fault, string]>([
    ['an outage', { kind: 'serverError' }, 'PROVIDER_UPSTREAM_ERROR'],
    ['a refused key', { kind: 'badKey' }, 'PROVIDER_AUTH_ERROR'],
    ['a 429', { kind: 'throttled', seconds: 7 }, 'PROVIDER_RATE_LIMIT'],
    ['a hang', { kind: 'hang' }, 'PROVIDER_TIMEOUT'],
    ['an empty answer', { kind: 'emptyAnswer' }, 'PROVIDER_UPSTREAM_ERROR'],
  ])('%s', async (_name, fault, code) => {
    kit.simulator().always('gemini', fault);
    const started = await startLlm(alone);
    const answer = await generate(started, { ...asking, timeout_s: 0.3 });
    expect([answer.status, codeOf(answer)]).toEqual([503, code]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThanOrEqual(code === 'PROVIDER_RATE_LIMIT' ? 7 : 1);
    expect(await metricOf(started, `nexus_llm_generate_total{provider="gemini",outcome="${code}"}`)).toBe(1);
  });

  test('a provider without a key that the caller insists on', async () => {
    const answer = await generate(await startLlm({ OPENAI_API_KEY: '' }), { ...asking, provider: 'openai' });
    expect([answer.status, codeOf(answer)]).toEqual([503, 'PROVIDER_DISABLED']);
  });

  test('an open circuit: nobody is called, BREAKER_OPEN is logged, the gauge says so', async () => {
    kit.simulator().always('gemini', { kind: 'serverError' });
    const started = await startLlm({ ...alone, BREAKER_FAIL_THRESHOLD: '2', BREAKER_COOLDOWN_SECONDS: '50' });
    await generate(started, asking);
    await generate(started, asking);
    const answer = await generate(started, asking);
    expect([answer.status, codeOf(answer)]).toEqual([503, 'PROVIDER_UPSTREAM_ERROR']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(40);
    expect(kit.simulator().hitCount('gemini')).toBe(2);
    await concluded(started);
    expect(linesOf(started, 'BREAKER_OPEN')).toMatchObject([{ provider: 'gemini', fail_count: 2, cooldown_s: 50 }]);
    expect(await metricOf(started, 'nexus_llm_breaker_open{provider="gemini"}')).toBe(1);
    expect(await metricOf(started, 'nexus_llm_breaker_open{provider="openai"}')).toBe(0);
  });
});

describe('a stream', () => {
  async function streamed(
    body: Record<string, unknown>,
  ): Promise<{ response: Response; frames: Awaited<ReturnType<typeof framesOf>> }> {
    const response = await post(await startLlm(), '/llm/generate', { ...body, stream: true });
    return { response, frames: await framesOf(response) };
  }

  test('is deltas and one done with the whole answer', async () => {
    const { response, frames } = await streamed(asking);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const deltas = frames.filter(({ event }) => event === 'delta');
    const done = frames.filter(({ event }) => event === 'done').map(({ data }) => JSON.parse(data) as { text: string });
    expect(deltas.length).toBeGreaterThan(1);
    expect(done).toHaveLength(1);
    expect(done[0]).toMatchObject({
      provider: 'gemini',
      disabled: false,
      finish: 'stop',
      cost_nano: expect.anything(),
    });
    expect(deltas.map(({ data }) => (JSON.parse(data) as { text: string }).text).join('')).toBe(done[0]?.text);
    expect(frames).toHaveLength(deltas.length + 1);
  });

  test('that breaks ends with one error', async () => {
    kit.simulator().script('gemini', [{ kind: 'errorAfterFirstEvent' }]);
    const { response, frames } = await streamed(asking);
    expect(response.status).toBe(200);
    expect(frames.at(-1)?.event).toBe('error');
    expect(JSON.parse(frames.at(-1)?.data ?? '')).toMatchObject({ error: { code: 'PROVIDER_UPSTREAM_ERROR' } });
    expect(frames.filter(({ event }) => event !== 'delta')).toHaveLength(1);
    expect(kit.simulator().hitCount('openai')).toBe(0);
  });

  test('falls back before its first token, and answers a status when nobody can', async () => {
    kit.simulator().always('gemini', { kind: 'overloaded' });
    const { frames } = await streamed(asking);
    expect(JSON.parse(frames.at(-1)?.data ?? '')).toMatchObject({ provider: 'openai', degraded: true });
    kit.simulator().always('openai', { kind: 'overloaded' });
    kit.simulator().always('anthropic', { kind: 'overloaded' });
    kit.simulator().always('glm', { kind: 'overloaded' });
    const { response } = await streamed(asking);
    expect(response.status).toBe(503);
    expect(response.headers.get('retry-after')).not.toBeNull();
  });

  test('whose client hangs up is billed and audited', async () => {
    kit.simulator().script('gemini', [{ kind: 'hangStreamAfter', events: 2 }]);
    const started = await startLlm();
    const client = new AbortController();
    const response = await post(started, '/llm/generate', { ...asking, stream: true, signal: client.signal });
    await response.body?.getReader().read();
    client.abort();
    await kit.simulator().settled();
    expect(kit.simulator().hits('gemini')).toMatchObject([{ aborted: true }]);
    const records = await kit.audited(2);
    expect(records.map(({ type, reason }) => [type, reason])).toEqual(
      expect.arrayContaining([
        ['llm_provider_error', 'CANCELLED'],
        ['llm_fail', 'CANCELLED'],
      ]),
    );
    const cost = (await started.client.metrics()) as { body: string };
    expect(cost.body).toMatch(/nexus_llm_cost_usd_total\{provider="gemini",.*approx="1"\} [0-9.e-]+/);
  });
});

describe('while no provider is configured', () => {
  const noKeys = { GEMINI_API_KEY: '', OPENAI_API_KEY: '', ANTHROPIC_API_KEY: '', GLM_API_KEY: '' };

  test('text is a marked placeholder, streamed too', async () => {
    const started = await startLlm(noKeys);
    const { status, body } = await generate(started, asking);
    expect(status).toBe(200);
    expect(body).toMatchObject({ provider: 'noop', model: 'noop', latency_ms: 0, disabled: true, cost_nano: '0' });
    expect([body['text'], body['output_text']]).toEqual(['LLM_DISABLED', 'LLM_DISABLED']);
    const frames = await framesOf(await post(started, '/llm/generate', { ...asking, stream: true, provider: 'glm' }));
    expect(frames.map(({ event }) => event)).toEqual(['delta', 'done']);
    expect(await started.client.health()).toMatchObject({ body: { llm_provider: 'none' } });
  });

  test('a document is valid for its schema', async () => {
    const started = await startLlm(noKeys);
    const excel = await generate(started, { ...asking, schema_name: 'excel_kakao_output' });
    expect(excel.body).toMatchObject({
      disabled: true,
      schema_name: 'excel_kakao_output',
      repaired: false,
      data: { action: 'noop', result: { text: 'LLM_DISABLED' }, warnings: ['LLM disabled'] },
    });
    const fix = await generate(started, { ...asking, schema_name: 'fix_suggestion' });
    expect(fix.body['data']).toMatchObject({ verification: { tests: [expect.any(String)] } });
    const schema = { type: 'object', required: ['n'], properties: { n: { type: 'integer', minimum: 7 } } };
    const inline = await generate(started, { ...asking, schema });
    expect(inline.body).toMatchObject({ schema_name: null, data: { n: 7 }, disabled: true });
  });

  test('with LLM_REQUIRED it is 503, for an outage never a placeholder', async () => {
    const answer = await generate(await startLlm({ ...noKeys, LLM_REQUIRED: 'true' }), asking);
    expect([answer.status, codeOf(answer)]).toEqual([503, 'LLM_DISABLED']);
    expect(answer.headers.get('retry-after')).not.toBeNull();
  });
});

test('no secret and no prompt is in any log line, error or audit record', async () => {
  for (const provider of ['gemini', 'openai', 'anthropic', 'glm'] as const) {
    kit.simulator().always(provider, { kind: 'badKey' });
  }
  const started = await startLlm();
  const answers: Answer[] = [];
  for (const provider of ['gemini', 'openai', 'anthropic', 'glm']) {
    answers.push(await generate(started, { ...asking, input_text: 'a most private sentence of somebody', provider }));
  }
  const records = await kit.audited(8);
  const shown = JSON.stringify([answers.map(({ body }) => body), started.lines, records]);
  for (const provider of ['gemini', 'openai', 'anthropic', 'glm'] as const)
    expect(shown).not.toContain(keyOf(provider));
  expect(shown).not.toContain('most private');
  expect(records[0]).toMatchObject({
    type: 'llm_provider_error',
    provider: 'gemini',
    reason: 'PROVIDER_AUTH_ERROR',
    prompt_fp: expect.stringMatching(/^[0-9a-f]{16}$/),
    key_id: 'default',
    key_fp: expect.stringMatching(/^sha256:[0-9a-f]{12}$/),
  });
});
