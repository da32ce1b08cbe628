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
import { failureWithCode } from '../failure-with-code.ts';
import { documentedVariables } from '../generate/documented-variables.ts';
import { stackSettings, type StackSettings } from '../stack/stack-settings.ts';
import { type Stack, STACK_PROCESSES, startStack } from '../stack/start-stack.ts';

/** A stack for one demo alone: a Redis and supervisors that nobody else uses, all gone after stop(). */
export interface DemoStack {
  /** Of the first supervisor. */
  readonly settings: StackSettings;
  /** Addresses of all its supervisors. */
  readonly urls: readonly string[];
  /** The environment its processes have, without the user's own settings of Nexus. */
  readonly environment: Environment;
  readonly redisUrl: string;
  /** Resolves to a sentence when a part ends by itself. */
  readonly failed: Promise<string>;
  stop(): Promise<void>;
}

/** Where it starts, who hears warnings of its processes, and what ends the start early. */
export interface DemoStackOptions {
  /** Of the demo; its data lies in a folder of this name until it ends. */
  readonly name: string;
  /** What the demo sets. */
  readonly variables: Readonly<Record<string, string>>;
  readonly supervisors?: number;
  readonly root: string;
  readonly environment: Environment;
  readonly onLine: (name: string, line: string, stream: 'stdout' | 'stderr') => void;
  readonly signal: AbortSignal;
}

/**
 * Starts them on NEXUS_PORT, or on a free port when something listens there. Settings of the user's own stack (keys,
 * policies, webhooks, Redis) are left out, so that the demo touches and tells nobody. What a killed demo left behind is
 * taken over and emptied. Rejects as startStack does, or with DEMO_RUNS when another demo of this kind runs here.
 */
export async function startDemoStack(options: DemoStackOptions): Promise<DemoStack> {
  const { name, variables, root, environment, supervisors = 1 } = options;
  const directory = join(stackSettings(environment, root).dataDirectory, `demo-${name}`);
  const redis = await emptyRedis(name, directory, environment);
  const clean = await withoutSettings(environment, root);
  const common = { ...clean, ...variables, NODE_ENV: 'development', LOG_LEVEL: 'WARN', REDIS_URL: redis.url };
  const started: { stack: Stack; settings: StackSettings }[] = [];
  async function remove(): Promise<void> {
    await Promise.all(started.map(({ stack }) => stack.stop()));
    await redis.stop();
    await rm(directory, { recursive: true, force: true });
  }
  try {
    while (started.length < supervisors) {
      const port = started.length === 0 ? await firstPort(options) : await freePort();
      const own = { ...common, NEXUS_PORT: String(port), NEXUS_DATA_DIR: directory };
      const settings = stackSettings(own, root);
      started.push({ settings, stack: await startStack({ ...options, environment: own, settings, report, parts }) });
    }
    const [first] = started;
    if (first === undefined) throw failureWithCode('DEMO_FAILED', 'A demo needs a supervisor.');
    return {
      settings: first.settings,
      urls: started.map(({ settings }) => settings.url),
      environment: { ...common, NEXUS_DATA_DIR: directory },
      redisUrl: redis.url,
      failed: Promise.race(started.map(({ stack }) => stack.failed)),
      stop: remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}

const parts = STACK_PROCESSES.filter(({ name }) => name === 'supervisor');
const report = { step: <T>(_title: string, action: () => Promise<T>) => action(), note: () => undefined };

async function firstPort({ environment, root }: DemoStackOptions): Promise<number> {
  const wanted = stackSettings(environment, root);
  return (await canListen(wanted.port, wanted.host)) ? wanted.port : freePort();
}

/** Of a process group of its own, so that Ctrl-C does not reach it before the agents have let go of it. */
async function emptyRedis(name: string, dataDirectory: string, environment: Environment): Promise<ProvidedRedis> {
  await mkdir(dataDirectory, { recursive: true, mode: 0o700 });
  const redis = await startManagedRedis({ environment, dataDirectory, report: () => undefined });
  if (!redis.owned) {
    const message = `Another demo of ${name} runs in ${dataDirectory}. Wait for its end, or set NEXUS_DATA_DIR for a second one.`;
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
