/**
 * Makes dead letters the way the product makes them: each task is enqueued, then reported as failed for good.
 * Usage: node letter-build.ts REDIS_URL FIRST COUNT. Prints {seconds}.
 */
import { randomUUID } from 'node:crypto';
import { createTaskQueue } from '@nexus/task-queue';
import { connectTo, LETTER_QUEUE, letterParts, TASK_TTL_SECONDS } from './letter-subject.ts';

/** Tasks under way at the same time. */
const IN_FLIGHT = 500;

const [url = '', first = '0', count = '0'] = process.argv.slice(2);
const connect = () => connectTo(url);
const queue = createTaskQueue({
  connection: connect(),
  connectBlocking: connect,
  queueName: LETTER_QUEUE,
  retry: { maxRetries: 3, delaysSeconds: [5, 30, 300], jitter: false },
  taskTtlSeconds: TASK_TTL_SECONDS,
  taskLockSeconds: 900,
  now: Date.now,
  onError: (error) => void process.stderr.write(`${String(error)}\n`),
});

async function addLetter(n: number): Promise<void> {
  const { task_type, failure_code, message, payload, payload_hash } = letterParts(n);
  const task_id = randomUUID();
  const enqueued = await queue.enqueue(
    { task_id, task_type, requested_by: 'bench', requested_at: new Date().toISOString(), payload },
    { audit: { client_ip: '127.0.0.1', payload_hash, actor: 'bench' } },
  );
  if (enqueued.outcome !== 'queued') throw new Error(`the task of letter ${n} was not queued: ${enqueued.outcome}`);
  await queue.report({
    task_id,
    status: 'failed',
    will_retry: false,
    attempt: 1,
    error: { code: failure_code, message },
  });
}

const started = performance.now();
const end = Number(first) + Number(count);
for (let from = Number(first); from < end; from += IN_FLIGHT) {
  const size = Math.min(IN_FLIGHT, end - from);
  await Promise.all(Array.from({ length: size }, (_, at) => addLetter(from + at)));
}
process.stdout.write(`${JSON.stringify({ seconds: (performance.now() - started) / 1000 })}\n`);
process.exit(0);
