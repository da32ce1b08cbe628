import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { createClient, type Client } from '@nexus/contracts';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { connectRedis, createLogger, readSettings } from '@nexus/runtime';
import { DEFAULT_ADMIN_KEY, DEFAULT_API_KEY, settingsRules, settingsVariables } from '../settings.ts';
import { startSupervisor, type RunningSupervisor } from '../start-supervisor.ts';

export type Env = Record<string, string>;

/** A supervisor started from an environment. `client` has the user and the admin key of it. */
export type StartedSupervisor = RunningSupervisor & { base: string; client: Client; lines: string[]; env: Env };

/** Body of a create that is accepted. */
export const creatingBody = {
  task_type: 'excel_kakao',
  requested_by: 'kim',
  payload: { action: 'chat_to_excel', files: [`file_${'a'.repeat(64)}`] },
};

export type SettingsKit = {
  redis: () => TestRedis;
  connection: () => ReturnType<typeof connectRedis>;
  /** A folder that goes with the tests; base of relative paths. */
  directory: () => string;
  read: (env: Env) => ReturnType<typeof readSettings<typeof settingsVariables>>;
  /** Starts a supervisor exactly as main.ts does, with these variables changed; it is stopped after the test. */
  start: (over?: Env) => Promise<StartedSupervisor>;
  create: (started: StartedSupervisor) => Promise<string>;
};

/** One Redis and one folder for all tests of a file. */
export function createSettingsKit(): SettingsKit {
  let redis: TestRedis;
  let connection: ReturnType<typeof connectRedis>;
  let directory: string;
  let running: RunningSupervisor[] = [];

  beforeAll(async () => {
    redis = await startTestRedis();
    connection = connectRedis({ url: redis.url, purpose: 'request', name: 'settings-test', onError: () => undefined });
    directory = await mkdtemp(join(tmpdir(), 'nexus-settings-'));
  });
  afterEach(async () => {
    await Promise.all(running.map((supervisor) => supervisor.stop()));
    running = [];
  });
  afterAll(async () => {
    connection.disconnect();
    await redis.stop();
    await rm(directory, { recursive: true, force: true });
  });

  function read(env: Env) {
    return readSettings(settingsVariables, env, { rules: settingsRules, workingDirectory: directory });
  }

  return {
    redis: () => redis,
    connection: () => connection,
    directory: () => directory,
    read,
    async start(over = {}) {
      const env: Env = {
        NEXUS_PORT: '0',
        REDIS_URL: redis.url,
        NEXUS_DATA_DIR: join(directory, randomUUID()),
        TASK_QUEUE: `q-${randomUUID()}`,
        ...over,
      };
      const settings = read(env);
      if (!settings.ok) throw new Error(JSON.stringify(settings.problems));
      const lines: string[] = [];
      const logger = createLogger({
        level: settings.values.LOG_LEVEL,
        name: 'test',
        write: (line) => void lines.push(line),
      });
      const supervisor = await startSupervisor(settings.values, { logger, now: Date.now });
      const stop = runOnce(() => supervisor.stop());
      running.push({ port: supervisor.port, stop });
      const base = `http://127.0.0.1:${supervisor.port}`;
      const key = over['NEXUS_API_KEY'] ?? DEFAULT_API_KEY;
      const adminKey = over['ADMIN_API_KEY'] ?? DEFAULT_ADMIN_KEY;
      const client = createClient({ baseUrl: base, key, adminKey, timeoutMs: 10_000 });
      return { port: supervisor.port, stop, base, client, lines, env };
    },
    async create({ client }) {
      const created = await client.createTask({ body: creatingBody });
      if (!created.ok) throw new Error(created.message);
      return created.body.task_id;
    },
  };
}

function runOnce(stop: () => Promise<void>): () => Promise<void> {
  let stopped: Promise<void> | undefined;
  return () => (stopped ??= stop());
}
