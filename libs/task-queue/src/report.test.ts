import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { callbackSchema, type CallbackInput } from '@nexus/contracts';
import { failure } from '@nexus/failure-taxonomy';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { openQueue, promoteRetries, type QueueFixture } from './testing/queue-fixture.ts';

let redis: TestRedis;
let fixture: QueueFixture;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterEach(() => fixture.close());
afterAll(() => redis.stop());

function report(body: CallbackInput) {
  return fixture.queue.report(callbackSchema.parse(body));
}

describe('an agent that only posts callbacks', () => {
  test('completes a task nobody took from the queue; no worker runs it afterwards', async () => {
    fixture = openQueue(redis.url);
    const id = await fixture.add();
    expect(await report({ task_id: id, status: 'running' })).toMatchObject({
      outcome: 'accepted',
      attempt: 1,
      task: { status: 'running' },
    });
    expect(await report({ task_id: id, status: 'succeeded', result: { answer: 42 } })).toMatchObject({
      outcome: 'accepted',
      task: { status: 'succeeded', result: { answer: 42 }, park: null },
    });
    expect(await report({ task_id: id, status: 'succeeded', result: { answer: 43 } })).toMatchObject({
      outcome: 'duplicate',
      task: { result: { answer: 42 } },
    });
    expect(await report({ task_id: id, status: 'running' })).toMatchObject({ outcome: 'duplicate' });
    expect(
      await report({ task_id: id, attempt: 1, status: 'failed', error: { code: 'UNKNOWN', message: 'no' } }),
    ).toMatchObject({
      outcome: 'ignored',
      task: { status: 'succeeded' },
    });
    const { finished } = await fixture.consume({ echo: () => Promise.resolve({}) });
    const next = await fixture.add();
    await fixture.until(next, (task) => task.status === 'succeeded');
    expect(finished).toHaveLength(1);
  });

  test('a late running is ignored', async () => {
    fixture = openQueue(redis.url);
    const id = await fixture.add();
    await report({ task_id: id, status: 'succeeded' });
    expect(await report({ task_id: id, status: 'running' })).toMatchObject({
      outcome: 'ignored',
      task: { status: 'succeeded' },
    });
  });

  test('a final failure parks the task with the reported code', async () => {
    fixture = openQueue(redis.url);
    const id = await fixture.add();
    await report({ task_id: id, status: 'running' });
    const outcome = await report({
      task_id: id,
      status: 'failed',
      error: { code: 'PROVIDER_AUTH_ERROR', message: 'key refused', detail: { key_id: 'k1' } },
    });
    expect(outcome).toMatchObject({
      outcome: 'accepted',
      task: {
        status: 'failed',
        park: 'dlq',
        failure_code: 'PROVIDER_AUTH_ERROR',
        error: { code: 'PROVIDER_AUTH_ERROR', message: 'key refused', detail: { key_id: 'k1' } },
        attempts: [{ attempt: 1, outcome: 'failed', failure_code: 'PROVIDER_AUTH_ERROR' }],
      },
    });
    expect((await fixture.queue.parked()).dlq).toBe(1);
  });

  test('an unknown task is not found', async () => {
    fixture = openQueue(redis.url);
    expect(await report({ task_id: crypto.randomUUID(), status: 'running' })).toEqual({ outcome: 'not_found' });
  });
});

