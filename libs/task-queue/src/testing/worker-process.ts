/**
 * A worker in a process of its own, for tests that kill it. Usage: node worker-process.ts URL QUEUE [LOCK_MS]
 * Prints `ready`, then `started <task id>` a line. Payload `{poison:true}` kills the process, `{hold:true}` never ends,
 * anything else succeeds with `{pid}`.
 */
import { Redis } from 'ioredis';
import { createTaskConsumer } from '../create-task-consumer.ts';

const [url = '', queueName = '', lockMs = '1000'] = process.argv.slice(2);

const consumer = createTaskConsumer({
  connect: () => new Redis(url, { maxRetriesPerRequest: null }),
  queueName,
  handlers: {
    async echo({ envelope, signal }) {
      process.stdout.write(`started ${envelope.task_id}\n`);
      if (envelope.payload['poison'] === true) process.kill(process.pid, 'SIGKILL');
      if (envelope.payload['hold'] === true) {
        await new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error('stopped'))));
      }
      return { pid: process.pid };
    },
  },
  concurrency: 5,
  workerName: `pid-${process.pid}`,
  lockMs: Number(lockMs),
  taskLockSeconds: 900,
  now: Date.now,
  random: Math.random,
  onStarted: () => undefined,
  onFinished: () => undefined,
  onError: (error) => process.stderr.write(`${String(error)}\n`),
});
await consumer.ready();
process.stdout.write('ready\n');
// The test that started this process holds its standard input: gone test, gone worker.
process.stdin.on('end', () => process.exit(1)).resume();
process.once('SIGTERM', () => void consumer.close({ graceMs: 200 }).then(() => process.exit(0)));
