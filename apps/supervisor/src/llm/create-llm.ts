import { randomUUID } from 'node:crypto';
import { createPriceOf } from '@nexus/finops';
import {
  activeKey,
  createGuards,
  createProviders,
  createRouter,
  createTransport,
  keyFingerprint,
  PROVIDERS,
  readChain,
  type BreakerReading,
  type LedgerPort,
  type ProviderKey,
  type ProviderName,
} from '@nexus/llm-router';
import type { Clock, Logger } from '@nexus/runtime';
import type { Redis } from 'ioredis';
import type { Alerts } from '../alerts/alerts.ts';
import type { ModelLedger } from '../finops/model-ledger.ts';
import { waitReally } from '../task/task-events.ts';
import { createAfterwards } from './afterwards.ts';
import { createAuditStream, noAudit } from './audit-stream.ts';
import { createLlmAudit, silentAudit } from './llm-audit.ts';
import { createLlmDoor, type LlmDoor } from './llm-door.ts';
import { createLlmListener } from './llm-events.ts';
import type { LlmMetrics } from './llm-metrics.ts';
import type { Presets } from './llm-presets.ts';
import { BudgetUnreadable } from './llm-problems.ts';
import type { LlmSettings } from './llm-variables.ts';

/** The language models as the supervisor sees them. */
export type Llm = {
  door: LlmDoor;
  required: boolean;
  defaults: { team: string; project: string };
  presets: Presets;
  /** Providers of the chain that have a key, in order. Empty = no provider is configured: only then is there a placeholder. */
  configured: () => ProviderName[];
  /** Every provider that can be asked, in the chain or not, with the model it is set to. */
  models: () => { provider: ProviderName; model: string }[];
  /** Resolves when calls that were answered by now are settled and counted: before somebody reads the metrics. */
  catchUp: () => Promise<void>;
  /** The circuits over every process. Never rejects. */
  breakers: () => Promise<BreakerReading[]>;
  /** Stores what waits to be stored, then ends the connections: calls under way fail. */
  close: () => Promise<void>;
};

export type CreateLlmOptions = {
  /** A connection for requests; closed by its owner, after `close`. */
  redis: Redis;
  settings: LlmSettings;
  logger: Logger;
  metrics: LlmMetrics;
  alerts: Pick<Alerts, 'append'>;
  now: Clock;
  /** Where money is reserved and settled, and what a cached answer saved is counted. */
  ledger: LedgerPort & Pick<ModelLedger, 'avoided'>;
};

/** Calls under way at one provider at most; more wait within their own time. */
const CONNECTIONS = 256;

/** Puts providers, guards, budget, router and door together. */
export function createLlm({ redis, settings, logger, metrics, alerts, now, ledger }: CreateLlmOptions): Llm {
  const { chain, unknown } = readChain(settings);
  for (const name of unknown) {
    logger.warn('A provider of the chain does not exist and is left out', { event: 'LLM_UNKNOWN_PROVIDER', name });
  }
  const transport = createTransport({ connections: CONNECTIONS });
  const providers = createProviders({
    bases: basesOf(settings),
    anthropicVersion: settings.ANTHROPIC_VERSION,
    transport,
    now,
  });
  const keys = keysOf(settings);
  const models = modelsOf(settings);
  const sink = settings.LLM_AUDIT_ENABLED ? createAuditStream({ redis, logger, later }) : noAudit;
  const audit = settings.LLM_AUDIT_ENABLED ? createLlmAudit(sink, now) : silentAudit;
  const afterwards = createAfterwards(logger);
  const onEvent = createLlmListener({ metrics, audit, ledger, afterwards, logger, alerts });
  const guards = createGuards({
    redis,
    limits: {
      rpmGlobal: settings.LLM_RATE_LIMIT_RPM_GLOBAL ?? settings.LLM_RATE_LIMIT_RPM,
      rpmByProvider: Object.fromEntries(settings.LLM_RATE_LIMIT_RPM_MAP),
      rpmDefault: settings.LLM_RATE_LIMIT_RPM,
    },
    breaker: {
      windowSeconds: settings.BREAKER_WINDOW_SECONDS,
      failThreshold: settings.BREAKER_FAIL_THRESHOLD,
      cooldownSeconds: settings.BREAKER_COOLDOWN_SECONDS,
    },
    riders: { admit: ledger.riders?.reserve, conclude: ledger.riders?.settle },
    statePath: settings.BREAKER_STATE_PATH,
    now,
    wait: (milliseconds) => new Promise((resolve) => later(resolve, milliseconds)),
    newToken: randomUUID,
    onError: (error) =>
      logger.warn('Model calls are guarded by this process alone', { event: 'LLM_GUARDS_LOCAL', error }),
  });
  const router = createRouter(
    {
      providers,
      guards,
      ledger: orUnreadable(ledger),
      priceOf: createPriceOf(settings.LLM_PRICING_JSON ?? {}),
      keyOf: (provider) => keys[provider],
      modelOf: (provider) => models[provider],
      onEvent,
      now,
      random: Math.random,
      newId: randomUUID,
      wait: waitReally,
    },
    {
      chain,
      timeoutSeconds: settings.LLM_REQUEST_TIMEOUT_S,
      totalSeconds: settings.LLM_TOTAL_TIMEOUT_SECONDS,
      maxRetries: settings.LLM_MAX_RETRIES,
      soft: {
        maxOutputTokens: settings.LLM_SOFT_DEGRADE_MAX_OUTPUT_TOKENS,
        preferCheapest: settings.LLM_SOFT_DEGRADE_PREFER_CHEAPEST,
      },
      dedupe: {
        enabled: settings.LLM_DEDUPE_ENABLED,
        ttlSeconds: settings.LLM_DEDUPE_TTL_S,
        ttlByPurpose: settings.LLM_DEDUPE_TTL_MAP,
      },
    },
  );
  async function catchUp(): Promise<void> {
    await router.concluded();
    afterwards.drain();
  }

  return {
    door: createLlmDoor({ router, providers, onEvent, metrics, audit, afterwards, logger, now }),
    required: settings.LLM_REQUIRED,
    defaults: { team: settings.LLM_DEFAULT_TEAM, project: settings.LLM_DEFAULT_PROJECT },
    presets: settings.LLM_PRESETS_JSON ?? {},
    configured: () => router.configured(),
    models: () =>
      PROVIDERS.filter((provider) => keys[provider] !== undefined).map((provider) => ({
        provider,
        model: models[provider],
      })),
    catchUp,
    breakers: () => guards.readBreakers(),
    async close() {
      await catchUp();
      await sink.flush();
      await transport.close();
    },
  };
}

