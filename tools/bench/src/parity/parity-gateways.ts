import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startTestRedis } from '@nexus/local-redis';
import { Redis } from 'ioredis';
import { freePort, startQuietScript, untilReady } from '../child.ts';
import { peerName, startPeer } from '../processes/llm-peer.ts';
import { askGateway, MODELS } from './ask-gateway.ts';
import type { Answer } from './parity-case.ts';

export type Gateway = {
  name: string;
  /** Forgets what earlier cases taught it. */
  reset: () => Promise<void>;
  ask: (how: { stream: boolean; retries: 0 | 2 }) => Promise<Answer>;
  stop: () => Promise<void>;
};

/** Base URLs of the two providers, where they speak OpenAI's API. */
export type Bases = { a: string; b: string };

const TIMEOUT_SECONDS = 1;

/**
 * The door, with A as its OpenAI-compatible server and B as OpenAI. How often it tries again is a setting of the process:
 * there is one that does not and one that does.
 */
export async function startOurs(bases: Bases): Promise<Gateway> {
  const redis = await startTestRedis();
  const directory = await mkdtemp(join(tmpdir(), 'nexus-parity-'));
  const connection = new Redis(redis.url);
  const supervisors = {
    0: await startSupervisor({ bases, directory, redisUrl: redis.url, retries: 0 }),
    2: await startSupervisor({ bases, directory, redisUrl: redis.url, retries: 2 }),
  };
  return {
    name: 'Nexus',
    async reset() {
      const names = await connection.keys('*nexus*:breaker:*');
      if (names.length > 0) await connection.del(names);
    },
    ask: ({ stream, retries }) =>
      askGateway({ url: supervisors[retries].url, headers: { 'x-api-key': 'dev-key' }, model: 'nexus', stream }),
    async stop() {
      await supervisors[0].stop();
      await supervisors[2].stop();
      connection.disconnect();
      await redis.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

type SupervisorOptions = { bases: Bases; directory: string; redisUrl: string; retries: 0 | 2 };

async function startSupervisor({ bases, directory, redisUrl, retries }: SupervisorOptions) {
  const port = await freePort();
  const { stop } = startQuietScript('apps/supervisor/src/main.ts', join(directory, `supervisor-${retries}.log`), {
    REDIS_URL: redisUrl,
    NEXUS_PORT: String(port),
    NEXUS_DATA_DIR: directory,
    BREAKER_STATE_PATH: join(directory, `breaker-${retries}.json`),
    LLM_PRIMARY_PROVIDER: 'openai-compatible',
    LLM_FALLBACK_PROVIDERS: 'openai',
    OPENAI_COMPATIBLE_API_BASE: bases.a,
    OPENAI_COMPATIBLE_API_KEY: 'key-of-a',
    OPENAI_COMPATIBLE_MODEL: MODELS.A,
    OPENAI_API_BASE: bases.b,
    OPENAI_API_KEY: 'key-of-b',
    OPENAI_MODEL: MODELS.B,
    LLM_RATE_LIMIT_RPM: '10000',
    LLM_REQUEST_TIMEOUT_S: String(TIMEOUT_SECONDS),
    LLM_MAX_RETRIES: String(retries),
  });
  await untilReady(port);
  return { url: `http://127.0.0.1:${port}/v1/chat/completions`, stop };
}

/** Statuses another provider may cure. Left out, the peer would go on after every error, a wrong request too. */
const CURABLE = [401, 402, 403, 404, 408, 429, 500, 502, 503, 504, 529];

/** The peer, with its own fallback from A to B. Circuits and shared cooldowns are no part of what it is free to run. */
export async function startPeerGateway(bases: Bases): Promise<Gateway> {
  const peer = await startPeer({ preload: new URL('peer-streams.mjs', import.meta.url).pathname });
  return {
    name: peerName,
    reset: () => Promise.resolve(),
    ask: ({ stream, retries }) =>
      askGateway({
        url: peer.url,
        headers: { 'x-portkey-config': JSON.stringify(peerConfiguration(bases, retries)) },
        model: 'nexus',
        stream,
      }),
    stop: peer.stop,
  };
}

function peerConfiguration(bases: Bases, retries: number): unknown {
  const target = (host: string, model: string) => ({
    provider: 'openai',
    api_key: 'key',
    custom_host: host,
    override_params: { model },
    request_timeout: TIMEOUT_SECONDS * 1000,
    ...(retries === 0 ? {} : { retry: { attempts: retries } }),
  });
  return {
    strategy: { mode: 'fallback', on_status_codes: CURABLE },
    targets: [target(bases.a, MODELS.A), target(bases.b, MODELS.B)],
  };
}
