import { describe, expect, test } from '@jest/globals';
import { codeOf, concluded, createLlmKit, generate, linesOf } from './testing/llm-kit.ts';

const kit = createLlmKit();
const { startLlm } = kit;

const schema = {
  type: 'object',
  required: ['city', 'population'],
  additionalProperties: false,
  properties: { city: { type: 'string' }, population: { type: 'integer' } },
};
const seoul = { city: 'Seoul', population: 9_400_000 };
const asking = { input_text: '서울에 대해 알려 주세요', schema, cache_ttl_s: 0 };

/** What gemini answers next, one text a call. */
function geminiSays(...replies: string[]): void {
  kit.simulator().script(
    'gemini',
    replies.map((reply) => ({ kind: 'text', reply })),
  );
}

/** The prompts gemini was sent, as text. */
function prompts(): string[] {
  return kit
    .simulator()
    .hits('gemini')
    .map(({ body }) => JSON.stringify(body));
}

describe('an answer in schema mode', () => {
  test('that is valid is not called repaired, and the provider was given the schema', async () => {
    geminiSays(JSON.stringify(seoul));
    const { status, body } = await generate(await startLlm(), asking);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      provider: 'gemini',
      schema_name: null,
      data: seoul,
      repaired: false,
      repair_provider: null,
      repair_model: null,
      disabled: false,
      usage: { approx_tokens: false },
    });
    expect(body).not.toHaveProperty('text');
    expect(prompts()[0]).toContain('population');
  });

  test('by name', async () => {
    const { body } = await generate(await startLlm(), { input_text: 'x', schema_name: 'excel_kakao_output' });
    expect(body).toMatchObject({ schema_name: 'excel_kakao_output', data: { result: { text: expect.any(String) } } });
  });

  test('mended here says repaired, without a model', async () => {
    geminiSays(`Here you are:\n\`\`\`json\n${JSON.stringify(seoul)}\n\`\`\``);
    const { body } = await generate(await startLlm(), asking);
    expect(body).toMatchObject({ data: seoul, repaired: true, repair_provider: null, repair_model: null });
    expect(kit.simulator().hitCount('gemini')).toBe(1);
  });

  test('repaired by a model: its prompt has schema, errors and the latest text; all is billed', async () => {
    geminiSays('{"city": 7}', '{"city":"Seoul"}', JSON.stringify(seoul));
    const started = await startLlm();
    const { body } = await generate(started, asking);
    expect(body).toMatchObject({
      data: seoul,
      repaired: true,
      repair_provider: 'gemini',
      repair_model: 'gemini-3-flash-preview',
    });
    expect(body['attempts']).toHaveLength(3);
    const [, first = '', second = ''] = prompts();
    expect(first).toContain('{\\"city\\": 7}');
    expect(second).toContain('{\\"city\\":\\"Seoul\\"}');
    for (const prompt of [first, second]) expect(prompt).toMatch(/population/);
    const { tokens_in, tokens_out } = body['usage'] as Record<string, number>;
    expect(body['cost_nano']).toBe(String(500 * (tokens_in ?? 0) + 3000 * (tokens_out ?? 0)));
    const records = await kit.audited(4);
    expect(records.map(({ purpose, type }) => `${String(purpose)} ${String(type)}`)).toEqual([
      'generic llm_attempt',
      'schema_repair llm_attempt',
      'schema_repair llm_attempt',
      'generic llm_success',
    ]);
  });

  test('that stays wrong is 422 with who wrote it, and the log says so', async () => {
    geminiSays('{"city": 7}', '{"city": 8}', '{"city": 9}');
    const started = await startLlm();
    const answer = await generate(started, { ...asking, schema: undefined, schema_name: 'fix_suggestion' });
    expect([answer.status, codeOf(answer)]).toEqual([422, 'SCHEMA_REPAIR_FAILED']);
    expect(answer.body).toMatchObject({
      provider: 'gemini',
      model: 'gemini-3-flash-preview',
      latency_ms: expect.any(Number),
      schema_name: 'fix_suggestion',
    });
    expect(kit.simulator().hitCount('gemini')).toBe(3);
    expect(linesOf(started, 'JSON_REPAIR_EXHAUSTED')).toMatchObject([
      { schema: 'fix_suggestion', attempts: 2, provider: 'gemini', err: expect.any(String) },
    ]);
  });

  test.each([
    ['SCHEMA_PARSE_ERROR', 'no json at all'],
    ['SCHEMA_VALIDATION_ERROR', '{"city": 7}'],
  ])('without repair its own failure is told: %s', async (code, reply) => {
    geminiSays(reply);
    const answer = await generate(await startLlm(), { ...asking, allow_repair: false });
    expect([answer.status, codeOf(answer)]).toEqual([422, code]);
    expect(kit.simulator().hitCount('gemini')).toBe(1);
  });

  test('that was cut off is never repaired, one that was refused is an outage', async () => {
    kit.simulator().script('gemini', [{ kind: 'truncated', reply: '{"city":"Se' }]);
    const started = await startLlm({ LLM_FALLBACK_PROVIDERS: 'gemini' });
    expect(codeOf(await generate(started, asking))).toBe('SCHEMA_PARSE_ERROR');
    expect(kit.simulator().hitCount('gemini')).toBe(1);
    kit.simulator().script('gemini', [{ kind: 'refusal' }]);
    expect(codeOf(await generate(started, asking))).toBe('PROVIDER_UPSTREAM_ERROR');
    expect(kit.simulator().hitCount('gemini')).toBe(2);
  });

  test('of a provider that was just probed heals it, and it may repair what it wrote', async () => {
    const started = await startLlm({ LLM_FALLBACK_PROVIDERS: 'gemini', BREAKER_FAIL_THRESHOLD: '1' });
    const past = { fail_count: 1, first_fail_ts: 1, open_until: 2, opened_ts: 1 };
    await kit.connection().hset('nexus:breaker:gemini', past);
    geminiSays('{"city": 7}', '{"city": 8}', JSON.stringify(seoul));
    const { status, body } = await generate(started, asking);
    expect([status, body]).toEqual([200, expect.objectContaining({ data: seoul, repair_provider: 'gemini' })]);
    expect(kit.simulator().hitCount('gemini')).toBe(3);
    expect(await kit.connection().hget('nexus:breaker:gemini', 'fail_count')).toBeNull();
  });

  test('of a provider that was just probed is followed by a repair that may fail on its own account', async () => {
    const started = await startLlm({ LLM_FALLBACK_PROVIDERS: 'gemini', BREAKER_FAIL_THRESHOLD: '1' });
    await kit.connection().hset('nexus:breaker:gemini', { fail_count: 1, first_fail_ts: 1, open_until: 2 });
    kit.simulator().script('gemini', [{ kind: 'text', reply: '{}' }, { kind: 'serverError' }]);
    expect(codeOf(await generate(started, asking))).toBe('PROVIDER_UPSTREAM_ERROR');
    expect(kit.simulator().hitCount('gemini')).toBe(2);
    await concluded(started);
    expect(linesOf(started, 'BREAKER_OPEN')).toMatchObject([{ provider: 'gemini', fail_count: 1 }]);
  });

  test('an outage during a repair is an outage', async () => {
    const started = await startLlm({ LLM_FALLBACK_PROVIDERS: 'gemini' });
    kit.simulator().script('gemini', [{ kind: 'text', reply: '{}' }, { kind: 'serverError' }]);
    expect(codeOf(await generate(started, asking))).toBe('PROVIDER_UPSTREAM_ERROR');
  });
});

