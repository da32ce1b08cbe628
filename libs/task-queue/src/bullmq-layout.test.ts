import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, expect, test } from '@jest/globals';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { Queue, UnrecoverableError, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { retrySteps } from './retry-policy.ts';
import { openQueue, type QueueFixture } from './testing/queue-fixture.ts';

/** What this library relies on in BullMQ's keys and fields: an upgrade that changes it fails here, loudly. */
let redis: TestRedis;
let fixture: QueueFixture;
let connection: Redis;
let queue: Queue;
let base: string;

beforeAll(async () => {
  redis = await startTestRedis();
});
afterEach(async () => {
  await queue.close();
  connection.disconnect();
  await fixture.close();
});
afterAll(() => redis.stop());

function open(): void {
  fixture = openQueue(redis.url);
  base = `{nexus}:${fixture.queueName}:`;
  connection = new Redis(redis.url, { maxRetriesPerRequest: null, disconnectTimeout: 100 });
  queue = new Queue(fixture.queueName, { connection, prefix: '{nexus}' });
  queue.on('error', () => undefined);
}

/** A worker that takes one job by hand. */
async function take(): Promise<{ worker: Worker; job: NonNullable<Awaited<ReturnType<Worker['getNextJob']>>> }> {
  const worker = new Worker(fixture.queueName, null, { connection, prefix: '{nexus}', autorun: false, name: 'hand' });
  worker.on('error', () => undefined);
  const job = await worker.getNextJob('token', { block: false });
  if (job === undefined) throw new Error('no job');
  return { worker, job };
}

test('a task of ours is, field by field, the job that BullMQ itself would add', async () => {
  open();
  const ours = await fixture.add({ text: 'x' });
  const data = JSON.parse((await connection.hget(base + ours, 'data')) ?? '') as object;
  const theirs = randomUUID();
  const steps = retrySteps({ maxRetries: 3, delaysSeconds: [5, 30, 300], jitter: false });
  await queue.add('echo', data, { jobId: theirs, ...steps });
  const [left, right] = await Promise.all([connection.hgetall(base + ours), connection.hgetall(base + theirs)]);
  expect(Object.keys(left).toSorted()).toEqual(Object.keys(right).toSorted());
  expect({ ...left, timestamp: '' }).toMatchObject({ name: 'echo', delay: '0', priority: '0', timestamp: '' });
  expect(JSON.parse(right['opts'] ?? '')).toMatchObject(JSON.parse(left['opts'] ?? '') as object);
  expect(await connection.lrange(`${base}wait`, 0, -1)).toEqual([theirs, ours]);
  const events = await connection.xrange(`${base}events`, '-', '+');
  const of = (id: string) => events.filter(([, fields]) => fields.includes(id)).map(([, fields]) => fields[1]);
  expect(of(ours)).toEqual(of(theirs));
});

test('places and fields of a job through its life', async () => {
  open();
  const id = await fixture.add();
  const { worker, job } = await take();
  expect(await connection.lrange(`${base}active`, 0, -1)).toEqual([id]);
  expect(await connection.exists(`${base}${id}:lock`)).toBe(1);
  expect(await connection.hgetall(base + id)).toMatchObject({ ats: '1', pb: 'hand', processedOn: expect.any(String) });
  await connection.hset(base + id, 'xf', 'OURS');
  await job.moveToFailed(new UnrecoverableError('boom'), 'token', false);
  const failed = await connection.hgetall(base + id);
  expect(failed).toMatchObject({ atm: '1', failedReason: 'boom', xf: 'OURS' });
  expect(await connection.zscore(`${base}failed`, id)).toBe(failed['finishedOn']);
  await (await queue.getJob(id))?.retry('failed', { resetAttemptsMade: true, resetAttemptsStarted: true });
  const again = await connection.hgetall(base + id);
  expect(again['xf']).toBe('OURS');
  expect(Object.keys(again)).not.toEqual(expect.arrayContaining(['failedReason']));
  expect([again['atm'], again['ats'], again['finishedOn']]).toEqual([undefined, undefined, undefined]);
  await worker.close();
});

test('retrying a finished job has one winner, and a delayed job is due at score / 4096', async () => {
  open();
  const id = await fixture.add();
  const { worker, job } = await take();
  await job.moveToFailed(new UnrecoverableError('boom'), 'token', false);
  const backend = queue.getBackend();
  const calls = Array.from({ length: 10 }, () => backend.retryFinishedJob({ id, opts: {} } as never, 'failed', {}));
  const outcomes = await Promise.allSettled(calls);
  expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  expect(await connection.lrange(`${base}wait`, 0, -1)).toEqual([id]);
  const { worker: second, job: taken } = await take();
  const due = Date.now() + 60_000;
  await taken.moveToDelayed(due, 'token');
  expect(Math.floor(Number(await connection.zscore(`${base}delayed`, id)) / 4096)).toBe(due);
  await worker.close();
  await second.close();
});

test('every way in which BullMQ retries a failed job takes away the moment at which it finished', async () => {
  open();
  const ids = [await fixture.add(), await fixture.add(), await fixture.add()];
  const { worker, job } = await take();
  await job.moveToFailed(new UnrecoverableError('boom'), 'token', false);
  for (let n = 1; n < ids.length; n += 1) {
    const next = await worker.getNextJob('token', { block: false });
    await next?.moveToFailed(new UnrecoverableError('boom'), 'token', false);
  }
  const finished = () => Promise.all(ids.map((id) => connection.hget(base + id, 'finishedOn')));
  expect((await finished()).every((moment) => moment !== null)).toBe(true);
  await (await queue.getJob(ids[0] ?? ''))?.retry('failed');
  await queue.retryJobs({ state: 'failed' });
  expect(await finished()).toEqual([null, null, null]);
  expect((await connection.lrange(`${base}wait`, 0, -1)).toSorted()).toEqual(ids.toSorted());
  await worker.close();
});
