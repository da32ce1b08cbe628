import {
  canListen,
  connectRedis,
  freePort,
  type Environment,
  type ProvidedRedis,
  startManagedRedis,
} from '@nexus/local-redis';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { failureWithCode } from '../../failure-with-code.ts';
import { documentedVariables } from '../../generate/documented-variables.ts';
import { stackSettings, type StackSettings } from '../../stack/stack-settings.ts';
import { type Stack, STACK_PROCESSES, startStack } from '../../stack/start-stack.ts';

/** A stack for this demo alone: a Redis and a supervisor that nobody else uses, both gone after stop(). */
export interface DemoStack {
  readonly settings: StackSettings;
  readonly redisUrl: string;
  readonly queueName: string;
  /** Resolves to a sentence when a part ends by itself. */
  readonly failed: Promise<string>;
  stop(): Promise<void>;
}

/** Where it starts, who hears warnings of its processes, and what ends the start early. */
export interface DemoStackOptions {
  readonly root: string;
  readonly environment: Environment;
  readonly onLine: (name: string, line: string, stream: 'stdout' | 'stderr') => void;
  readonly signal: AbortSignal;
}

const QUEUE_NAME = 'nexus.failures-demo';

/** What the demo sets: no waiting for retries, nobody alerted, and no agent but its own. */
const DEMO_VARIABLES = {
  NODE_ENV: 'development',
  LOG_LEVEL: 'WARN',
  TASK_QUEUE: QUEUE_NAME,
  MAX_RETRIES: '0',
  TASK_LOCK_TTL_SECONDS: '0',
};

/**
 * Starts them on NEXUS_PORT, or on a free port when something listens there. Settings of the user's own stack (keys,
 * policies, webhooks, Redis) are left out, so that the demo touches and tells nobody. What a killed demo left behind is
 * taken over and emptied. Rejects as startStack does, or with DEMO_RUNS when another demo of this kind runs here.
 */
export async function startDemoStack({ root, environment, onLine, signal }: DemoStackOptions): Promise<DemoStack> {
  const wanted = stackSettings(environment, root);
  const port = (await canListen(wanted.port, wanted.host)) ? wanted.port : await freePort();
  const directory = join(wanted.dataDirectory, 'demo-failures');
  const redis = await emptyRedis(directory, environment);
  const own = {
    ...(await withoutSettings(environment, root)),
    ...DEMO_VARIABLES,
    NEXUS_PORT: String(port),
    NEXUS_DATA_DIR: directory,
    REDIS_URL: redis.url,
  };
  async function remove(): Promise<void> {
    await redis.stop();
    await rm(directory, { recursive: true, force: true });
  }
  const settings = stackSettings(own, root);
  const parts = STACK_PROCESSES.filter(({ name }) => name === 'supervisor');
  const report = { step: <T>(_title: string, action: () => Promise<T>) => action(), note: () => undefined };
  const starting = startStack({ root, environment: own, settings, report, onLine, parts, signal });
  const stack: Stack = await starting.catch(async (error: unknown) => {
    await remove();
    throw error;
  });
  return {
    settings,
    redisUrl: redis.url,
    queueName: QUEUE_NAME,
    failed: stack.failed,
    async stop() {
      await stack.stop();
      await remove();
    },
  };
}

/** Of a process group of its own, so that Ctrl-C does not reach it before the agents have let go of it. */
async function emptyRedis(dataDirectory: string, environment: Environment): Promise<ProvidedRedis> {
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const redis = await startManagedRedis({ environment, dataDirectory, report: () => undefined });
  if (!redis.owned) {
    const message = `Another demo of failures runs in ${dataDirectory}. Wait for its end, or set NEXUS_DATA_DIR for a second one.`;
    throw failureWithCode('DEMO_RUNS', message);
  }
  const client = await connectRedis(redis.url);
  await client.command('FLUSHALL').finally(() => client.close());
  return redis;
}

/** The environment without any variable that a process of the product would read. */
async function withoutSettings(environment: Environment, root: string): Promise<Environment> {
  const declared = await documentedVariables(root);
  const names = new Set(declared.flatMap(({ name, aliases, deprecated }) => [name, ...aliases, ...deprecated]));
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !names.has(name)));
}
