/**
 * What BullMQ itself offers for failed jobs, on a queue of its own with the same payloads: counting them by reading them
 * all, putting them all back, and the memory they take.
 * Usage: node letter-bullmq.ts REDIS_URL COUNT. Prints {@link BullmqLetters}.
 */
import { randomUUID } from 'node:crypto';
import { Queue, UnrecoverableError, Worker } from 'bullmq';
import { median } from '../row.ts';
import { usedMemory } from './letter-server.ts';
import { watchStalls } from './letter-stall.ts';
import { connectTo, letterParts } from './letter-subject.ts';

/** `scan_ms`: to count `jobs` failed jobs with getJobs. Retries with retryJobs, by its own default 1,000 a call. */
export type BullmqLetters = {
  jobs: number;
  bytes_per_job: number;
  scan_ms: number;
  retries_per_second: number;
  retry_stall_ms: number;
};

const ROUNDS = 3;
const PAGE = 1000;
const ADD = 500;
const CONCURRENCY = 50;
const BATCH = 1000;

const [url = '', jobs = '20000'] = process.argv.slice(2);
const count = Number(jobs);
const connection = connectTo(url);
const name = `bench-bullmq-${randomUUID()}`;
const queue = new Queue(name, { connection, prefix: '{nexus}' });

async function addAll(): Promise<void> {
  for (let from = 0; from < count; from += ADD) {
    const some = Array.from({ length: Math.min(ADD, count - from) }, (_, at) => {
      const { task_type, payload } = letterParts(from + at);
      const task_id = randomUUID();
      const data = { task_id, task_type, requested_by: 'bench', requested_at: new Date().toISOString(), payload };
      const opts = { jobId: task_id, stackTraceLimit: 0 };
      return { name: task_type, data, opts };
    });
    await queue.addBulk(some);
  }
}

/** Has a worker fail every waiting job. */
async function failAll(): Promise<void> {
  const worker = new Worker<{ payload: { n: number } }>(
    name,
    (job) => {
      const { failure_code, message } = letterParts(job.data.payload.n);
      return Promise.reject(new UnrecoverableError(`${failure_code}: ${message}`));
    },
    { connection, prefix: '{nexus}', concurrency: CONCURRENCY },
  );
  await new Promise<void>((resolve) => {
    let failed = 0;
    worker.on('failed', () => {
      failed += 1;
      if (failed === count) resolve();
    });
  });
  await worker.close();
}

async function countByScan(): Promise<number> {
  const started = performance.now();
  const counts = new Map<string, number>();
  for (let from = 0; from < count; from += PAGE) {
    for (const job of await queue.getJobs(['failed'], from, from + PAGE - 1, true)) {
      const cause = `${job.failedReason.split(':')[0]}|${job.name}`;
      counts.set(cause, 1 + (counts.get(cause) ?? 0));
    }
  }
  const found = [...counts.values()].reduce((sum, each) => sum + each, 0);
  if (found !== count) throw new Error(`the scan found ${found} of ${count} failed jobs`);
  return performance.now() - started;
}

const before = await usedMemory(connection);
await addAll();
await failAll();
const bytes = ((await usedMemory(connection)) - before) / count;
const scans = [await countByScan(), await countByScan(), await countByScan()];
const retries: { took_ms: number; stall_ms: number }[] = [];
for (let round = 1; round <= ROUNDS; round += 1) {
  retries.push(await watchStalls(url, () => queue.retryJobs({ state: 'failed', count: BATCH })));
  const waiting = await queue.getWaitingCount();
  if (waiting !== count) throw new Error(`retryJobs put ${waiting} of ${count} jobs back`);
  if (round < ROUNDS) await failAll();
}
const figures: BullmqLetters = {
  jobs: count,
  bytes_per_job: bytes,
  scan_ms: median(scans),
  retries_per_second: (count * 1000) / median(retries.map(({ took_ms }) => took_ms)),
  retry_stall_ms: Math.max(...retries.map(({ stall_ms }) => stall_ms)),
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
process.exit(0);
