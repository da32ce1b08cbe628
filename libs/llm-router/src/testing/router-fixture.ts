import { randomUUID } from 'node:crypto';
import { createPriceOf } from '@nexus/finops';
import type { LlmSimulator } from '@nexus/simulators';
import type { Redis } from 'ioredis';
import type { Guards } from '../guards/guards.ts';
import type { LedgerPort } from '../guards/ledger-port.ts';
import type { ProviderName } from '../model.ts';
import { createProviders } from '../providers/create-providers.ts';
import { createRouter, type Router, type RouterCall } from '../routing/create-router.ts';
import type { RouterEvent, RouterOptions } from '../routing/router-ports.ts';
import { createTransport } from '../transport/transport.ts';
import { openGuards, temporaryFile } from './guard-fixture.ts';
import { createMemoryLedger, type MemoryLedger } from '../guards/memory-ledger.ts';

/** A router on simulated providers, a real Redis and a budget in memory; its waits are over at once. */
export type RouterFixture = {
  router: Router;
  ledger: MemoryLedger;
  guards: Guards;
  events: RouterEvent[];
  /** Waits between tries, in milliseconds. */
  waits: number[];
  call: (over?: Partial<RouterCall> & { text?: string }) => RouterCall;
  close: () => Promise<void>;
};

export type RouterFixtureOptions = {
  redis: Redis;
  simulator: LlmSimulator;
  chain?: ProviderName[];
  /** Budget of the day in nano-USD. */
  dailyNano?: bigint;
  options?: Partial<RouterOptions>;
  ledger?: (ledger: MemoryLedger) => LedgerPort;
  guards?: (guards: Guards) => Guards;
  failThreshold?: number;
  rpm?: number;
};

export function openRouter(setup: RouterFixtureOptions): RouterFixture {
  const { redis, simulator, chain = ['gemini', 'openai'], dailyNano = 10n ** 12n, rpm = 100_000 } = setup;
  const events: RouterEvent[] = [];
  const waits: number[] = [];
  const transport = createTransport({ connections: 50 });
  const ledger = createMemoryLedger({ dailyNano, softFraction: 0.8, hardFraction: 1, now: Date.now });
  const { guards } = openGuards({
    redis,
    limits: { rpmGlobal: rpm, rpmByProvider: {}, rpmDefault: rpm },
    breaker: { windowSeconds: 300, failThreshold: setup.failThreshold ?? 1000, cooldownSeconds: 120 },
    statePath: temporaryFile(),
  });
  const router = createRouter(
    {
      providers: createProviders({
        bases: basesOf(simulator),
        anthropicVersion: '2023-06-01',
        transport,
        now: Date.now,
      }),
      guards: setup.guards?.(guards) ?? guards,
      ledger: setup.ledger?.(ledger) ?? ledger,
      priceOf: createPriceOf({}),
      keyOf: (provider) => ({ id: 'k1', key: `secret-${provider}`, fingerprint: 'sha256:0' }),
      modelOf: (provider) => `${provider}-model`,
      onEvent: (event) => void events.push(event),
      now: Date.now,
      random: () => 0,
      newId: randomUUID,
      wait: (milliseconds) => {
        waits.push(milliseconds);
        return Promise.resolve();
      },
    },
    {
      chain,
      timeoutSeconds: 5,
      totalSeconds: 30,
      maxRetries: 0,
      soft: { maxOutputTokens: 256, preferCheapest: true },
      dedupe: { enabled: true, ttlSeconds: 30, ttlByPurpose: new Map() },
      ...setup.options,
    },
  );
  return {
    router,
    ledger,
    guards,
    events,
    waits,
    call: ({ text = randomUUID(), ...over } = {}) => ({
      prompt: { messages: [{ role: 'user', content: text }], max_tokens: 100, temperature: 0.2 },
      tags: {
        team: 'default',
        project: 'nexus',
        purpose: 'generic',
        task_id: null,
        caller: null,
        prompt_fp: '0123456789abcdef',
      },
      signal: new AbortController().signal,
      ...over,
    }),
    async close() {
      await router.concluded();
      await transport.close();
    },
  };
}

function basesOf({ bases }: LlmSimulator): Record<ProviderName, string> {
  const named = bases as Readonly<Record<string, string>>;
  const base = (provider: string) => named[provider] ?? '';
  return {
    gemini: base('gemini'),
    openai: base('openai'),
    anthropic: base('anthropic'),
    glm: base('glm'),
    'openai-compatible': base('openai-compatible') || base('compatible'),
  };
}
