import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { signatureHeaders } from '@nexus/contracts';
import { connectRedis, registerMetrics } from '@nexus/runtime';
import { createTaskQueue } from '@nexus/task-queue';
import { createMemoryFileStore } from './file/testing/memory-file-store.ts';
import { metricDefinitions } from './metrics.ts';
import { backgroundJobs } from './ops/background-loops.ts';
import { loopPorts } from './testing/loop-ports.ts';
import { createMemoryTaskQueue, type MemoryTaskQueue } from './testing/memory-task-queue.ts';
import { describeSupervisor } from './testing/supervisor-suite.ts';
import { startTestSupervisor, type TestSupervisor, type TestSupervisorOptions } from './testing/test-supervisor.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

describeSupervisor('a queue in memory', async (now) => {
  const queue = createMemoryTaskQueue({ now });
  return { queue, close: () => queue.close() };
});

describeSupervisor('BullMQ', async (now) => {
  const open = (purpose: 'request' | 'blocking') =>
    connectRedis({ url: redis.url, purpose, name: 'supervisor-test', onError: () => undefined });
  const connection = open('request');
  const queue = createTaskQueue({
    connection,
    connectBlocking: () => open('blocking'),
    queueName: `test-${randomUUID()}`,
    retry: { maxRetries: 3, delaysSeconds: [5, 30, 300], jitter: false },
    taskTtlSeconds: 604_800,
    taskLockSeconds: 900,
    now,
    onError: () => undefined,
  });
  return {
    queue,
    async close() {
      await queue.close();
      await connection.flushall();
      connection.disconnect();
    },
  };
});

