import { randomUUID } from 'node:crypto';
import { callbackSchema, type Task, type TaskEnvelope } from '@nexus/contracts';
import { Redis } from 'ioredis';
import { createDeadLetters } from '../create-dead-letters.ts';
import { createTaskConsumer } from '../create-task-consumer.ts';
import { createTaskQueue, type TaskQueueOptions } from '../create-task-queue.ts';
import type { DeadLetters } from '../dead-letters.ts';
import type { FinishedAttempt, TaskConsumer, TaskConsumerOptions } from '../task-consumer.ts';
import type { TaskQueue } from '../task-queue.ts';

/** How a task of a test fails. `finishedAt` in epoch milliseconds. */
export type Failing = { code?: string; message?: string; finishedAt?: number; envelope?: Partial<TaskEnvelope> };

/** A queue on a real Redis with its own name and a clock the test moves. */
export type QueueFixture = {
  queue: TaskQueue;
  letters: DeadLetters;
  /** Enqueues a task that its agent reports as failed for good, and returns its id. */
  addLetter(failing?: Failing): Promise<string>;
  queueName: string;
  connection: Redis;
  /** Epoch milliseconds the library sees; real time plus what the test added. */
  advance(milliseconds: number): void;
  /** Enqueues an `echo` task and returns its id. */
  add(payload?: Record<string, unknown>, over?: Partial<TaskEnvelope>): Promise<string>;
  consume(handlers: TaskConsumerOptions['handlers'], over?: Partial<TaskConsumerOptions>): Promise<Consumed>;
  /** The same, without waiting until the consumer is ready. */
  consumeSoon(handlers: TaskConsumerOptions['handlers'], over?: Partial<TaskConsumerOptions>): Consumed;
  /** Resolves with the task as soon as it passes the test; changes wake it, no polling interval is waited for. */
  until(taskId: string, condition: (task: Task) => boolean): Promise<Task>;
  close(): Promise<void>;
};

export type Consumed = { consumer: TaskConsumer; finished: FinishedAttempt[]; errors: unknown[] };

/** Opens a fixture on the server at `url`. Options override the defaults of the contract. */
export function openQueue(url: string, over: Partial<TaskQueueOptions> = {}): QueueFixture {
  const queueName = over.queueName ?? `test-${randomUUID()}`;
  const connections: Redis[] = [];
  const connect = () => {
    const connection = new Redis(url, { maxRetriesPerRequest: null, disconnectTimeout: 100 });
    connection.on('error', () => undefined);
    connections.push(connection);
    return connection;
  };
  let offset = 0;
  const now = () => Date.now() + offset;
  const connection = connect();
  const queue = createTaskQueue({
    connection,
    connectBlocking: connect,
    queueName,
    retry: { maxRetries: 3, delaysSeconds: [5, 30, 300], jitter: false },
    taskTtlSeconds: 604_800,
    taskLockSeconds: 900,
    now,
    onError: () => undefined,
    ...over,
  });
  const consumers: TaskConsumer[] = [];
  function consumeSoon(
    handlers: TaskConsumerOptions['handlers'],
    consumerOver: Partial<TaskConsumerOptions> = {},
  ): Consumed {
    const finished: FinishedAttempt[] = [];
    const errors: unknown[] = [];
    const consumer = createTaskConsumer({
      connect,
      queueName,
      handlers,
      concurrency: 10,
      workerName: 'test-worker',
      lockMs: 30_000,
      taskLockSeconds: 900,
      now,
      random: () => 0.5,
      onStarted: () => undefined,
      onFinished: (attempt) => finished.push(attempt),
      onError: (error) => errors.push(error),
      ...consumerOver,
    });
    consumers.push(consumer);
    return { consumer, finished, errors };
  }
  const letters = createDeadLetters({
    connection,
    queueName,
    taskTtlSeconds: over.taskTtlSeconds ?? 604_800,
    newToken: randomUUID,
    now,
  });
  async function add(payload: Record<string, unknown> = {}, envelope: Partial<TaskEnvelope> = {}): Promise<string> {
    const taskId = envelope.task_id ?? randomUUID();
    const outcome = await queue.enqueue(
      {
        task_id: taskId,
        task_type: 'echo',
        requested_by: 'tester',
        requested_at: new Date(now()).toISOString(),
        payload,
        ...envelope,
      },
      { audit: { client_ip: '127.0.0.1', payload_hash: 'none', actor: 'test' } },
    );
    if (outcome.outcome !== 'queued') throw new Error(`not queued: ${outcome.outcome}`);
    return outcome.task_id;
  }
  return {
    queue,
    letters,
    add,
    async addLetter({ code = 'PROVIDER_TIMEOUT', message = 'no answer', finishedAt, envelope = {} } = {}) {
      const taskId = await add({}, envelope);
      await queue.report(
        callbackSchema.parse({
          task_id: taskId,
          status: 'failed',
          will_retry: false,
          error: { code, message },
          ...(finishedAt === undefined ? {} : { finished_at: new Date(finishedAt).toISOString() }),
        }),
      );
      return taskId;
    },
    queueName,
    connection,
    advance: (milliseconds) => {
      offset += milliseconds;
    },
    async consume(handlers, consumerOver = {}) {
      const consumed = consumeSoon(handlers, consumerOver);
      await consumed.consumer.ready();
      return consumed;
    },
    consumeSoon,
    until(taskId, condition) {
      return new Promise((resolve, reject) => {
        const look = () => {
          queue.read(taskId).then((task) => {
            if (task === undefined || !condition(task)) return;
            unwatch();
            resolve(task);
          }, reject);
        };
        const unwatch = queue.watch(taskId, look);
        look();
      });
    },
    async close() {
      await Promise.all(consumers.map((consumer) => consumer.close({ graceMs: 0 })));
      await queue.close();
      for (const each of connections) each.disconnect();
    },
  };
}

/** Makes every waiting retry due now, as if its delay had passed. */
export async function promoteRetries({ connection, queueName }: QueueFixture): Promise<string[]> {
  const base = `{nexus}:${queueName}:`;
  const ids = await connection.zrange(`${base}delayed`, '0', '-1');
  for (const id of ids) {
    await connection.multi().zadd(`${base}delayed`, 0, id).zadd(`${base}marker`, 0, '1').exec();
  }
  return ids;
}