function later(run: () => void, milliseconds: number): void {
  setTimeout(run, milliseconds).unref();
}

/** Whatever keeps the budget from being read: nothing may be spent then. */
function orUnreadable(ledger: LedgerPort): LedgerPort {
  return {
    ...ledger,
    async reserve(request) {
      try {
        return await ledger.reserve(request);
      } catch (error) {
        throw new BudgetUnreadable(error);
      }
    },
  };
}

function basesOf(settings: LlmSettings): Record<ProviderName, string> {
  return {
    gemini: settings.GEMINI_API_BASE,
    openai: settings.OPENAI_API_BASE,
    anthropic: settings.ANTHROPIC_API_BASE,
    glm: settings.GLM_API_BASE || settings.ZAI_BASE_URL,
    'openai-compatible': settings.OPENAI_COMPATIBLE_API_BASE,
  };
}

function modelsOf(settings: LlmSettings): Record<ProviderName, string> {
  return {
    gemini: settings.GEMINI_MODEL,
    openai: settings.OPENAI_MODEL,
    anthropic: settings.ANTHROPIC_MODEL,
    glm: settings.GLM_MODEL,
    'openai-compatible': settings.OPENAI_COMPATIBLE_MODEL,
  };
}

function keysOf(settings: LlmSettings): Record<ProviderName, ProviderKey | undefined> {
  return {
    gemini: activeKey({
      list: settings.GEMINI_API_KEYS_JSON,
      activeId: settings.GEMINI_ACTIVE_KEY_ID,
      single: settings.GEMINI_API_KEY,
    }),
    openai: activeKey({
      list: settings.OPENAI_API_KEYS_JSON,
      activeId: settings.OPENAI_ACTIVE_KEY_ID,
      single: settings.OPENAI_API_KEY,
    }),
    anthropic: activeKey({
      list: settings.ANTHROPIC_API_KEYS_JSON,
      activeId: settings.ANTHROPIC_ACTIVE_KEY_ID,
      single: settings.ANTHROPIC_API_KEY,
    }),
    glm: activeKey({
      list: settings.GLM_API_KEYS_JSON,
      activeId: settings.GLM_ACTIVE_KEY_ID,
      single: settings.GLM_API_KEY,
    }),
    'openai-compatible': compatibleKey(settings),
  };
}

/** A server of one's own mostly wants no key: its address is what configures it. */
function compatibleKey(settings: LlmSettings): ProviderKey | undefined {
  const key = settings.OPENAI_COMPATIBLE_API_KEY;
  if (settings.OPENAI_COMPATIBLE_API_BASE === '') return undefined;
  return { id: 'default', key, fingerprint: keyFingerprint(key) };
}
