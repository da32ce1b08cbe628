/**
 * CPU time per task through enqueue and consume, ours or bare BullMQ, in a process of its own.
 * Usage: node queue-cpu.ts ours|bare REDIS_URL TASKS. Prints {node_us, redis_us, total_us, tasks_per_second} per task.
 */
import { randomUUID } from 'node:crypto';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { IN_FLIGHT, openTaskQueueSubject, payload } from './task-queue-subject.ts';

const [kind = 'ours', url = '', tasks = '5000'] = process.argv.slice(2);
const total = Number(tasks);
const connect = () => new Redis(url, { maxRetriesPerRequest: null });
const probe = connect();

async function redisMicroseconds(): Promise<number> {
  const info = await probe.info('cpu');
  const seconds = (name: string) => Number(new RegExp(`${name}:([0-9.]+)`).exec(info)?.[1] ?? 0);
  return (seconds('used_cpu_user') + seconds('used_cpu_sys')) * 1e6;
}

async function inFlight(count: number, act: () => Promise<unknown>): Promise<void> {
  let left = count;
  await Promise.all(
    Array.from({ length: IN_FLIGHT }, async () => {
      while (left > 0) {
        left -= 1;
        await act();
      }
    }),
  );
}

type Subject = { add: () => Promise<unknown>; consume: (count: number) => Promise<void>; close: () => Promise<void> };

function bare(): Subject {
  const connection = connect();
  const name = `bare-${randomUUID()}`;
  const queue = new Queue(name, { connection, prefix: '{nexus}' });
  let worker: Worker | undefined;
  return {
    add: () => queue.add('echo', { payload }, { jobId: randomUUID() }),
    consume: (count) =>
      new Promise((resolve) => {
        let done = 0;
        worker = new Worker(name, () => Promise.resolve({}), { connection, prefix: '{nexus}', concurrency: IN_FLIGHT });
        worker.on('completed', () => {
          done += 1;
          if (done === count) resolve();
        });
      }),
    async close() {
      await worker?.close();
      await queue.close();
      connection.disconnect();
    },
  };
}

function ours(): Subject {
  const subject = openTaskQueueSubject(url);
  return {
    add: () => subject.add(randomUUID()),
    consume: (count) =>
      new Promise((resolve) => {
        let done = 0;
        subject.consume(() => {
          done += 1;
          if (done === count) resolve();
        });
      }),
    close: subject.close,
  };
}

const warm = kind === 'ours' ? ours() : bare();
await inFlight(500, warm.add);
await warm.consume(500);
await warm.close();

const subject = kind === 'ours' ? ours() : bare();
const cpu = process.cpuUsage();
const redisCpu = await redisMicroseconds();
const started = performance.now();
await inFlight(total, subject.add);
await subject.consume(total);
const elapsed = performance.now() - started;
const used = process.cpuUsage(cpu);
const node = (used.user + used.system) / total;
const redis = ((await redisMicroseconds()) - redisCpu) / total;
await subject.close();
probe.disconnect();
process.stdout.write(
  `${JSON.stringify({ node_us: node, redis_us: redis, total_us: node + redis, tasks_per_second: (total * 1000) / elapsed })}\n`,
);
process.exit(0);
