import { randomUUID } from 'node:crypto';
import { createTaskConsumer, createTaskQueue, type TaskConsumer } from '@nexus/task-queue';
import { Redis } from 'ioredis';

/** What a job carries in these measurements: about 1 KB. */
export const payload = { text: 'x'.repeat(900) };

/** Jobs under way at the same time, and the concurrency of the consumer. */
export const IN_FLIGHT = 50;

/** The product's task queue, opened as supervisor and worker open it, on a queue of its own. */
export type TaskQueueSubject = {
  add: (taskId: string) => Promise<unknown>;
  /** Starts the consumer; `onFinished` is told each finished task. */
  consume: (onFinished: (taskId: string) => void) => TaskConsumer;
  close: () => Promise<void>;
};

/** Opens the subject on the Redis at `url`. Errors of background work go to standard error. */
export function openTaskQueueSubject(url: string): TaskQueueSubject {
  const connect = () => new Redis(url, { maxRetriesPerRequest: null });
  const onError = (error: unknown) => void process.stderr.write(`${String(error)}\n`);
  const connection = connect();
  const queueName = `ours-${randomUUID()}`;
  const queue = createTaskQueue({
    connection,
    connectBlocking: connect,
    queueName,
    retry: { maxRetries: 3, delaysSeconds: [5, 30, 300], jitter: false },
    taskTtlSeconds: 604_800,
    taskLockSeconds: 900,
    now: Date.now,
    onError,
  });
  let consumer: TaskConsumer | undefined;
  return {
    add: (taskId) =>
      queue.enqueue(
        { task_id: taskId, task_type: 'echo', requested_by: 'bench', requested_at: new Date().toISOString(), payload },
        { audit: { client_ip: '127.0.0.1', payload_hash: 'none', actor: 'bench' } },
      ),
    consume(onFinished) {
      consumer = createTaskConsumer({
        connect,
        queueName,
        handlers: { echo: () => Promise.resolve({}) },
        concurrency: IN_FLIGHT,
        workerName: 'bench',
        lockMs: 30_000,
        taskLockSeconds: 900,
        now: Date.now,
        random: Math.random,
        onStarted: () => undefined,
        onFinished: (attempt) => onFinished(attempt.envelope.task_id),
        onError,
      });
      return consumer;
    },
    async close() {
      await consumer?.close({ graceMs: 1000 });
      await queue.close();
      connection.disconnect();
    },
  };
}
