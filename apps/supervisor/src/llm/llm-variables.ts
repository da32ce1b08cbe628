import {
  boolean,
  csv,
  integer,
  number,
  path,
  secretText,
  text,
  url,
  variable,
  type SettingValues,
} from '@nexus/runtime';
import { presets } from './llm-presets.ts';
import { countsByProvider, keyList, numbersByName, pricing, usd } from './llm-setting-types.ts';

const group = 'Language models';
const seconds = (min: number, max: number) => integer({ min, max });
const setting = (initial: string, meaning: string, aliases: string[] = []) =>
  variable({ group, type: text, default: initial, text: meaning, aliases });
const address = (initial: string, meaning: string) => variable({ group, type: url(), default: initial, text: meaning });
const key = (provider: string, aliases: string[] = []) =>
  variable({ group, type: secretText, default: '', text: `key of ${provider}`, aliases });
const keys = (provider: string) =>
  variable({ group, type: keyList, text: `keys of ${provider}; wins over the single key` });
const activeId = (provider: string) => setting('', `id of the key of ${provider} in use; unset = the first active one`);
const rpm = integer({ min: 1, max: 1_000_000 });

/** What the doors to the language models read from the environment. */
export const llmVariables = {
  LLM_PROVIDER: variable({
    group,
    type: text,
    default: '',
    defaultText: 'gemini',
    text: 'first provider of the chain, used when LLM_PRIMARY_PROVIDER is not set',
  }),
  LLM_FALLBACKS: variable({
    group,
    type: csv,
    text: 'providers to fall back to, used when LLM_FALLBACK_PROVIDERS is not set',
  }),
  LLM_PRIMARY_PROVIDER: variable({
    group,
    type: text,
    default: '',
    defaultText: 'gemini',
    text: 'first provider of the chain: gemini, openai, anthropic, glm (zai, gml) or openai-compatible',
  }),
  LLM_FALLBACK_PROVIDERS: variable({
    group,
    type: csv,
    defaultText: 'openai,anthropic,glm',
    text: 'providers to fall back to, in order; name the first provider alone for no fallback',
  }),
  LLM_REQUIRED: variable({
    group,
    type: boolean,
    default: false,
    text: 'answer LLM_DISABLED instead of a placeholder while no provider is configured',
  }),
  GEMINI_MODEL: setting('gemini-3-flash-preview', 'model of gemini'),
  OPENAI_MODEL: setting('gpt-5.2', 'model of openai'),
  ANTHROPIC_MODEL: setting('claude-sonnet-4-5-20250929', 'model of anthropic'),
  GLM_MODEL: setting('glm-4.7', 'model of glm', ['ZAI_MODEL']),
  OPENAI_COMPATIBLE_MODEL: setting('default', 'model of the OpenAI-compatible server'),
  GEMINI_API_BASE: address('https://generativelanguage.googleapis.com/v1beta', 'base URL of gemini'),
  OPENAI_API_BASE: address('https://api.openai.com/v1', 'base URL of openai'),
  ANTHROPIC_API_BASE: address('https://api.anthropic.com/v1', 'base URL of anthropic'),
  ANTHROPIC_VERSION: setting('2023-06-01', 'version header of anthropic'),
  GLM_API_BASE: variable({
    group,
    type: url(),
    default: '',
    defaultText: 'https://open.bigmodel.cn/api/paas/v4',
    text: 'base URL of glm',
  }),
  ZAI_BASE_URL: address(
    'https://open.bigmodel.cn/api/paas/v4/chat/completions',
    'full URL of glm, used when GLM_API_BASE is not set',
  ),
  OPENAI_COMPATIBLE_API_BASE: address(
    '',
    'base URL of a server that speaks OpenAI chat completions (Ollama, vLLM); set = the provider openai-compatible is configured',
  ),
  GEMINI_API_KEY: key('gemini'),
  OPENAI_API_KEY: key('openai'),
  ANTHROPIC_API_KEY: key('anthropic'),
  GLM_API_KEY: key('glm', ['ZAI_API_KEY']),
  OPENAI_COMPATIBLE_API_KEY: key('the OpenAI-compatible server, where it wants one'),
  GEMINI_API_KEYS_JSON: keys('gemini'),
  OPENAI_API_KEYS_JSON: keys('openai'),
  ANTHROPIC_API_KEYS_JSON: keys('anthropic'),
  GLM_API_KEYS_JSON: keys('glm'),
  GEMINI_ACTIVE_KEY_ID: activeId('gemini'),
  OPENAI_ACTIVE_KEY_ID: activeId('openai'),
  ANTHROPIC_ACTIVE_KEY_ID: activeId('anthropic'),
  GLM_ACTIVE_KEY_ID: activeId('glm'),
  LLM_REQUEST_TIMEOUT_S: variable({
    group,
    type: number({ min: 0.01, max: 600 }),
    default: 60,
    text: 'longest time of one attempt, in seconds; a request may say otherwise',
  }),
  LLM_TOTAL_TIMEOUT_SECONDS: variable({
    group,
    type: number({ min: 0.01, max: 600 }),
    default: 180,
    text: 'longest time of a call with all its attempts',
  }),
  LLM_MAX_RETRIES: variable({
    group,
    type: integer({ min: 0, max: 10 }),
    default: 2,
    text: 'further tries of a provider after a failure that may pass',
  }),
  LLM_RATE_LIMIT_RPM: variable({
    group,
    type: rpm,
    default: 60,
    text: 'model calls a minute of each provider that LLM_RATE_LIMIT_RPM_MAP does not name',
  }),
  LLM_RATE_LIMIT_RPM_GLOBAL: variable({
    group,
    type: rpm,
    defaultText: 'LLM_RATE_LIMIT_RPM',
    text: 'model calls a minute of all providers together',
  }),
  LLM_RATE_LIMIT_RPM_MAP: variable({
    group,
    type: countsByProvider,
    default: new Map(),
    defaultText: '',
    text: 'model calls a minute by provider',
  }),
  LLM_DEFAULT_TEAM: setting('default', 'team of calls that name none'),
  LLM_DEFAULT_PROJECT: setting('nexus', 'project of calls that name none'),
  LLM_PRESETS_JSON: variable({ group, type: presets, text: 'sets of parameters that requests name as preset' }),
  LLM_BUDGET_DAILY_USD: variable({
    group,
    type: usd,
    default: 20_000_000_000n,
    text: 'most money all model calls of a day (in FINOPS_TZ) may cost; 0 = spend nothing',
  }),
  LLM_BUDGET_SOFT_PCT: variable({
    group,
    type: number({ min: 0, max: 10 }),
    default: 0.8,
    text: 'part of the budget after which answers get shorter and cheaper',
  }),
  LLM_BUDGET_HARD_PCT: variable({
    group,
    type: number({ min: 0, max: 10 }),
    default: 1,
    text: 'part of the budget after which calls are refused',
  }),
  LLM_SOFT_DEGRADE_MAX_OUTPUT_TOKENS: variable({
    group,
    type: integer({ min: 1, max: 8192 }),
    default: 256,
    text: 'output tokens of a call at most, after the soft budget',
  }),
  LLM_SOFT_DEGRADE_PREFER_CHEAPEST: variable({
    group,
    type: boolean,
    default: true,
    text: 'try the cheapest provider first, after the soft budget',
  }),
  LLM_PRICING_JSON: variable({ group, type: pricing, text: 'prices that replace the built-in ones' }),
  LLM_AUDIT_ENABLED: variable({
    group,
    type: boolean,
    default: true,
    text: 'keep a record of every step of a model call, without prompts and answers',
  }),
  BREAKER_WINDOW_SECONDS: variable({
    group,
    type: seconds(1, 86_400),
    default: 300,
    text: 'failures of a provider count together for this long from the first on',
  }),
  BREAKER_FAIL_THRESHOLD: variable({
    group,
    type: integer({ min: 1, max: 10_000 }),
    default: 5,
    text: 'failures that open the circuit of a provider',
  }),
  BREAKER_COOLDOWN_SECONDS: variable({
    group,
    type: seconds(1, 86_400),
    default: 120,
    text: 'how long an open circuit keeps calls away from a provider',
  }),
  BREAKER_STATE_PATH: variable({
    group,
    type: path,
    default: 'logs/provider_breaker_state.json',
    text: 'file that keeps the circuits while Redis is away',
  }),
  LLM_DEDUPE_ENABLED: variable({
    group,
    type: boolean,
    default: true,
    text: 'answer equal calls from memory for a while, and equal calls at the same time by one provider call',
  }),
  LLM_DEDUPE_TTL_S: variable({
    group,
    type: seconds(0, 86_400),
    default: 30,
    text: 'how long an answer is given again; 0 = never',
  }),
  LLM_DEDUPE_TTL_MAP: variable({
    group,
    type: numbersByName,
    default: new Map(),
    defaultText: '',
    text: 'the same by purpose; default stands for all others',
  }),
};

/** The values the doors need, of the process's settings. */
export type LlmSettings = SettingValues<typeof llmVariables>;