describe('a hand-written consumer of the queue', () => {
  /** A bare BullMQ worker, as another team's agent in another language would be. */
  function bareWorker(act: (taskId: string) => Promise<unknown>): { worker: Worker; close(): Promise<void> } {
    const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
    const worker = new Worker(fixture.queueName, (job) => act(job.id ?? ''), { connection, prefix: '{nexus}' });
    return {
      worker,
      async close() {
        await worker.close();
        connection.disconnect();
      },
    };
  }

  test('reports success before it lets go of the job: final at once, and still when the job then fails', async () => {
    fixture = openQueue(redis.url, { retry: { maxRetries: 0, delaysSeconds: [5], jitter: false } });
    const id = await fixture.add();
    const agent = bareWorker(async (taskId) => {
      await report({ task_id: taskId, status: 'succeeded', result: { sent: 3 } });
      throw new Error('crashed after the report');
    });
    await new Promise((resolve) => agent.worker.once('failed', resolve));
    expect(await fixture.queue.read(id)).toMatchObject({ status: 'succeeded', result: { sent: 3 } });
    expect(await fixture.queue.reconcile()).toMatchObject({ settled: 1 });
    expect(await fixture.queue.read(id)).toMatchObject({ status: 'succeeded', result: { sent: 3 }, park: null });
    expect(await fixture.queue.parked()).toEqual({ dlq: 0, hold: 0, alarm: 0 });
    expect(await fixture.connection.zcard(`{nexus}:${fixture.queueName}:failed`)).toBe(0);
    await agent.close();
  });

  test('reports failure and returns normally: the task is failed and parked, never shown as success', async () => {
    fixture = openQueue(redis.url);
    const id = await fixture.add();
    const agent = bareWorker(async (taskId) => {
      await report({ task_id: taskId, status: 'failed', error: { code: 'PAYLOAD_INVALID', message: 'no phone' } });
      return {};
    });
    await new Promise((resolve) => agent.worker.once('completed', resolve));
    expect(await fixture.queue.read(id)).toMatchObject({ status: 'failed', failure_code: 'PAYLOAD_INVALID' });
    await fixture.queue.reconcile();
    expect(await fixture.queue.read(id)).toMatchObject({
      status: 'failed',
      park: 'dlq',
      error: { message: 'no phone' },
    });
    await agent.close();
  });

  test('a failure that will be retried puts the task back to queued and is remembered', async () => {
    fixture = openQueue(redis.url);
    const id = await fixture.add();
    await report({ task_id: id, status: 'running' });
    const outcome = await report({
      task_id: id,
      status: 'failed',
      will_retry: true,
      error: { code: 'PROVIDER_TIMEOUT', message: 'slow' },
    });
    expect(outcome).toMatchObject({
      outcome: 'accepted',
      task: { status: 'queued', last_error: { code: 'PROVIDER_TIMEOUT' }, attempts: [{ outcome: 'failed' }] },
    });
  });
});

describe("our own worker's callbacks", () => {
  test('agree with the queue and are counted once', async () => {
    fixture = openQueue(redis.url);
    const id = await fixture.add();
    await fixture.consume({ echo: () => Promise.resolve({ ok: true }) });
    await fixture.until(id, (task) => task.status === 'succeeded');
    const final: CallbackInput = { task_id: id, attempt: 1, status: 'succeeded', result: { ok: true } };
    expect(await report(final)).toMatchObject({ outcome: 'accepted' });
    expect(await report(final)).toMatchObject({ outcome: 'duplicate' });
  });

  test('about an earlier attempt change nothing while a later one runs', async () => {
    fixture = openQueue(redis.url);
    const id = await fixture.add();
    const { consumer } = await fixture.consume({
      echo: ({ attempt, signal }) =>
        attempt === 1
          ? Promise.reject(failure('PROVIDER_TIMEOUT', 'slow'))
          : new Promise((_resolve, reject) => {
              signal.addEventListener('abort', () => reject(new Error('stopped')));
            }),
    });
    await fixture.until(id, (task) => task.next_retry_at !== null);
    await promoteRetries(fixture);
    await fixture.until(id, (task) => task.status === 'running');
    const late: CallbackInput[] = [
      { task_id: id, attempt: 1, status: 'running' },
      { task_id: id, attempt: 1, status: 'failed', error: { code: 'UNKNOWN', message: 'late' } },
      { task_id: id, attempt: 1, status: 'succeeded' },
    ];
    for (const each of late) {
      expect(await report(each)).toMatchObject({ outcome: 'ignored', task: { status: 'running', park: null } });
    }
    expect((await fixture.queue.read(id))?.attempts.map((attempt) => attempt.outcome)).toEqual(['failed', 'running']);
    await consumer.close({ graceMs: 0 });
  });

  test('that never came are found once, after their grace', async () => {
    fixture = openQueue(redis.url);
    const reported = await fixture.add();
    const silent = await fixture.add();
    const dead = await fixture.add({ fail: true });
    await fixture.consume(
      {
        echo: ({ envelope }) =>
          envelope.payload['fail'] === true ? Promise.reject(new TypeError('bug')) : Promise.resolve({}),
      },
      {},
    );
    for (const id of [reported, silent]) await fixture.until(id, (task) => task.status === 'succeeded');
    await fixture.until(dead, (task) => task.retry_count === 1);
    await fixture.queue.cancel(dead, { by: 'kim' });
    await report({ task_id: reported, attempt: 1, status: 'succeeded' });
    expect((await fixture.queue.reconcile()).unreported).toEqual([]);
    fixture.advance(61_000);
    const found = (await fixture.queue.reconcile()).unreported;
    expect(new Set(found.map(({ task }) => task.task_id))).toEqual(new Set([silent, dead]));
    expect((await fixture.queue.reconcile()).unreported).toEqual([]);
  });
});

