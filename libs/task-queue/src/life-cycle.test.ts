import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { callbackSchema, isFinalStatus, type Task } from '@nexus/contracts';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { type Job, Worker } from 'bullmq';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { openQueue, promoteRetries, type QueueFixture } from './testing/queue-fixture.ts';

jest.setTimeout(120_000);

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

/** Everything that may happen to one task, in any order, from anybody. */
type Event =
  | { kind: 'take' }
  | { kind: 'complete' }
  | { kind: 'fail' }
  | { kind: 'retry-now' }
  | { kind: 'report'; status: 'running' | 'succeeded' | 'failed'; attempt: number | undefined; willRetry: boolean }
  | { kind: 'cancel' }
  | { kind: 'reconcile' };

const anyEvent: fc.Arbitrary<Event> = fc.oneof(
  { weight: 4, arbitrary: fc.constant({ kind: 'take' } as const) },
  { weight: 2, arbitrary: fc.constant({ kind: 'complete' } as const) },
  { weight: 3, arbitrary: fc.constant({ kind: 'fail' } as const) },
  { weight: 3, arbitrary: fc.constant({ kind: 'retry-now' } as const) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('report' as const),
      status: fc.constantFrom('running' as const, 'succeeded' as const, 'failed' as const),
      attempt: fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined }),
      willRetry: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'cancel' } as const) },
  { weight: 2, arbitrary: fc.constant({ kind: 'reconcile' } as const) },
);

/** A worker moved by hand: takes at most one job at a time. */
class HandWorker {
  readonly worker: Worker;
  private job: Job | undefined;

  constructor(fixture: QueueFixture, connection: Redis) {
    this.worker = new Worker(fixture.queueName, null, {
      connection,
      prefix: '{nexus}',
      autorun: false,
      settings: { backoffStrategy: (failed) => (failed < 3 ? 60_000 : -1) },
    });
  }

  async take(): Promise<void> {
    this.job ??= (await this.worker.getNextJob('token', { block: false })) as Job | undefined;
  }

  async complete(): Promise<void> {
    await this.release((job) => job.moveToCompleted({ by: 'queue' }, 'token', false));
  }

  async fail(): Promise<void> {
    await this.release((job) => job.moveToFailed(new Error('boom'), 'token', false));
  }

  private async release(move: (job: Job) => Promise<unknown>): Promise<void> {
    const job = this.job;
    this.job = undefined;
    if (job !== undefined) await move(job);
  }
}

async function apply(event: Event, taskId: string, context: { fixture: QueueFixture; hand: HandWorker }) {
  const { fixture, hand } = context;
  if (event.kind === 'take') return hand.take();
  if (event.kind === 'complete') return hand.complete();
  if (event.kind === 'fail') return hand.fail();
  if (event.kind === 'retry-now') return promoteRetries(fixture);
  if (event.kind === 'cancel') return fixture.queue.cancel(taskId, { by: 'kim' });
  if (event.kind === 'reconcile') return fixture.queue.reconcile();
  return fixture.queue.report(
    callbackSchema.parse({
      task_id: taskId,
      status: event.status,
      ...(event.attempt === undefined ? {} : { attempt: event.attempt }),
      will_retry: event.willRetry,
      ...(event.status === 'failed' ? { error: { code: 'UNKNOWN', message: 'reported' } } : {}),
    }),
  );
}

function check(task: Task): void {
  const final = isFinalStatus(task.status);
  expect(task.finished_at === null).toBe(!final);
  expect(task.error === null).toBe(task.status !== 'failed');
  if (task.status === 'succeeded') expect(task.park).toBeNull();
  if (task.next_retry_at !== null) expect(task.status).toBe('queued');
}

test('no sequence of events un-terminates a task, and it always is in exactly one place', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(anyEvent, { minLength: 1, maxLength: 14 }), async (events) => {
      const fixture = openQueue(redis.url);
      const connection = new Redis(redis.url, { maxRetriesPerRequest: null });
      const hand = new HandWorker(fixture, connection);
      try {
        const taskId = await fixture.add();
        let final: Task | undefined;
        for (const event of events) {
          await apply(event, taskId, { fixture, hand });
          const task = await fixture.queue.read(taskId);
          if (task === undefined) throw new Error('the task is gone');
          check(task);
          if (final !== undefined) expect([task.status, task.result]).toEqual([final.status, final.result]);
          if (isFinalStatus(task.status)) final = task;
        }
        await hand.complete();
        await fixture.queue.reconcile();
        expect(await places(fixture, taskId)).toHaveLength(1);
        const parked = await fixture.queue.parked();
        const failed = await fixture.connection.zcard(`{nexus}:${fixture.queueName}:failed`);
        const cancelled = await fixture.connection.zcard(`{nexus}:ix:${fixture.queueName}:cancelled`);
        expect(parked.dlq + cancelled).toBe(failed);
      } finally {
        await hand.worker.close();
        connection.disconnect();
        await fixture.close();
      }
    }),
    { numRuns: 150 },
  );
});

async function places({ connection, queueName }: QueueFixture, taskId: string): Promise<string[]> {
  const base = `{nexus}:${queueName}:`;
  const found: string[] = [];
  for (const list of ['wait', 'active']) {
    const positions = await connection.lrange(base + list, 0, -1);
    found.push(...positions.filter((id) => id === taskId).map(() => list));
  }
  for (const set of ['delayed', 'prioritized', 'completed', 'failed']) {
    if ((await connection.zscore(base + set, taskId)) !== null) found.push(set);
  }
  return found;
}