describe('when things fail', () => {
  const payload = { action: 'chat_to_excel', files: [`file_${'a'.repeat(64)}`] };
  const body = { task_type: 'excel_kakao', requested_by: 'kim', payload };
  const away = new Error('Connection is closed.');
  let queue: MemoryTaskQueue;
  let supervisor: TestSupervisor;

  afterEach(() => supervisor.close());

  async function start(over: Partial<TestSupervisorOptions> = {}): Promise<void> {
    queue = createMemoryTaskQueue({ now: Date.now });
    supervisor = await startTestSupervisor({ queue, now: Date.now, ...over });
  }

  test('every route that needs the store is 503 with Retry-After while it is away, and health says so', async () => {
    await start();
    queue.fail(away);
    const { client, agent } = supervisor;
    const task_id = randomUUID();
    const answers = await Promise.all([
      client.createTask({ body }),
      client.createExcelKakao({ body: { payload } }),
      client.listTasks(),
      client.getTask({ params: { task_id } }),
      client.cancelTask({ params: { task_id }, body: {} }),
      client.watchTask({ params: { task_id } }),
      agent.agentCallback({ body: { task_id, status: 'running' } }),
    ]);
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 503, code: 'STORE_UNAVAILABLE', retry_after: 2 });
    expect(await client.health()).toMatchObject({
      status: 200,
      body: { status: 'degraded', redis_ok: false, rabbit_ok: false },
    });
    expect(await client.ready()).toMatchObject({
      status: 503,
      body: { status: 'degraded', checks: { queue: { ok: false } } },
    });
    expect(await client.live()).toMatchObject({ status: 200 });
    expect((await client.metrics()).ok).toBe(true);
    queue.fail(undefined);
    expect(await client.createTask({ body })).toMatchObject({ status: 202 });
  });

  test('a create whose answer was lost is found by its id', async () => {
    await start();
    queue.failNextEnqueue(new Error('Command timed out'), { queued: true });
    const created = await supervisor.client.createTask({ body });
    expect(created).toMatchObject({ ok: true, status: 202 });
    expect(await supervisor.client.listTasks()).toMatchObject({ body: { items: [{ status: 'queued' }] } });
    expect(await supervisor.metric('nexus_queue_publish_fail_total{task_type="excel_kakao"}')).toBe(0);
  });

  test('a create that never reached the queue is QUEUE_PUBLISH_FAIL and leaves no task', async () => {
    await start();
    queue.failNextEnqueue(new Error('the script is broken'), { queued: false });
    expect(await supervisor.client.createTask({ body })).toMatchObject({ status: 500, code: 'QUEUE_PUBLISH_FAIL' });
    expect(await supervisor.client.listTasks()).toMatchObject({ body: { items: [] } });
    expect(await supervisor.metric('nexus_queue_publish_fail_total{task_type="excel_kakao"}')).toBe(1);
  });

  test('signed callbacks are 503 while the nonces cannot be kept: there is no second store', async () => {
    const nonces = { claim: () => Promise.reject(away), finish: () => Promise.reject(away) };
    await start({ signingKeys: [{ secret: 's' }], ports: { nonces } });
    const rawBody = JSON.stringify({ task_id: randomUUID(), status: 'running' });
    const headers = signatureHeaders(
      { timestamp: Math.floor(Date.now() / 1000), nonce: 'nonce-12345', body: rawBody },
      { secret: 's' },
    );
    expect(await supervisor.agent.agentCallback({ rawBody, extraHeaders: headers })).toMatchObject({
      status: 503,
      code: 'STORE_UNAVAILABLE',
    });
    expect(await supervisor.agent.agentCallback({ rawBody })).toMatchObject({ status: 401, code: 'BAD_SIGNATURE' });
  });

  test('an unreadable key list refuses callbacks rather than letting them pass', async () => {
    await start({ ports: { signingKeys: () => Promise.resolve({ state: 'broken', why: 'gone' }) } });
    expect(await supervisor.agent.agentCallback({ body: { task_id: randomUUID(), status: 'running' } })).toMatchObject({
      status: 500,
      code: 'MISCONFIG',
    });
  });

  test('a stream lives through an outage of the store and shows the change afterwards', async () => {
    await start();
    const created = await supervisor.client.createTask({ body });
    if (!created.ok) throw new Error(created.message);
    const { task_id } = created.body;
    const stream = await supervisor.client.watchTask({ params: { task_id } });
    if (!stream.ok) throw new Error(stream.message);
    const events = stream.body[Symbol.asyncIterator]();
    await events.next();
    await supervisor.waiting(1);
    queue.fail(away);
    supervisor.beat();
    await supervisor.waiting(1);
    queue.fail(undefined);
    await supervisor.agent.agentCallback({ body: { task_id, status: 'running' } });
    expect((await events.next()).value).toMatchObject({ data: { status: 'running' } });
  });

  test('an upload that breaks off leaves no file', async () => {
    const store = createMemoryFileStore({ ttlSeconds: 10, now: Date.now });
    let outcome: Promise<unknown> = Promise.resolve();
    let begun: () => void = () => undefined;
    const hasBegun = new Promise<void>((resolve) => (begun = resolve));
    await start({
      ports: {
        files: {
          ...store,
          put: (...parameters) => {
            const put = store.put(...parameters);
            outcome = put.then(
              () => 'stored',
              () => 'rejected',
            );
            begun();
            return put;
          },
        },
      },
    });
    const socket = connect(Number(new URL(supervisor.base).port), '127.0.0.1');
    await once(socket, 'connect');
    socket.write(
      'POST /files HTTP/1.1\r\nHost: x\r\nX-API-Key: user-key\r\nX-File-Name: a\r\nContent-Length: 100\r\n\r\nhalf',
    );
    await hasBegun;
    socket.destroy();
    expect(await outcome).toBe('rejected');
    expect(supervisor.logs().some((line) => line['level'] === 'ERROR')).toBe(false);
  });

  test('what only the reconciler learned is accounted for like a callback', async () => {
    await start();
    const created = await supervisor.client.createTask({ body });
    if (!created.ok) throw new Error(created.message);
    await queue.report({
      task_id: created.body.task_id,
      status: 'failed',
      will_retry: false,
      error: { code: 'WORKER_LOST', message: 'gone' },
    });
    const task = await queue.read(created.body.task_id);
    if (!task) throw new Error('no task');
    const metrics = registerMetrics(metricDefinitions);
    const files = createMemoryFileStore({ ttlSeconds: 1, now: Date.now });
    const jobs = backgroundJobs(loopPorts({ queue, files, metrics: metrics.handles }));
    queue.leaveUnreported([{ task, attempt: 1 }]);
    await jobs['reconcile']?.run();
    await jobs['reconcile']?.run();
    const text = await metrics.expose();
    expect(text).toContain('nexus_dlq_total{task_type="excel_kakao",failure_code="WORKER_LOST"} 1');
    expect(text).toContain('nexus_task_status_total{task_type="excel_kakao",status="failed"} 1');
    expect(text).toContain('nexus_task_duration_seconds_count{task_type="excel_kakao"} 1');
  });
});
