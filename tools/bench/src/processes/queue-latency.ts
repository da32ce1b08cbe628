/**
 * Milliseconds from the call that adds a task to the moment its success is known, at a steady rate, ours or bare BullMQ.
 * Usage: node queue-latency.ts ours|bare REDIS_URL PER_SECOND SECONDS. Prints {p50_ms, p99_ms, count}.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { percentile } from '../row.ts';
import { IN_FLIGHT, openTaskQueueSubject, payload } from './task-queue-subject.ts';

const [kind = 'ours', url = '', perSecond = '100', seconds = '10'] = process.argv.slice(2);
const connect = () => new Redis(url, { maxRetriesPerRequest: null });
const sent = new Map<string, number>();
const latencies: number[] = [];

function finished(taskId: string): void {
  const at = sent.get(taskId);
  if (at !== undefined) latencies.push(performance.now() - at);
}

async function bare(): Promise<(id: string) => Promise<unknown>> {
  const connection = connect();
  const name = `bare-${randomUUID()}`;
  const queue = new Queue(name, { connection, prefix: '{nexus}' });
  const worker = new Worker(name, () => Promise.resolve({}), { connection, prefix: '{nexus}', concurrency: IN_FLIGHT });
  worker.on('completed', (job) => finished(job.id ?? ''));
  await worker.waitUntilReady();
  return (id) => queue.add('echo', { payload }, { jobId: id });
}

async function ours(): Promise<(id: string) => Promise<unknown>> {
  const subject = openTaskQueueSubject(url);
  await subject.consume(finished).ready();
  return subject.add;
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
