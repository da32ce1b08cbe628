import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { afterAll, afterEach, beforeAll, expect, jest, test } from '@jest/globals';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { openQueue, type QueueFixture } from './testing/queue-fixture.ts';

jest.setTimeout(60_000);

let redis: TestRedis;
let fixture: QueueFixture;
const children: ChildProcess[] = [];
let over = false;

beforeAll(async () => {
  redis = await startTestRedis({ appendonly: true });
});
afterEach(async () => {
  over = true;
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await fixture.close();
});
afterAll(() => redis.stop());

/** A worker process; `line` resolves with the next line that starts with the given text. */
function spawnWorker(lockMs = 1000): { child: ChildProcess; line: (prefix: string) => Promise<string> } {
  const script = new URL('./testing/worker-process.ts', import.meta.url).pathname;
  const child = spawn(process.execPath, ['-C', '@nexus/source', script, redis.url, fixture.queueName, String(lockMs)], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  children.push(child);
  const seen: string[] = [];
  const waiting: { prefix: string; resolve: (line: string) => void }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    const at = waiting.findIndex((each) => line.startsWith(each.prefix));
    if (at >= 0) waiting.splice(at, 1)[0]?.resolve(line);
    else seen.push(line);
  });
  return {
    child,
    line: (prefix) => {
      const at = seen.findIndex((line) => line.startsWith(prefix));
      if (at >= 0) return Promise.resolve(seen.splice(at, 1)[0] ?? '');
      return new Promise((resolve) => waiting.push({ prefix, resolve }));
    },
  };
}

test('a worker killed in mid-task: the task runs again elsewhere and ends once', async () => {
  fixture = openQueue(redis.url);
  const id = await fixture.add({ hold: true });
  const first = spawnWorker();
  await first.line(`started ${id}`);
  first.child.kill('SIGKILL');
  let runs = 0;
  const { finished } = await fixture.consume(
    {
      echo: () => {
        runs += 1;
        return Promise.resolve({ again: true });
      },
    },
    { lockMs: 1000 },
  );
  const done = await fixture.until(id, (task) => task.status === 'succeeded');
  expect(runs).toBe(1);
  expect(done.attempts.map((attempt) => [attempt.attempt, attempt.outcome])).toEqual([
    [1, 'lost'],
    [2, 'succeeded'],
  ]);
  expect(done.retry_count).toBe(0);
  expect(finished).toHaveLength(1);
});

test('a poisonous task ends as WORKER_LOST; the neighbours it took down end well', async () => {
  fixture = openQueue(redis.url);
  over = false;
  const neighbours = [await fixture.add({ hold: true }), await fixture.add({ hold: true })];
  const first = spawnWorker();
  await first.line(`started ${neighbours[0]}`);
  await first.line(`started ${neighbours[1]}`);
  const poison = await fixture.add({ poison: true });
  await once(first.child, 'exit');
  for (const id of neighbours) {
    await fixture.connection.hset(`{nexus}:${fixture.queueName}:${id}`, 'data', await released(id));
  }
  const lost = fixture.until(poison, (task) => task.park === 'dlq');
  let stop = false;
  void (async () => {
    // What an orchestrator does: a worker that died is started again.
    while (!stop && !over) {
      const { child } = spawnWorker();
      await once(child, 'exit');
    }
  })();
  const dead = await lost.finally(() => (stop = true));
  expect(dead).toMatchObject({ status: 'failed', failure_code: 'WORKER_LOST' });
  for (const id of neighbours) {
    expect(await fixture.until(id, (task) => task.status !== 'running' && task.status !== 'queued')).toMatchObject({
      status: 'succeeded',
    });
  }
});

/** The same job data, but no longer holding: what makes the neighbour finish on its next delivery. */
async function released(id: string): Promise<string> {
  const data = await fixture.connection.hget(`{nexus}:${fixture.queueName}:${id}`, 'data');
  return (data ?? '').replace('"hold":true', '"hold":false');
}

test('SIGTERM hands a running task back: nothing lost, no attempt burned', async () => {
  fixture = openQueue(redis.url);
  const id = await fixture.add({ hold: true });
  const first = spawnWorker(30_000);
  await first.line(`started ${id}`);
  first.child.kill('SIGTERM');
  const [code] = (await once(first.child, 'exit')) as [number];
  expect(code).toBe(0);
  expect(await fixture.queue.read(id)).toMatchObject({ status: 'queued', retry_count: 0, attempts: [] });
  await fixture.consume({ echo: () => Promise.resolve({}) });
  const done = await fixture.until(id, (task) => task.status === 'succeeded');
  expect(done.attempts.map((attempt) => attempt.attempt)).toEqual([1]);
});

test('Redis killed and restarted: what was accepted is done, once', async () => {
  fixture = openQueue(redis.url);
  const ids: string[] = [];
  for (let at = 0; at < 20; at += 1) ids.push(await fixture.add({ at }));
  // Append-only everysec promises all but the last second.
  await fixture.connection.call('BGREWRITEAOF');
  for (let info = 'aof_rewrite_in_progress:1'; /rewrite_(in_progress|scheduled):1/.test(info);) {
    info = await fixture.connection.info('persistence');
  }
  await redis.kill();
  await redis.restart();
  const done: unknown[] = [];
  await fixture.consume({
    echo: ({ envelope }) => {
      done.push(envelope.payload['at']);
      return Promise.resolve({});
    },
  });
  for (const id of ids) await fixture.until(id, (task) => task.status === 'succeeded');
  expect(done.toSorted((left, right) => Number(left) - Number(right))).toEqual(ids.map((_id, at) => at));
});

test('closing does not wait for a Redis that is away', async () => {
  fixture = openQueue(redis.url);
  await fixture.queue.schedule({ loop: { everySeconds: 60, run: () => Promise.resolve() } });
  const { consumer } = await fixture.consume({ echo: () => Promise.resolve({}) });
  await redis.kill();
  await Promise.all([consumer.close({ graceMs: 0 }), fixture.queue.close()]);
  await redis.restart();
});

test('a task that is on its way while its worker shuts down goes back unrun', async () => {
  fixture = openQueue(redis.url);
  for (let round = 0; round < 20; round += 1) {
    const { consumer, errors } = await fixture.consume({ echo: () => new Promise(() => undefined) });
    const id = await fixture.add();
    // The lock is there before the worker has the job in hand: the earliest moment anybody can know.
    while ((await fixture.connection.exists(`{nexus}:${fixture.queueName}:${id}:lock`)) === 0);
    await consumer.close({ graceMs: 0 });
    expect(await fixture.queue.read(id)).toMatchObject({ status: 'queued', retry_count: 0, attempts: [] });
    expect(errors).toEqual([]);
    await fixture.queue.cancel(id, { by: 'test' });
  }
});

test('a consumer closed before it was ready takes nothing', async () => {
  fixture = openQueue(redis.url);
  const taken: string[] = [];
  const { consumer } = fixture.consumeSoon({
    echo: ({ envelope }) => {
      taken.push(envelope.task_id);
      return Promise.resolve({});
    },
  });
  await consumer.close({ graceMs: 0 });
  const id = await fixture.add();
  await fixture.consume({ echo: () => Promise.resolve({ by: 'the other' }) });
  expect(await fixture.until(id, (task) => task.status === 'succeeded')).toMatchObject({ result: { by: 'the other' } });
  expect(taken).toEqual([]);
});
