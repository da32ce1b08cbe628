import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { createLogger, readSettings } from '@nexus/runtime';
import { createTaskQueue, type TaskQueue } from '@nexus/task-queue';
import { Redis } from 'ioredis';
import { z } from 'zod';
import { type Agent, defineAgent, task } from './agent.ts';
import { agentRules, agentVariables } from './agent-settings.ts';
import { type RunningAgent, startAgent } from './start-agent.ts';

type Callback = { headers: IncomingHttpHeaders; body: { task_id: string; status: string } };

let redis: TestRedis;
let supervisor: Server;
let directory: string;
let callbacks: Callback[] = [];
const running: RunningAgent[] = [];
const closing: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  redis = await startTestRedis();
  directory = await mkdtemp(join(tmpdir(), 'nexus-agent-settings-'));
  supervisor = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Callback['body'];
      callbacks.push({ headers: request.headers, body });
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ok: true, task_id: body.task_id, status: body.status }));
    });
  }).listen(0, '127.0.0.1');
  await once(supervisor, 'listening');
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((agent) => agent.stop()));
  await Promise.all(closing.splice(0).map((close) => close()));
  callbacks = [];
});
afterAll(async () => {
  supervisor.close();
  supervisor.closeAllConnections();
  await redis.stop();
  await rm(directory, { recursive: true, force: true });
});

/** The agent of these tests: `hold` waits for its signal, `fail` fails for good, anything else tells where it works. */
function testAgent(started: (taskId: string) => void = () => undefined): Agent {
  const run = async (payload: { hold?: boolean | undefined; fail?: boolean | undefined }, context: RunContext) => {
    started(context.taskId);
    if (payload.fail === true) throw new Error('asked to fail');
    if (payload.hold !== true) return { folder: context.temporaryDirectory };
    return new Promise<never>((_resolve, reject) => {
      context.signal.addEventListener('abort', () => reject(new Error('stopped')));
    });
  };
  const payload = z.object({ hold: z.boolean().optional(), fail: z.boolean().optional() });
  return defineAgent({ name: 'test-agent', tasks: { echo: task({ payload, result: z.looseObject({}), run }) } });
}
type RunContext = { taskId: string; signal: AbortSignal; temporaryDirectory: string };

function settingsFrom(env: Record<string, string>) {
  const { port } = supervisor.address() as AddressInfo;
  const defaults = {
    REDIS_URL: redis.url,
    SUPERVISOR_URL: `http://127.0.0.1:${port}`,
    NEXUS_WORKER_PORT: '0',
    NEXUS_DATA_DIR: directory,
    WORKER_GRACE_SECONDS: '0',
  };
  return readSettings(agentVariables, { ...defaults, ...env }, { rules: agentRules });
}

async function start(env: Record<string, string> = {}, agent: Agent = testAgent()): Promise<RunningAgent> {
  const read = settingsFrom(env);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const started = await startAgent(
    agent,
    read.values,
    createLogger({ level: 'ERROR', name: 'test', write: () => undefined }),
  );
  running.push(started);
  return started;
}

/** A queue to fill, as the supervisor's; `queueName` is the one the agent works on unless told. */
function openQueue(queueName: string, maxRetries = 3): { queue: TaskQueue; connection: Redis } {
  const connect = () => new Redis(redis.url, { maxRetriesPerRequest: null, disconnectTimeout: 100 });
  const connection = connect();
  const queue = createTaskQueue({
    connection,
    connectBlocking: connect,
    queueName,
    retry: { maxRetries, delaysSeconds: [5], jitter: false },
    taskTtlSeconds: 600,
    taskLockSeconds: 900,
    now: Date.now,
    onError: () => undefined,
  });
  closing.push(async () => {
    await queue.close();
    connection.disconnect();
  });
  return { queue, connection };
}

async function add(queue: TaskQueue, payload: Record<string, unknown> = {}): Promise<string> {
  const taskId = crypto.randomUUID();
  const envelope = {
    task_id: taskId,
    task_type: 'echo',
    requested_by: 'test',
    requested_at: new Date().toISOString(),
    payload,
  };
  await queue.enqueue(envelope, { audit: { client_ip: '127.0.0.1', payload_hash: 'none', actor: 'test' } });
  return taskId;
}

