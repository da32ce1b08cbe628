/**
 * Milliseconds from the call that adds a task to the moment its success is known, at a steady rate, ours or bare BullMQ.
 * Usage: node queue-latency.ts ours|bare REDIS_URL PER_SECOND SECONDS. Prints {p50_ms, p99_ms, count}.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { createTaskConsumer, createTaskQueue } from '@nexus/task-queue';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { percentile } from '../row.ts';

const [kind = 'ours', url = '', perSecond = '100', seconds = '10'] = process.argv.slice(2);
const connect = () => new Redis(url, { maxRetriesPerRequest: null });
const sent = new Map<string, number>();
const latencies: number[] = [];
const payload = { text: 'x'.repeat(900) };

function finished(taskId: string): void {
  const at = sent.get(taskId);
  if (at !== undefined) latencies.push(performance.now() - at);
}

async function bare(): Promise<(id: string) => Promise<unknown>> {
  const connection = connect();
  const name = `bare-${randomUUID()}`;
  const queue = new Queue(name, { connection, prefix: '{nexus}' });
  const worker = new Worker(name, () => Promise.resolve({}), { connection, prefix: '{nexus}', concurrency: 50 });
  worker.on('completed', (job) => finished(job.id ?? ''));
  await worker.waitUntilReady();
  return (id) => queue.add('echo', { payload }, { jobId: id });
}

async function ours(): Promise<(id: string) => Promise<unknown>> {
  const name = `ours-${randomUUID()}`;
  const queue = createTaskQueue({
    connection: connect(),
    connectBlocking: connect,
    queueName: name,
    retry: { maxRetries: 3, delaysSeconds: [5, 30, 300], jitter: false },
    taskTtlSeconds: 604_800,
    taskLockSeconds: 900,
    now: Date.now,
    onError: () => undefined,
  });
  const consumer = createTaskConsumer({
    connect,
    queueName: name,
    handlers: { echo: () => Promise.resolve({}) },
    concurrency: 50,
    workerName: 'bench',
    lockMs: 30_000,
    taskLockSeconds: 900,
    now: Date.now,
    random: Math.random,
    onStarted: () => undefined,
    onFinished: (attempt) => finished(attempt.envelope.task_id),
    onError: () => undefined,
  });
  await consumer.ready();
  return (id) =>
    queue.enqueue(
      { task_id: id, task_type: 'echo', requested_by: 'bench', requested_at: new Date().toISOString(), payload },
      { audit: { client_ip: '127.0.0.1', payload_hash: 'none', actor: 'bench' } },
    );
}

const add = kind === 'ours' ? await ours() : await bare();
const total = Number(perSecond) * Number(seconds);
const warmUp = Number(perSecond);
const started = performance.now();
for (let at = 0; at < total + warmUp; at += 1) {
  const due = started + (at * 1000) / Number(perSecond);
  const early = due - performance.now();
  if (early > 1) await wait(early);
  const id = randomUUID();
  if (at >= warmUp) sent.set(id, performance.now());
  void add(id);
}
while (latencies.length < total) await wait(20);
process.stdout.write(
  `${JSON.stringify({ p50_ms: percentile(latencies, 0.5), p99_ms: percentile(latencies, 0.99), count: latencies.length })}\n`,
);
process.exit(0);
