import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startTestRedis } from '@nexus/local-redis';
import { type Child, freePort, startQuietScript, startScript, untilReady } from '../child.ts';
import type { LlmTarget } from './llm-load.ts';
import { nodeHere, nodeOfPeer, type Peer, startPeer } from './llm-peer.ts';

export type LlmTargets = {
  /** The upstream itself, asked without anything between. */
  direct: LlmTarget;
  floor: LlmTarget;
  /** The floor with two round trips to Redis, as shared guards need them. */
  guardedFloor: LlmTarget;
  ours: LlmTarget;
  /** Set to what the door does too: a chain, a timeout, retries. On the Node of the door. */
  peer: LlmTarget;
  /** The same on the Node the peer is shipped with, where there is one. */
  peerAsShipped: LlmTarget | undefined;
  /** The same process as a mere hop, with none of it. */
  barePeer: LlmTarget;
  redisPid: number;
  stop: () => Promise<void>;
};

/** Far above what the load can ask: every call takes its tokens and its money, and none is refused. */
const LIMITS = {
  LLM_RATE_LIMIT_RPM: '1000000',
  LLM_RATE_LIMIT_RPM_GLOBAL: '1000000',
  LLM_BUDGET_DAILY_USD: '1000000',
};

const root = new URL('../../../../', import.meta.url).pathname;

/**
 * Starts an upstream that answers at once, and before it: nothing, a bare hop, the door and the peer. The supervisor runs
 * from its bundle, as its image does: from source it would hold the TypeScript compiler too.
 */
export async function startLlmTargets(): Promise<LlmTargets> {
  await promisify(execFile)(process.execPath, ['tools/bundle.mjs', 'apps/supervisor'], { cwd: root });
  const redis = await startTestRedis({ appendonly: true });
  const directory = await mkdtemp(join(tmpdir(), 'nexus-bench-'));
  const upstream = startScript('tools/bench/src/processes/llm-upstream.ts');
  const base = `http://127.0.0.1:${await portOf(upstream)}/v1`;
  const direct = `${base}/chat/completions`;
  const floors = [
    startScript('tools/bench/src/processes/llm-floor.ts', [direct]),
    startScript('tools/bench/src/processes/llm-floor.ts', [direct, redis.url]),
  ] as const;
  const [floor, guardedFloor] = await Promise.all(floors.map(targetOf));
  if (floor === undefined || guardedFloor === undefined) throw new Error('the bare hops did not start');
  const peer = await startPeer({ node: nodeHere });
  const shipped = nodeOfPeer();
  const peerAsShipped = shipped === undefined ? undefined : await startPeer({ node: shipped });
  const port = await freePort();
  const supervisor = startQuietScript('apps/supervisor/dist/main.js', join(directory, 'supervisor.log'), {
    REDIS_URL: redis.url,
    NEXUS_PORT: String(port),
    NEXUS_DATA_DIR: directory,
    BREAKER_STATE_PATH: join(directory, 'breaker.json'),
    LLM_PRIMARY_PROVIDER: 'openai-compatible',
    LLM_FALLBACK_PROVIDERS: 'openai-compatible',
    OPENAI_COMPATIBLE_API_BASE: base,
    OPENAI_COMPATIBLE_API_KEY: 'bench-key',
    OPENAI_COMPATIBLE_MODEL: 'bench-model',
    ...LIMITS,
  });
  await untilReady(port);
  return {
    direct: { url: direct, headers: {}, pid: upstream.process.pid ?? 0 },
    floor,
    guardedFloor,
    ours: {
      url: `http://127.0.0.1:${port}/v1/chat/completions`,
      headers: { 'x-api-key': 'dev-key' },
      pid: supervisor.pid,
    },
    peer: peerTarget(peer, base),
    peerAsShipped: peerAsShipped === undefined ? undefined : peerTarget(peerAsShipped, base),
    barePeer: {
      url: peer.url,
      headers: { 'x-portkey-provider': 'openai', 'x-portkey-custom-host': base, authorization: 'Bearer bench-key' },
      pid: peer.pid,
    },
    redisPid: redis.pid,
    async stop() {
      await supervisor.stop();
      await peer.stop();
      await peerAsShipped?.stop();
      for (const hop of floors) await hop.stop();
      await upstream.stop();
      await redis.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function targetOf(hop: Child): Promise<LlmTarget> {
  const url = `http://127.0.0.1:${await portOf(hop)}/v1/chat/completions`;
  return { url, headers: {}, pid: hop.process.pid ?? 0 };
}

function peerTarget({ url, pid }: Peer, base: string): LlmTarget {
  return { url, headers: { 'x-portkey-config': peerConfiguration(base) }, pid };
}

/** The defaults of the door in the words of the peer, which is told them by every request. */
function peerConfiguration(base: string): string {
  const target = {
    provider: 'openai',
    api_key: 'bench-key',
    custom_host: base,
    request_timeout: 60_000,
    retry: { attempts: 2 },
  };
  return JSON.stringify({ strategy: { mode: 'fallback' }, targets: [target] });
}

async function portOf(child: Child): Promise<number> {
  return Number((await child.line((line) => line.startsWith('port '))).slice(5));
}