type Task = NonNullable<Awaited<ReturnType<TaskQueue['read']>>>;

function until(queue: TaskQueue, taskId: string, passes: (task: Task) => boolean): Promise<Task> {
  return new Promise((resolve, reject) => {
    const look = () =>
      void queue.read(taskId).then((task) => {
        if (task === undefined || !passes(task)) return;
        unwatch();
        resolve(task);
      }, reject);
    const unwatch = queue.watch(taskId, look);
    look();
  });
}

const done = (each: Task) => each.status === 'succeeded' || each.status === 'failed';

async function reported(taskId: string, status: string): Promise<Callback> {
  for (;;) {
    const found = callbacks.find(({ body }) => body.task_id === taskId && body.status === status);
    if (found !== undefined) return found;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** One test for each variable: with another value the agent behaves otherwise. */
const proofs: Record<keyof typeof agentVariables, () => Promise<void>> = {
  async NODE_ENV() {
    expect(settingsFrom({}).ok).toBe(true);
    expect(settingsFrom({ NODE_ENV: 'production' })).toMatchObject({
      ok: false,
      problems: [{ name: 'NEXUS_API_KEY' }],
    });
    expect(settingsFrom({ NODE_ENV: 'production', AGENT_API_KEY: 'k' }).ok).toBe(true);
  },
  async LOG_LEVEL() {
    const lines: string[] = [];
    for (const level of ['WARN', 'ERROR']) {
      const read = settingsFrom({ LOG_LEVEL: level });
      if (!read.ok) throw new Error('settings');
      createLogger({ level: read.values.LOG_LEVEL, name: level, write: (line) => void lines.push(line) }).warn(
        'careful',
      );
    }
    expect(lines).toHaveLength(1);
  },
  async NEXUS_HOST() {
    const { port } = await start({ NEXUS_HOST: '127.0.0.2' });
    expect((await fetch(`http://127.0.0.2:${port}/health/live`)).status).toBe(200);
    await expect(fetch(`http://127.0.0.1:${port}/health/live`)).rejects.toThrow();
  },
  async NEXUS_DATA_DIR() {
    const other = join(directory, 'other');
    await start({ NEXUS_DATA_DIR: other });
    expect(existsSync(join(other, 'tmp'))).toBe(true);
  },
  async REDIS_URL() {
    expect(settingsFrom({ REDIS_URL: '' })).toMatchObject({ ok: false, problems: [{ name: 'REDIS_URL' }] });
    const { port } = await start({ REDIS_URL: 'redis://127.0.0.1:1' });
    expect((await fetch(`http://127.0.0.1:${port}/health/ready`)).status).toBe(503);
  },
  async SUPERVISOR_URL() {
    const { queue } = openQueue('nexus.tasks');
    await start();
    await reported(await add(queue), 'succeeded');
  },
  async NEXUS_API_KEY() {
    const { queue } = openQueue('nexus.tasks');
    await start({ NEXUS_API_KEY: 'mine' });
    const { headers } = await reported(await add(queue), 'succeeded');
    expect(headers['x-api-key']).toBe('mine');
  },
  async AGENT_API_KEY() {
    const { queue } = openQueue('nexus.tasks');
    await start({ NEXUS_API_KEY: 'mine', AGENT_API_KEY: 'agents' });
    const { headers } = await reported(await add(queue), 'succeeded');
    expect(headers['x-api-key']).toBe('agents');
  },
  async TASK_QUEUE() {
    const { queue } = openQueue('other.tasks');
    await start({ TASK_QUEUE: 'other.tasks' });
    expect(await until(queue, await add(queue), done)).toMatchObject({ status: 'succeeded' });
  },
  async TASK_LOCK_TTL_SECONDS() {
    const { queue, connection } = openQueue('lock.tasks', 0);
    await start({ TASK_QUEUE: 'lock.tasks', TASK_LOCK_TTL_SECONDS: '77' });
    const taskId = await add(queue, { fail: true });
    const lock = `{nexus}:ix:lock.tasks:lock:${taskId}`;
    for (let ttl = -2; ttl < 0; ttl = await connection.ttl(lock));
    expect(await connection.ttl(lock)).toBeLessThanOrEqual(77);
  },
  async NEXUS_WORKER_PORT() {
    const { port } = await start();
    await expect(start({ NEXUS_WORKER_PORT: String(port) })).rejects.toThrow(/EADDRINUSE/);
  },
  async WORKER_CONCURRENCY() {
    const { queue } = openQueue('narrow.tasks');
    await start({ TASK_QUEUE: 'narrow.tasks', WORKER_CONCURRENCY: '1' });
    const first = await add(queue, { hold: true });
    await until(queue, first, (each) => each.status === 'running');
    const second = await add(queue);
    const third = await add(queue);
    expect(await queue.read(second)).toMatchObject({ status: 'queued' });
    await queue.cancel(first, { by: 'test' });
    await until(queue, third, done);
    expect(await queue.read(second)).toMatchObject({ status: 'succeeded' });
  },
  async WORKER_LOCK_SECONDS() {
    const { queue, connection } = openQueue('lease.tasks');
    await start({ TASK_QUEUE: 'lease.tasks', WORKER_LOCK_SECONDS: '5' });
    const taskId = await add(queue, { hold: true });
    await until(queue, taskId, (each) => each.status === 'running');
    const left = await connection.pttl(`{nexus}:lease.tasks:${taskId}:lock`);
    expect(left).toBeGreaterThan(0);
    expect(left).toBeLessThanOrEqual(5000);
  },
  async WORKER_GRACE_SECONDS() {
    const { queue } = openQueue('grace.tasks');
    const agent = await start({ TASK_QUEUE: 'grace.tasks', WORKER_GRACE_SECONDS: '0' });
    const taskId = await add(queue, { hold: true });
    await until(queue, taskId, (each) => each.status === 'running');
    await agent.stop();
    expect(await queue.read(taskId)).toMatchObject({ status: 'queued' });
  },
  async WORKER_TEMP_DIR() {
    const { queue } = openQueue('folder.tasks');
    await start({ TASK_QUEUE: 'folder.tasks', WORKER_TEMP_DIR: 'elsewhere' });
    const { result } = await until(queue, await add(queue), done);
    expect(result?.['folder']).toMatch(new RegExp(`^${join(directory, 'elsewhere')}`));
  },
  async CALLBACK_ENABLED() {
    const { queue } = openQueue('quiet.tasks');
    const agent = await start({ TASK_QUEUE: 'quiet.tasks', CALLBACK_ENABLED: 'false' });
    await until(queue, await add(queue), done);
    await agent.stop();
    expect(callbacks).toEqual([]);
  },
  async CALLBACK_SIGNATURE_SECRET() {
    const { queue } = openQueue('nexus.tasks');
    await start({ CALLBACK_SIGNATURE_SECRET: 's' });
    const { headers } = await reported(await add(queue), 'succeeded');
    expect(headers['x-signature']).toMatch(/^[0-9a-f]{64}$/);
  },
  async CALLBACK_SIGNATURE_SECRETS_JSON() {
    expect(settingsFrom({ CALLBACK_SIGNATURE_SECRETS_JSON: '[]' }).ok).toBe(false);
    const { queue } = openQueue('nexus.tasks');
    await start({ CALLBACK_SIGNATURE_SECRETS_JSON: '[{"id":"k1","secret":"s"}]' });
    const { headers } = await reported(await add(queue), 'succeeded');
    expect(headers['x-key-id']).toBe('k1');
  },
  async CALLBACK_SIGNATURE_KEY_ID_HEADER() {
    const { queue } = openQueue('nexus.tasks');
    await start({
      CALLBACK_SIGNATURE_SECRETS_JSON: '[{"id":"k1","secret":"s"}]',
      CALLBACK_SIGNATURE_KEY_ID_HEADER: 'x-which-key',
    });
    const { headers } = await reported(await add(queue), 'succeeded');
    expect(headers['x-which-key']).toBe('k1');
  },
};

describe('every variable changes what the agent does', () => {
  test.each(Object.keys(agentVariables))('%s', async (name) => {
    await proofs[name as keyof typeof agentVariables]();
  });
});
