import { access, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { startTestRedis } from '@nexus/local-redis';
import type { SimulatedProvider } from '@nexus/simulators';
import type { Env } from '../testing/settings-kit.ts';
import { llmVariables } from './llm-variables.ts';
import { codeOf, concluded, createLlmKit, generate, keyOf, linesOf, type Answer } from './testing/llm-kit.ts';

const kit = createLlmKit();
const { read, startLlm } = kit;

const fresh = { input_text: 'Hello there', cache_ttl_s: 0 };
const noKeys = { GEMINI_API_KEY: '', OPENAI_API_KEY: '', ANTHROPIC_API_KEY: '', GLM_API_KEY: '' };

/** The answer of a supervisor with this environment. */
async function answerOf(over: Env, body: Record<string, unknown> = fresh): Promise<Answer> {
  return generate(await startLlm(over), body);
}

async function servedBy(over: Env, body?: Record<string, unknown>): Promise<unknown> {
  const { body: answer } = await answerOf(over, body);
  return answer['provider'];
}

async function lastHit(provider: SimulatedProvider, over: Env) {
  await answerOf(over, { ...fresh, provider });
  const hit = kit.simulator().hits(provider).at(-1);
  if (hit === undefined) throw new Error(`${provider} was not called`);
  return hit;
}

/** What the provider was sent as its key. */
async function keySent(provider: SimulatedProvider, over: Env): Promise<string> {
  const { headers } = await lastHit(provider, over);
  return JSON.stringify([headers['authorization'], headers['x-api-key'], headers['x-goog-api-key']]);
}

async function modelOf(provider: SimulatedProvider, over: Env): Promise<unknown> {
  return (await answerOf(over, { ...fresh, provider })).body['model'];
}

/** A key list wins over the single key; the active id chooses. */
async function provesKeyList(provider: SimulatedProvider, prefix: string): Promise<void> {
  const list = JSON.stringify([
    { id: 'old', key: 'key-number-one', active: true },
    { id: 'new', key: 'key-number-two', active: true },
    { id: 'off', key: 'key-number-three', active: false },
  ]);
  const names = { list: `${prefix}_API_KEYS_JSON`, active: `${prefix}_ACTIVE_KEY_ID` };
  expect(await keySent(provider, { [names.list]: list })).toContain('key-number-one');
  expect(await keySent(provider, { [names.list]: list, [names.active]: 'new' })).toContain('key-number-two');
  expect(await keySent(provider, { [names.list]: list, [names.active]: 'off' })).toContain('key-number-one');
  expectProblem({ [names.list]: '[{"id":"a"}]' }, names.list);
}

async function provesKey(provider: SimulatedProvider, name: string): Promise<void> {
  expect(await keySent(provider, { [name]: 'another-key' })).toContain('another-key');
}

async function provesBase(provider: SimulatedProvider, name: string): Promise<void> {
  const answer = await answerOf({ [name]: 'http://127.0.0.1:9/none' }, { ...fresh, provider });
  expect(codeOf(answer)).toBe('PROVIDER_UPSTREAM_ERROR');
  expect(await servedBy({ [name]: kit.simulator().bases[provider] }, { ...fresh, provider })).toBe(provider);
  expectProblem({ [name]: 'not a url' }, name);
}

function expectProblem(env: Env, name: string): void {
  const result = read({ REDIS_URL: kit.redis().url, ...env });
  expect(result).toMatchObject({ ok: false, problems: [{ name }] });
}

/** How often gemini is called before the chain moves on. */
async function triesWith(over: Env): Promise<number> {
  kit.simulator().reset();
  kit.simulator().always('gemini', { kind: 'throttled', seconds: 0.01 });
  await answerOf(over);
  return kit.simulator().hitCount('gemini');
}

/** Answers to equal requests, one after the other: were they from memory? */
async function dedupedWith(over: Env, body: Record<string, unknown> = { input_text: 'Hello there' }): Promise<unknown> {
  await kit.connection().flushall();
  const started = await startLlm(over);
  await generate(started, body);
  return (await generate(started, body)).body['deduped'];
}

const preset = { brief: { system: 'be brief', provider: 'glm', model: 'glm-p', temperature: 1, max_tokens: 33 } };

type Name = keyof typeof llmVariables;

const proofs: Record<Name, () => Promise<void>> = {
  async LLM_PROVIDER() {
    expect(await servedBy({ LLM_PROVIDER: 'OpenAI' })).toBe('openai');
    const started = await startLlm({ LLM_PROVIDER: 'skynet', LLM_FALLBACKS: 'openai' });
    expect(linesOf(started, 'LLM_UNKNOWN_PROVIDER')).toMatchObject([{ name: 'skynet', level: 'WARN' }]);
  },
  async LLM_FALLBACKS() {
    expect(await servedBy({ GEMINI_API_KEY: '', LLM_FALLBACKS: 'gml' })).toBe('glm');
  },
  async LLM_PRIMARY_PROVIDER() {
    expect(await servedBy({ LLM_PROVIDER: 'openai', LLM_PRIMARY_PROVIDER: 'anthropic' })).toBe('anthropic');
  },
  async LLM_FALLBACK_PROVIDERS() {
    const env = { GEMINI_API_KEY: '', LLM_FALLBACKS: 'glm', LLM_FALLBACK_PROVIDERS: 'anthropic' };
    expect(await servedBy(env)).toBe('anthropic');
  },
  async LLM_REQUIRED() {
    expect((await answerOf(noKeys)).body).toMatchObject({ disabled: true });
    expect(codeOf(await answerOf({ ...noKeys, LLM_REQUIRED: 'true' }))).toBe('LLM_DISABLED');
  },
  async GEMINI_MODEL() {
    expect(await modelOf('gemini', { GEMINI_MODEL: 'gemini-own' })).toBe('gemini-own');
  },
  async OPENAI_MODEL() {
    expect(await modelOf('openai', { OPENAI_MODEL: 'gpt-own' })).toBe('gpt-own');
  },
  async ANTHROPIC_MODEL() {
    expect(await modelOf('anthropic', { ANTHROPIC_MODEL: 'claude-own' })).toBe('claude-own');
  },
  async GLM_MODEL() {
    expect(await modelOf('glm', { GLM_MODEL: 'glm-own' })).toBe('glm-own');
    expect(await modelOf('glm', { ZAI_MODEL: 'glm-alias' })).toBe('glm-alias');
  },
  async OPENAI_COMPATIBLE_MODEL() {
    const env = { OPENAI_COMPATIBLE_API_BASE: kit.simulator().bases['openai-compatible'] };
    expect(await modelOf('openai-compatible', { ...env, OPENAI_COMPATIBLE_MODEL: 'llama-own' })).toBe('llama-own');
  },
  GEMINI_API_BASE: () => provesBase('gemini', 'GEMINI_API_BASE'),
  OPENAI_API_BASE: () => provesBase('openai', 'OPENAI_API_BASE'),
  ANTHROPIC_API_BASE: () => provesBase('anthropic', 'ANTHROPIC_API_BASE'),
  async ANTHROPIC_VERSION() {
    const { headers } = await lastHit('anthropic', { ANTHROPIC_VERSION: '2030-01-01' });
    expect(headers['anthropic-version']).toBe('2030-01-01');
  },
  GLM_API_BASE: () => provesBase('glm', 'GLM_API_BASE'),
  async ZAI_BASE_URL() {
    const whole = `${kit.simulator().bases.glm}/chat/completions`;
    expect(await servedBy({ GLM_API_BASE: '', ZAI_BASE_URL: whole }, { ...fresh, provider: 'glm' })).toBe('glm');
    const both = { GLM_API_BASE: 'http://127.0.0.1:9', ZAI_BASE_URL: whole };
    expect(codeOf(await answerOf(both, { ...fresh, provider: 'glm' }))).toBe('PROVIDER_UPSTREAM_ERROR');
  },
  async OPENAI_COMPATIBLE_API_BASE() {
    const body = { ...fresh, provider: 'openai-compatible' };
    expect(codeOf(await answerOf({}, body))).toBe('PROVIDER_DISABLED');
    const env = { OPENAI_COMPATIBLE_API_BASE: kit.simulator().bases['openai-compatible'] };
    expect(await servedBy(env, body)).toBe('openai-compatible');
    expect(await servedBy({ ...env, LLM_PRIMARY_PROVIDER: 'openai-compatible' })).toBe('openai-compatible');
  },
  GEMINI_API_KEY: () => provesKey('gemini', 'GEMINI_API_KEY'),
  OPENAI_API_KEY: () => provesKey('openai', 'OPENAI_API_KEY'),
  ANTHROPIC_API_KEY: () => provesKey('anthropic', 'ANTHROPIC_API_KEY'),
  async GLM_API_KEY() {
    await provesKey('glm', 'GLM_API_KEY');
    expect(await keySent('glm', { GLM_API_KEY: '', ZAI_API_KEY: 'alias-key' })).toContain('alias-key');
  },
  async OPENAI_COMPATIBLE_API_KEY() {
    const env = { OPENAI_COMPATIBLE_API_BASE: kit.simulator().bases['openai-compatible'] };
    expect(await keySent('openai-compatible', env)).toBe('[null,null,null]');
    const own = { ...env, OPENAI_COMPATIBLE_API_KEY: 'own-key' };
    expect(await keySent('openai-compatible', own)).toContain('Bearer own-key');
  },
  GEMINI_API_KEYS_JSON: () => provesKeyList('gemini', 'GEMINI'),
  OPENAI_API_KEYS_JSON: () => provesKeyList('openai', 'OPENAI'),
  ANTHROPIC_API_KEYS_JSON: () => provesKeyList('anthropic', 'ANTHROPIC'),
  GLM_API_KEYS_JSON: () => provesKeyList('glm', 'GLM'),
  GEMINI_ACTIVE_KEY_ID: () => provesKeyList('gemini', 'GEMINI'),
  OPENAI_ACTIVE_KEY_ID: () => provesKeyList('openai', 'OPENAI'),
  ANTHROPIC_ACTIVE_KEY_ID: () => provesKeyList('anthropic', 'ANTHROPIC'),
  GLM_ACTIVE_KEY_ID: () => provesKeyList('glm', 'GLM'),
  async LLM_REQUEST_TIMEOUT_S() {
    kit.simulator().script('gemini', [{ kind: 'hang' }]);
    const { body } = await answerOf({ LLM_REQUEST_TIMEOUT_S: '0.2' });
    expect(body).toMatchObject({ attempts: [{ reason: 'PROVIDER_TIMEOUT' }, { ok: true }] });
  },
  async LLM_TOTAL_TIMEOUT_SECONDS() {
    for (const provider of ['gemini', 'openai', 'anthropic', 'glm'] as const) {
      kit.simulator().always(provider, { kind: 'hang' });
    }
    const answer = await answerOf({ LLM_TOTAL_TIMEOUT_SECONDS: '0.3' });
    expect(codeOf(answer)).toBe('PROVIDER_TIMEOUT');
  },
  async LLM_MAX_RETRIES() {
    expect(await triesWith({ LLM_MAX_RETRIES: '0' })).toBe(1);
    await kit.connection().flushall();
    kit.simulator().reset();
    kit.simulator().script('gemini', [{ kind: 'serverError' }]);
    expect(await servedBy({ LLM_MAX_RETRIES: '1' })).toBe('gemini');
    expect(kit.simulator().hitCount('gemini')).toBe(2);
  },
  async LLM_RATE_LIMIT_RPM() {
    const started = await startLlm({ LLM_RATE_LIMIT_RPM: '1', LLM_RATE_LIMIT_RPM_GLOBAL: '10' });
    expect((await generate(started, fresh)).body['provider']).toBe('gemini');
    expect((await generate(started, fresh)).body['provider']).toBe('openai');
    await kit.connection().flushall();
    const alone = await startLlm({ LLM_RATE_LIMIT_RPM: '1' });
    await generate(alone, fresh);
    expect(codeOf(await generate(alone, fresh))).toBe('RATE_LIMITED');
  },
  async LLM_RATE_LIMIT_RPM_GLOBAL() {
    const started = await startLlm({ LLM_RATE_LIMIT_RPM_GLOBAL: '1' });
    await generate(started, fresh);
    expect((await generate(started, fresh)).status).toBe(429);
  },
  async LLM_RATE_LIMIT_RPM_MAP() {
    const started = await startLlm({ LLM_RATE_LIMIT_RPM_MAP: 'GEMINI:1, zai : 5' });
    await generate(started, fresh);
    expect((await generate(started, fresh)).body['provider']).toBe('openai');
    expectProblem({ LLM_RATE_LIMIT_RPM_MAP: 'skynet:1' }, 'LLM_RATE_LIMIT_RPM_MAP');
    expectProblem({ LLM_RATE_LIMIT_RPM_MAP: 'gemini:0' }, 'LLM_RATE_LIMIT_RPM_MAP');
  },
  async LLM_DEFAULT_TEAM() {
    await answerOf({ LLM_DEFAULT_TEAM: 'own-team' });
    expect((await kit.audited(2))[0]).toMatchObject({ team: 'own-team', project: 'nexus' });
  },
  async LLM_DEFAULT_PROJECT() {
    await answerOf({ LLM_DEFAULT_PROJECT: 'own-project' });
    expect((await kit.audited(2))[0]).toMatchObject({ team: 'default', project: 'own-project' });
  },
  async LLM_PRESETS_JSON() {
    const started = await startLlm({ LLM_PRESETS_JSON: JSON.stringify(preset) });
    const { body } = await generate(started, { ...fresh, preset: 'brief', temperature: 0 });
    expect(body).toMatchObject({ provider: 'glm', model: 'glm-p' });
    const [hit] = kit.simulator().hits('glm');
    expect(hit?.body).toMatchObject({ max_tokens: 33, temperature: 0, messages: [{ content: 'be brief' }, {}] });
    expectProblem({ LLM_PRESETS_JSON: '{"a":{"colour":1}}' }, 'LLM_PRESETS_JSON');
    expectProblem({ LLM_PRESETS_JSON: '{"a":{"provider":"skynet"}}' }, 'LLM_PRESETS_JSON');
  },
  async LLM_BUDGET_DAILY_USD() {
    expect((await answerOf({ LLM_BUDGET_DAILY_USD: '0' })).status).toBe(402);
    expect((await answerOf({ LLM_BUDGET_DAILY_USD: '1.50' })).status).toBe(200);
    expectProblem({ LLM_BUDGET_DAILY_USD: '1e3' }, 'LLM_BUDGET_DAILY_USD');
    expectProblem({ LLM_BUDGET_DAILY_USD: '-1' }, 'LLM_BUDGET_DAILY_USD');
  },
  async LLM_BUDGET_SOFT_PCT() {
    expect((await answerOf({ LLM_BUDGET_SOFT_PCT: '0' })).body['degraded']).toBe(true);
  },
  async LLM_BUDGET_HARD_PCT() {
    expect((await answerOf({ LLM_BUDGET_HARD_PCT: '0.000001' })).status).toBe(402);
  },
  async LLM_SOFT_DEGRADE_MAX_OUTPUT_TOKENS() {
    const env = { LLM_BUDGET_SOFT_PCT: '0', LLM_SOFT_DEGRADE_MAX_OUTPUT_TOKENS: '17' };
    expect((await lastHit('gemini', env)).body).toMatchObject({ generationConfig: { maxOutputTokens: 17 } });
  },
  async LLM_SOFT_DEGRADE_PREFER_CHEAPEST() {
    const env = { LLM_BUDGET_SOFT_PCT: '0', LLM_PRIMARY_PROVIDER: 'openai', LLM_FALLBACK_PROVIDERS: 'gemini' };
    expect(await servedBy(env)).toBe('gemini');
    expect(await servedBy({ ...env, LLM_SOFT_DEGRADE_PREFER_CHEAPEST: 'false' })).toBe('openai');
  },
  async LLM_PRICING_JSON() {
    const prices = { gemini: { default: { prompt: 1, completion: '0' } } };
    const { body } = await answerOf({ LLM_PRICING_JSON: JSON.stringify(prices) });
    const { tokens_in } = body['usage'] as { tokens_in: number };
    expect(body['cost_nano']).toBe(String(tokens_in * 1_000_000));
    expectProblem({ LLM_PRICING_JSON: '{' }, 'LLM_PRICING_JSON');
    expectProblem({ LLM_PRICING_JSON: '{"skynet":{"prompt":1}}' }, 'LLM_PRICING_JSON');
  },
  async LLM_AUDIT_ENABLED() {
    const started = await startLlm({ LLM_AUDIT_ENABLED: 'false' });
    await generate(started, fresh);
    await started.stop();
    expect(await kit.connection().exists('{nexus}:llm-audit')).toBe(0);
  },
  async BREAKER_WINDOW_SECONDS() {
    kit.simulator().script('gemini', [{ kind: 'serverError' }]);
    await answerOf({ BREAKER_WINDOW_SECONDS: '70000' });
    expect(await kit.connection().ttl('nexus:breaker:gemini')).toBeGreaterThan(60_000);
  },
  async BREAKER_FAIL_THRESHOLD() {
    kit.simulator().always('gemini', { kind: 'serverError' });
    const started = await startLlm({ BREAKER_FAIL_THRESHOLD: '1' });
    await generate(started, fresh);
    await generate(started, fresh);
    expect(kit.simulator().hitCount('gemini')).toBe(1);
  },
  async BREAKER_COOLDOWN_SECONDS() {
    kit.simulator().always('gemini', { kind: 'serverError' });
    const started = await startLlm({ BREAKER_FAIL_THRESHOLD: '1', BREAKER_COOLDOWN_SECONDS: '4321' });
    await generate(started, fresh);
    await concluded(started);
    expect(linesOf(started, 'BREAKER_OPEN')).toMatchObject([{ cooldown_s: 4321 }]);
  },
  async BREAKER_STATE_PATH() {
    const path = join(kit.directory(), 'circuits', 'state.json');
    kit.simulator().always('gemini', { kind: 'serverError' });
    const own = await startTestRedis();
    const started = await startLlm({ BREAKER_STATE_PATH: path, BREAKER_FAIL_THRESHOLD: '1', REDIS_URL: own.url });
    await generate(started, fresh);
    await own.kill();
    await generate(started, fresh);
    await own.stop();
    await access(path);
    expect(await readdir(dirname(path))).toContain('state.json');
  },
  async LLM_DEDUPE_ENABLED() {
    expect(await dedupedWith({})).toBe(true);
    expect(await dedupedWith({ LLM_DEDUPE_ENABLED: 'false' })).toBe(false);
  },
  async LLM_DEDUPE_TTL_S() {
    expect(await dedupedWith({ LLM_DEDUPE_TTL_S: '0' })).toBe(false);
  },
  async LLM_DEDUPE_TTL_MAP() {
    const map = { LLM_DEDUPE_TTL_MAP: 'ops:0, default:30' };
    expect(await dedupedWith(map)).toBe(true);
    expect(await dedupedWith(map, { input_text: 'x', purpose: 'ops' })).toBe(false);
    expectProblem({ LLM_DEDUPE_TTL_MAP: 'ops' }, 'LLM_DEDUPE_TTL_MAP');
  },
};

describe('every variable of the models changes behaviour', () => {
  test.each(Object.keys(llmVariables) as Name[])('%s', (name) => proofs[name]());
});

test('no key is shown by what is wrong with it', () => {
  const env = { GEMINI_API_KEYS_JSON: `[{"key":"${keyOf('gemini')}"}]` };
  expect(JSON.stringify(read({ REDIS_URL: kit.redis().url, ...env }))).not.toContain('sk-secret');
});
