import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { Queue } from 'bullmq';
import type { LetterVerdict, MoveRequest } from './dead-letters.ts';
import { openQueue, type QueueFixture } from './testing/queue-fixture.ts';

let redis: TestRedis;
let fixture: QueueFixture;
beforeAll(async () => {
  redis = await startTestRedis();
});
beforeEach(() => {
  fixture = openQueue(redis.url);
});
afterEach(() => fixture.close());
afterAll(() => redis.stop());

const always = (disposition: LetterVerdict['do']) => () => [{ do: disposition }];

function moving(over: Partial<MoveRequest> = {}): MoveRequest {
  const operation_id = randomUUID();
  return {
    park: 'dlq',
    filter: {},
    verdicts: always('requeue'),
    limits: {},
    locks: 'respect',
    dryRun: false,
    budget: { key: operation_id, kept: false },
    alert: false,
    record: { operation_id, name: 'test', action: 'requeue', by: 'admin:test', audit: { event: 'DLQ_REQUEUE' } },
    ...over,
  };
}

describe('requeue', () => {
  test('clears the failure, starts a new cycle with every retry, and leaves a note', async () => {
    const id = await fixture.addLetter({ message: 'no answer after 31 s' });
    const report = await fixture.letters.move(moving());
    expect(report).toMatchObject({ total: 1, scanned: 1, truncated: false, acted: { requeue: 1 }, ids: [id] });
    const task = await fixture.queue.read(id);
    expect(task).toMatchObject({
      status: 'queued',
      park: null,
      failure_code: null,
      last_error: null,
      error: null,
      finished_at: null,
      retry_count: 0,
    });
    expect(task?.attempts.map(({ attempt, outcome, by }) => [attempt, outcome, by])).toEqual([
      [1, 'failed', undefined],
      [1, 'requeued', 'admin:test'],
    ]);
    expect(await fixture.letters.causes('dlq')).toEqual([]);
    expect(await fixture.connection.keys(`{nexus}:ix:${fixture.queueName}:dlq:*`)).toEqual([]);
  });

  test('the task runs again with attempts numbered on, and a late report about the old cycle changes nothing', async () => {
    const id = await fixture.addLetter();
    await fixture.letters.move(moving());
    const late = { task_id: id, status: 'failed', attempt: 1, will_retry: false } as never;
    expect(await fixture.queue.report(late)).toMatchObject({ outcome: 'duplicate' });
    expect(await fixture.queue.report({ ...(late as object), status: 'succeeded' } as never)).toMatchObject({
      outcome: 'ignored',
    });
    expect(await fixture.queue.read(id)).toMatchObject({ status: 'queued' });
    const { finished } = await fixture.consume({ echo: () => Promise.resolve({ done: true }) });
    await fixture.until(id, (task) => task.status === 'succeeded');
    expect(finished.map(({ attempt }) => attempt)).toEqual([2]);
  });

  test('a requeued task that keeps failing gets its whole row of retries', async () => {
    const short = openQueue(redis.url, { retry: { maxRetries: 2, delaysSeconds: [0], jitter: false } });
    const id = await short.add();
    const { consumer } = await short.consume({ echo: () => Promise.reject(new Error('boom')) });
    await short.until(id, (task) => task.park === 'dlq');
    await short.queue.reconcile();
    expect(await short.letters.move(moving())).toMatchObject({ acted: { requeue: 0 }, skipped_locked: 1 });
    expect(await short.letters.move(moving({ locks: 'release' }))).toMatchObject({ acted: { requeue: 1 } });
    const again = await short.until(id, (task) => task.park === 'dlq' && task.attempts.length === 7);
    expect(again.attempts.map(({ attempt, outcome }) => `${attempt} ${outcome}`)).toEqual([
      ...['1 failed', '2 failed', '3 failed', '3 requeued', '4 failed', '5 failed', '6 failed'],
    ]);
    await consumer.close({ graceMs: 0 });
    await short.queue.reconcile();
    expect(await short.letters.causes('dlq')).toEqual([expect.objectContaining({ count: 1, requeues: 1 })]);
    await short.close();
  });

  test('forgets that the task was suspected of losing workers', async () => {
    const id = await fixture.addLetter({ code: 'WORKER_LOST' });
    const job = `{nexus}:${fixture.queueName}:${id}`;
    await fixture.connection.hset(job, { stc: 3, xi: 2, xl: 4, stacktrace: '[]' });
    await fixture.letters.move(moving());
    expect(await fixture.connection.hmget(job, 'stc', 'xi', 'xl', 'stacktrace')).toEqual([null, null, null, null]);
  });

  test('N callers at once move each letter once, and say so honestly', async () => {
    const ids = await Promise.all(Array.from({ length: 1000 }, () => fixture.addLetter()));
    const reports = await Promise.all(
      Array.from({ length: 8 }, () => fixture.letters.move(moving({ limits: { moves: 300 } }))),
    );
    expect(reports.reduce((sum, report) => sum + report.acted.requeue, 0)).toBe(1000);
    const waiting = await fixture.connection.lrange(`{nexus}:${fixture.queueName}:wait`, 0, -1);
    expect(waiting.toSorted()).toEqual(ids.toSorted());
  });

  test('callers that share caps never exceed them together; the next one has them whole again', async () => {
    await Promise.all(Array.from({ length: 900 }, () => fixture.addLetter()));
    const capped = () => moving({ limits: { requeue: 200 }, budget: { key: 'plan', kept: false } });
    const reports = await Promise.all(Array.from({ length: 4 }, () => fixture.letters.move(capped())));
    expect(reports.reduce((sum, report) => sum + report.acted.requeue, 0)).toBe(200);
    for (const { acted, skipped_cap, scanned } of reports) expect(acted.requeue + skipped_cap).toBe(scanned);
    expect(await fixture.letters.move(capped())).toMatchObject({ acted: { requeue: 200 }, skipped_cap: 500 });
  });
});