describe('the index of dead letters', () => {
  test('a job that failed while nobody indexed it is parked by the next pass', async () => {
    fixture = openQueue(redis.url);
    const id = await fixture.add();
    const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
    const worker = new Worker(
      fixture.queueName,
      () => Promise.reject(new Error('job stalled more than allowable limit')),
      {
        connection,
        prefix: '{nexus}',
        settings: { backoffStrategy: () => -1 },
      },
    );
    await new Promise((resolve) => worker.once('failed', resolve));
    await worker.close();
    connection.disconnect();
    expect(await fixture.queue.parked()).toMatchObject({ dlq: 0 });
    expect(await fixture.queue.read(id)).toMatchObject({ status: 'failed', park: 'dlq' });
    expect(await fixture.queue.reconcile()).toMatchObject({ parked: 1 });
    expect(await fixture.queue.read(id)).toMatchObject({ park: 'dlq', failure_code: 'WORKER_LOST' });
    const causes = await fixture.letters.causes('dlq');
    expect(await fixture.letters.newest('dlq', causes)).toEqual([expect.objectContaining({ task_id: id })]);
    expect(causes).toEqual([expect.objectContaining({ failure_code: 'WORKER_LOST', task_type: 'echo', count: 1 })]);
  });

  test('entries of jobs retried or removed behind our back are dropped with every facet', async () => {
    fixture = openQueue(redis.url, { retry: { maxRetries: 0, delaysSeconds: [5], jitter: false } });
    const retried = await fixture.add();
    const removed = await fixture.add();
    const { consumer } = await fixture.consume({ echo: () => Promise.reject(new Error('boom')) });
    for (const id of [retried, removed]) await fixture.until(id, (task) => task.park === 'dlq');
    await consumer.close({ graceMs: 0 });
    await fixture.queue.reconcile();
    const base = `{nexus}:${fixture.queueName}:`;
    const board = new Queue(fixture.queueName, { connection: fixture.connection, prefix: '{nexus}' });
    await (await board.getJob(retried))?.retry('failed');
    await fixture.connection.multi().zrem(`${base}failed`, removed).del(`${base}${removed}`).exec();
    expect(await fixture.queue.reconcile()).toMatchObject({ unparked: 2 });
    expect(await fixture.queue.parked()).toEqual({ dlq: 0, hold: 0, alarm: 0 });
    const left = await fixture.connection.keys(`{nexus}:ix:${fixture.queueName}:dlq:*`);
    expect(left).toEqual([]);
    expect(await fixture.queue.read(retried)).toMatchObject({ status: 'queued', park: null, failure_code: null });
  });

  test('a letter that another tool retried and that failed anew is indexed once, under its new cause', async () => {
    fixture = openQueue(redis.url, { retry: { maxRetries: 0, delaysSeconds: [5], jitter: false } });
    const id = await fixture.add();
    let message = 'first';
    await fixture.consume({ echo: () => Promise.reject(new Error(message)) });
    await fixture.until(id, (task) => task.park === 'dlq');
    await fixture.queue.reconcile();
    message = 'a second sentence';
    const board = new Queue(fixture.queueName, { connection: fixture.connection, prefix: '{nexus}' });
    await (await board.getJob(id))?.retry('failed');
    await fixture.until(id, (task) => task.park === 'dlq' && task.error?.message === message);
    await fixture.queue.reconcile();
    const [letter] = await fixture.letters.read([id]);
    expect(await fixture.letters.causes('dlq')).toEqual([expect.objectContaining({ count: 1, group: letter?.group })]);
    expect(letter?.error.message).toBe(message);
  });

  test('an entry beside the one that the letter itself names is dropped', async () => {
    fixture = openQueue(redis.url);
    const id = await fixture.addLetter();
    const index = `{nexus}:ix:${fixture.queueName}:hold:`;
    await fixture.connection.multi().zadd(`${index}c:x|0|echo|X`, 1, id).sadd(`${index}cells`, 'x|0|echo|X').exec();
    expect(await fixture.queue.reconcile()).toMatchObject({ unparked: 1 });
    expect(await fixture.queue.parked()).toEqual({ dlq: 1, hold: 0, alarm: 0 });
  });

  test('two reconcilers at once do the work once', async () => {
    fixture = openQueue(redis.url);
    const other = openQueue(redis.url, { queueName: fixture.queueName });
    const id = await fixture.add();
    const base = `{nexus}:${fixture.queueName}:`;
    await fixture.connection.multi().lrem(`${base}wait`, 1, id).zadd(`${base}failed`, Date.now(), id).exec();
    const passes = await Promise.all([fixture.queue.reconcile(), other.queue.reconcile()]);
    expect(passes.map((pass) => pass.parked).toSorted()).toEqual([0, 1]);
    await other.close();
  });
});