describe('equal calls in schema mode', () => {
  const shared = { ...asking, cache_ttl_s: 60 };

  test('share a document that was repaired, and are told so', async () => {
    geminiSays('{"city": 7}', JSON.stringify(seoul));
    const started = await startLlm();
    const first = await generate(started, shared);
    const second = await generate(started, shared);
    expect(first.body).toMatchObject({ deduped: false, repaired: true, data: seoul });
    expect(second.body).toMatchObject({
      deduped: true,
      repaired: true,
      repair_provider: 'gemini',
      data: seoul,
      cost_nano: '0',
      latency_ms: 0,
    });
    expect(kit.simulator().hitCount('gemini')).toBe(2);
  });

  test('that take a document only as the model wrote it are never given a repaired one', async () => {
    geminiSays('{"city": 7}', JSON.stringify(seoul), '{"city": 8}', JSON.stringify(seoul));
    const started = await startLlm();
    const strict = { ...shared, allow_repair: false };
    await generate(started, shared);
    expect(codeOf(await generate(started, strict))).toBe('SCHEMA_VALIDATION_ERROR');
    expect((await generate(started, strict)).body).toMatchObject({ deduped: false, repaired: false, data: seoul });
    expect((await generate(started, strict)).body).toMatchObject({ deduped: true, repaired: false, data: seoul });
    expect((await generate(started, shared)).body).toMatchObject({ deduped: true, repaired: true });
    expect(kit.simulator().hitCount('gemini')).toBe(4);
  });

  test('share answers, never repairs: each is asked of a model again', async () => {
    geminiSays('{"city": 7}', JSON.stringify(seoul), '{"city": 7}', JSON.stringify(seoul));
    const started = await startLlm();
    await generate(started, shared);
    const other = await generate(started, { ...shared, input_text: 'tell me about Seoul' });
    expect(other.body).toMatchObject({ deduped: false, repaired: true, data: seoul });
    const [, first, , second] = prompts();
    expect(second).toBe(first);
  });

  test('never share one that is not valid', async () => {
    geminiSays('{}', JSON.stringify(seoul));
    const started = await startLlm();
    expect((await generate(started, { ...shared, allow_repair: false })).status).toBe(422);
    expect((await generate(started, { ...shared, allow_repair: false })).body).toMatchObject({
      deduped: false,
      data: seoul,
    });
  });

  test('of another schema are not equal', async () => {
    const started = await startLlm();
    geminiSays(JSON.stringify(seoul), '{"other":1}');
    await generate(started, shared);
    const other = await generate(started, { ...shared, schema: { type: 'object', required: ['other'] } });
    expect(other.body).toMatchObject({ deduped: false, data: { other: 1 } });
  });
});