describe('a plan', () => {
  test('a dry run changes nothing, and the same frozen run does the same although letters arrived meanwhile', async () => {
    const ids = await Promise.all(Array.from({ length: 30 }, () => fixture.addLetter()));
    const frozen = await fixture.letters.freeze();
    const request = moving({ frozen, limits: { requeue: 20 }, budget: { key: 'x', kept: true } });
    const before = await fixture.connection.dbsize();
    const planned = await fixture.letters.move({ ...request, dryRun: true });
    expect(await fixture.connection.dbsize()).toBe(before);
    // One of them claims to have failed long before the plan was made.
    await fixture.addLetter({ finishedAt: 1_700_000_000_000 });
    await fixture.addLetter();
    const done = await fixture.letters.move(request);
    expect(done).toMatchObject({ acted: planned.acted, skipped_cap: planned.skipped_cap, ids: planned.ids });
    expect(planned).toMatchObject({ acted: { requeue: 20 }, skipped_cap: 10, scanned: 30 });
    expect(ids).toEqual(expect.arrayContaining(done.ids));
    expect(
      await fixture.letters.move({ ...request, record: { ...request.record, operation_id: randomUUID() } }),
    ).toMatchObject({
      acted: { requeue: 0 },
    });
  });

  test('counts over many steps of the script as over one', async () => {
    await Promise.all(Array.from({ length: 1000 }, (_, n) => fixture.addLetter({ code: `CODE_${n % 7}` })));
    const planned = await fixture.letters.move(moving({ dryRun: true }));
    expect(planned).toMatchObject({ total: 1000, scanned: 1000, acted: { requeue: 1000 }, truncated: false });
    const limited = await fixture.letters.move(moving({ dryRun: true, limits: { moves: 777 } }));
    expect(limited).toMatchObject({ scanned: 777, acted: { requeue: 777 }, truncated: true });
  });

  test('is kept under the hash of its content', async () => {
    const hash = await fixture.letters.keepPlan({ a: 1 });
    expect(await fixture.letters.readPlan(hash)).toEqual({ a: 1 });
    expect(await fixture.letters.readPlan('0'.repeat(32))).toBeUndefined();
  });
});

