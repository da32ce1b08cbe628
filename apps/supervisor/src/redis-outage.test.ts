import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createClient, type Client } from '@nexus/contracts';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { readSettings, silentLogger } from '@nexus/runtime';
import { settingsVariables } from './settings.ts';
import { startSupervisor, type RunningSupervisor } from './start-supervisor.ts';

/** A promise of the contract: no route hangs longer while the store is away. */
const PROMISED_MS = 5000;

let redis: TestRedis;
let supervisor: RunningSupervisor | undefined;
let client: Client;
let directory: string;

beforeEach(async () => {
  redis = await startTestRedis({ appendonly: true });
  directory = await mkdtemp(join(tmpdir(), 'nexus-outage-'));
});
afterEach(async () => {
  await supervisor?.stop();
  supervisor = undefined;
  await redis.stop();
  await rm(directory, { recursive: true, force: true });
});

async function start(): Promise<void> {
  const env = { REDIS_URL: redis.url, NEXUS_PORT: '0', NEXUS_DATA_DIR: directory };
  const settings = readSettings(settingsVariables, env);
  if (!settings.ok) throw new Error(JSON.stringify(settings.problems));
  supervisor = await startSupervisor(settings.values, { logger: silentLogger, now: Date.now });
  client = createClient({ baseUrl: `http://127.0.0.1:${supervisor.port}`, key: 'dev-key', timeoutMs: PROMISED_MS });
}

const body = {
  task_type: 'excel_kakao',
  requested_by: 'kim',
  payload: { action: 'chat_to_excel', files: [`file_${'a'.repeat(64)}`] },
};

async function everyAnswer() {
  const task_id = randomUUID();
  return Promise.all([
    client.createTask({ body }),
    client.createTask({ body, headers: { 'idempotency-key': randomUUID() } }),
    client.listTasks(),
    client.getTask({ params: { task_id } }),
    client.cancelTask({ params: { task_id }, body: {} }),
    client.watchTask({ params: { task_id } }),
    client.agentCallback({ body: { task_id, status: 'running' } }),
  ]);
}

async function create(): Promise<string> {
  const created = await client.createTask({ body });
  if (!created.ok) throw new Error(created.message);
  return created.body.task_id;
}

/** Asks until readiness says so; every answer on the way is an honest one. */
async function untilReady(): Promise<void> {
  for (;;) {
    const answer = await client.ready();
    if (answer.status === 200) return;
    expect(answer.status).toBe(503);
  }
}

test.each(['SIGKILL', 'SIGSTOP'] as const)(
  'Redis gets %s: 503 with Retry-After within the time, files and health still work, and all is well afterwards',
  async (signal) => {
    await start();
    const before = await create();
    await redis.kill(signal);
    for (const answer of await everyAnswer())
      expect(answer).toMatchObject({ ok: false, status: 503, code: 'STORE_UNAVAILABLE', retry_after: 2 });
    expect(await client.ready()).toMatchObject({ status: 503, body: { checks: { redis: { ok: false } } } });
    expect(await client.health()).toMatchObject({
      status: 200,
      body: { status: 'degraded', redis_ok: false, queue_ok: false },
    });
    expect(await client.live()).toMatchObject({ status: 200 });
    expect(await client.metrics()).toMatchObject({ status: 200 });
    expect(await client.uploadFile({ body: 'x', headers: { 'x-file-name': 'a' } })).toMatchObject({ status: 201 });
    if (signal === 'SIGKILL') await redis.restart();
    else await redis.kill('SIGCONT');
    await untilReady();
    await create();
    if (signal === 'SIGSTOP')
      expect(await client.getTask({ params: { task_id: before } })).toMatchObject({ status: 200 });
  },
  30_000,
);

/** The supervisor as a process; resolves when it listens. */
async function spawnSupervisor(): Promise<{ child: ChildProcess; port: number }> {
  const child = spawn(process.execPath, ['-C', '@nexus/source', join(import.meta.dirname, 'main.ts')], {
    env: { PATH: process.env['PATH'], REDIS_URL: redis.url, NEXUS_PORT: '0', NEXUS_DATA_DIR: directory },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(line) as { event?: string; port?: number };
    if (entry.event === 'SUPERVISOR_START') return { child, port: entry.port ?? 0 };
  }
  throw new Error('the supervisor ended before it listened');
}

test('a supervisor whose Redis goes away ends on SIGTERM all the same', async () => {
  const { child } = await spawnSupervisor();
  await redis.kill('SIGKILL');
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
}, 20_000);

test('a supervisor starts without Redis, says so, and works when it comes', async () => {
  await redis.kill('SIGKILL');
  const { child, port } = await spawnSupervisor();
  client = createClient({ baseUrl: `http://127.0.0.1:${port}`, key: 'dev-key', timeoutMs: PROMISED_MS });
  expect(await client.health()).toMatchObject({ body: { status: 'degraded' } });
  expect(await client.ready()).toMatchObject({ status: 503 });
  expect(await client.createTask({ body })).toMatchObject({ status: 503, code: 'STORE_UNAVAILABLE' });
  await redis.restart();
  await untilReady();
  await create();
  child.kill('SIGTERM');
  expect(await once(child, 'exit')).toEqual([0, null]);
}, 30_000);

const stopWithoutRedis = `
  import { readSettings, silentLogger } from '@nexus/runtime';
  import { settingsVariables } from './settings.ts';
  import { startSupervisor } from './start-supervisor.ts';
  const settings = readSettings(settingsVariables, process.env);
  const supervisor = await startSupervisor(settings.values, { logger: silentLogger, now: Date.now });
  await fetch('http://127.0.0.1:' + supervisor.port + '/health');
  await supervisor.stop();
`;

test('a supervisor that never reached Redis leaves nothing behind when it has stopped', async () => {
  const args = ['-C', '@nexus/source', '--input-type=module', '-e', stopWithoutRedis];
  const child = spawn(process.execPath, args, {
    cwd: import.meta.dirname,
    env: {
      PATH: process.env['PATH'],
      REDIS_URL: 'redis://127.0.0.1:1',
      NEXUS_PORT: '0',
      NEXUS_DATA_DIR: directory,
      BREAKER_STATE_PATH: join(directory, 'breakers.json'),
    },
    stdio: ['ignore', 'inherit', 'inherit'],
    timeout: 15_000,
  });
  // A process ends by itself only when no timer and no connection is left.
  expect(await once(child, 'exit')).toEqual([0, null]);
}, 20_000);