describe('verdicts', () => {
  test('age, attempts and cause decide letter by letter; what stays is counted and blocks nobody', async () => {
    const now = Date.now();
    const old = await fixture.addLetter({ finishedAt: now - 7_200_000 });
    const middle = await fixture.addLetter({ finishedAt: now - 600_000 });
    const fresh = await fixture.addLetter({ finishedAt: now - 10_000 });
    await fixture.addLetter({ code: 'UNKNOWN', finishedAt: now - 3_000_000 });
    const report = await fixture.letters.move(
      moving({
        maxAgeSeconds: 3600,
        verdicts: ({ failure_code }) =>
          failure_code === 'UNKNOWN'
            ? [{ do: 'stay' }]
            : [
                { do: 'hold', when: { age_min_seconds: 300 } },
                { do: 'requeue', when: { attempts_max: 1 } },
                { do: 'stay' },
              ],
      }),
    );
    expect(report).toMatchObject({
      scanned: 4,
      acted: { hold: 1, requeue: 1, stay: 1 },
      skipped_age: 1,
      truncated: false,
      ids: [middle, fresh],
    });
    expect((await fixture.queue.read(old))?.park).toBe('dlq');
    expect((await fixture.queue.read(middle))?.park).toBe('hold');
  });

  test('a letter that is not a task is counted as an error, shown, and only purged', async () => {
    const id = await fixture.addLetter();
    const broken = await fixture.addLetter();
    const later = await fixture.addLetter();
    const job = `{nexus}:${fixture.queueName}:${broken}`;
    await fixture.connection.hset(job, 'data', '{"envelope": nonsense');
    const report = await fixture.letters.move(moving());
    expect(report).toMatchObject({ scanned: 3, acted: { requeue: 2 }, errors: 1, ids: [id, later] });
    const page = await fixture.letters.page('dlq', { filter: {}, limit: 10 });
    expect(page).toMatchObject({ total: 1, letters: [{ task_id: broken, envelope: undefined }] });
    expect(await fixture.letters.move(moving({ verdicts: always('purge') }))).toMatchObject({ acted: { purge: 1 } });
    expect(await fixture.queue.read(broken)).toBeUndefined();
  });

  test('a job that is no task when it fails has a group of its own', async () => {
    const id = await fixture.add();
    const base = `{nexus}:${fixture.queueName}:`;
    await fixture.connection
      .multi()
      .lrem(`${base}wait`, 1, id)
      .zadd(`${base}failed`, Date.now(), id)
      .hset(base + id, 'data', 'x')
      .exec();
    await fixture.queue.reconcile();
    expect(await fixture.letters.causes('dlq')).toEqual([expect.objectContaining({ group: 'unparsable', count: 1 })]);
    expect(await fixture.letters.move(moving())).toMatchObject({ scanned: 1, errors: 1 });
  });

  test('letters whose job vanished or was retried by another tool are errors once, then gone from the index', async () => {
    const [gone, retried, kept] = [await fixture.addLetter(), await fixture.addLetter(), await fixture.addLetter()];
    const base = `{nexus}:${fixture.queueName}:`;
    await fixture.connection
      .multi()
      .zrem(`${base}failed`, gone)
      .del(base + gone)
      .exec();
    const board = new Queue(fixture.queueName, { connection: fixture.connection, prefix: '{nexus}' });
    await (await board.getJob(retried))?.retry('failed');
    expect(await fixture.letters.move(moving({ verdicts: always('hold') }))).toMatchObject({
      acted: { hold: 1 },
      errors: 2,
      ids: [kept],
    });
    expect(await fixture.letters.causes('dlq')).toEqual([]);
    expect(await fixture.connection.lrange(`${base}wait`, 0, -1)).toEqual([retried]);
  });
});

describe('purge', () => {
  test('removes the task with all that is kept of it and leaves a tombstone', async () => {
    const id = await fixture.addLetter({ code: 'PAYLOAD_INVALID' });
    await fixture.letters.move(moving({ verdicts: always('purge') }));
    expect(await fixture.queue.read(id)).toBeUndefined();
    expect(await fixture.letters.tombstone(id)).toMatchObject({
      task_id: id,
      task_type: 'echo',
      failure_code: 'PAYLOAD_INVALID',
      by: 'admin:test',
    });
    const left = await fixture.connection.keys(`*${id}*`);
    expect(left).toEqual([`{nexus}:ix:${fixture.queueName}:gone:${id}`]);
    expect(await fixture.queue.list({ limit: 10 })).toEqual({ items: [], next_cursor: null });
  });

  test('races requeue: every letter goes one way', async () => {
    const ids = await Promise.all(Array.from({ length: 600 }, () => fixture.addLetter()));
    const [requeued, purged] = await Promise.all([
      fixture.letters.move(moving()),
      fixture.letters.move(moving({ verdicts: always('purge') })),
    ]);
    expect(requeued.acted.requeue + purged.acted.purge).toBe(600);
    const waiting = await fixture.connection.llen(`{nexus}:${fixture.queueName}:wait`);
    expect(waiting).toBe(requeued.acted.requeue);
    const tasks = await Promise.all(ids.map((id) => fixture.queue.read(id)));
    expect(tasks.filter((task) => task === undefined)).toHaveLength(purged.acted.purge);
  });
});
