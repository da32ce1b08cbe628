import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { failure } from '@nexus/failure-taxonomy';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import type { MoveRequest } from './dead-letters.ts';
import { openQueue, type QueueFixture } from './testing/queue-fixture.ts';

let redis: TestRedis;
let fixture: QueueFixture;
beforeAll(async () => {
  redis = await startTestRedis();
});
beforeEach(() => {
  fixture = openQueue(redis.url, { retry: { maxRetries: 0, delaysSeconds: [0], jitter: false } });
});
afterEach(() => fixture.close());
afterAll(() => redis.stop());

function moving(over: Partial<MoveRequest> = {}): MoveRequest {
  const operation_id = randomUUID();
  return {
    park: 'dlq',
    filter: {},
    verdicts: () => [{ do: 'requeue' }],
    limits: {},
    locks: 'release',
    dryRun: false,
    budget: { key: operation_id, kept: false },
    alert: false,
    record: {
      operation_id,
      name: 'requeue',
      action: 'requeue',
      by: 'admin:test',
      reason: 'the provider is back',
      audit: { event: 'DLQ_REQUEUE', filter: '{}' },
    },
    ...over,
  };
}

async function begin(): Promise<{ operation_id: string; request: MoveRequest }> {
  const request = moving({ frozen: await fixture.letters.freeze() });
  const { operation_id } = request.record;
  await fixture.letters.operations.create({ ...request.record, request: {}, total: 5 });
  return { operation_id, request: { ...request, budget: { key: `op:${operation_id}`, kept: true } } };
}

test('every request leaves an operation and one line in the audit stream', async () => {
  await fixture.addLetter();
  const request = moving();
  await fixture.letters.move(request);
  const { operation_id } = request.record;
  expect(await fixture.letters.operations.read(operation_id)).toMatchObject({
    status: 'succeeded',
    by: 'admin:test',
    reason: 'the provider is back',
    acted: { requeue: 1 },
    done: 1,
    total: 1,
    outcome: { requeued: 1, pending: 1 },
  });
  const lines = await fixture.connection.xrevrange('{nexus}:audit', '+', '-', 'COUNT', 1);
  expect(lines[0]?.[1]).toEqual(
    expect.arrayContaining(['DLQ_REQUEUE', operation_id, 'admin:test', 'the provider is back', 'filter', '{}']),
  );
  expect(await fixture.letters.operations.list({ limit: 5 })).toHaveLength(1);
  expect(await fixture.letters.operations.list({ limit: 5, status: 'running' })).toEqual([]);
});

test('the outcome of requeued letters: succeeded, failed again, with the same cause, gone', async () => {
  for (const message of ['same 1', 'same 2', 'other', 'fine', 'fine too', 'removed']) {
    await fixture.addLetter({ code: 'UNKNOWN', message, envelope: { payload: { message } } });
  }
  const request = moving();
  await fixture.letters.move(request);
  const { operation_id } = request.record;
  const waiting = await fixture.queue.list({ limit: 10 });
  if (waiting === 'invalid_cursor') throw new Error(waiting);
  const removed = (await fixture.connection.lrange(`{nexus}:${fixture.queueName}:wait`, 0, 0))[0] ?? '';
  await fixture.connection
    .multi()
    .lrem(`{nexus}:${fixture.queueName}:wait`, 1, removed)
    .del(`{nexus}:${fixture.queueName}:${removed}`)
    .exec();
  const { consumer } = await fixture.consume({
    echo: ({ envelope }) => {
      const message = String(envelope.payload['message']);
      if (message.startsWith('fine')) return Promise.resolve({});
      return Promise.reject(failure('UNKNOWN', message === 'other' ? 'another sentence' : message));
    },
  });
  for (const { task_id } of waiting.items.filter((task) => task.task_id !== removed)) {
    await fixture.until(task_id, (task) => task.status === 'succeeded' || task.park === 'dlq');
  }
  await consumer.close({ graceMs: 0 });
  await fixture.queue.reconcile();
  expect((await fixture.letters.operations.read(operation_id))?.outcome).toEqual({
    requeued: 6,
    pending: 0,
    succeeded: 2,
    failed_again: 3,
    failed_same_cause: 2,
    gone: 1,
  });
  expect(await fixture.letters.operations.settleOutcomes()).toBe(0);
  expect((await fixture.letters.operations.read(operation_id))?.outcome.succeeded).toBe(2);
  expect(await fixture.connection.keys(`*${operation_id}:pending`)).toEqual([]);
});

describe('an operation in the background', () => {
  test('advances in steps, has one runner at a time, and ends once', async () => {
    for (let n = 0; n < 5; n += 1) await fixture.addLetter();
    const { operation_id, request } = await begin();
    const step = await fixture.letters.operations.take(operation_id);
    expect(await fixture.letters.operations.take(operation_id)).toBeUndefined();
    const first = await step?.advance(request, 2);
    expect(first).toMatchObject({ finished: false, report: { acted: { requeue: 2 } } });
    await step?.release();
    const other = await fixture.letters.operations.take();
    expect(await step?.advance(request, 2)).toBe('lost');
    expect(await other?.advance(request, 10)).toMatchObject({ finished: true, report: { acted: { requeue: 3 } } });
    await other?.update({ status: 'succeeded' });
    await other?.update({ status: 'failed', error: 'too late' });
    expect(await fixture.letters.operations.read(operation_id)).toMatchObject({
      status: 'succeeded',
      error: null,
      done: 5,
      acted: { requeue: 5 },
    });
    expect(await fixture.letters.operations.cancel(operation_id)).toBe('terminal');
    expect(await fixture.letters.operations.take()).toBeUndefined();
  });

  test('stops before its next step when it is cancelled', async () => {
    for (let n = 0; n < 3; n += 1) await fixture.addLetter();
    const { operation_id, request } = await begin();
    const step = await fixture.letters.operations.take(operation_id);
    await step?.advance(request, 1);
    expect(await fixture.letters.operations.cancel(operation_id)).toBe('cancelled');
    expect(await step?.advance(request, 1)).toBe('cancelled');
    await step?.update({ status: 'cancelled' });
    expect(await fixture.letters.causes('dlq')).toEqual([expect.objectContaining({ count: 2 })]);
    expect(await fixture.letters.operations.cancel('nobody')).toBe('not_found');
  });

  test('keeps its caps over steps and runners', async () => {
    for (let n = 0; n < 5; n += 1) await fixture.addLetter();
    const { operation_id, request } = await begin();
    const capped = { ...request, limits: { requeue: 3 } };
    const first = await fixture.letters.operations.take(operation_id);
    await first?.advance(capped, 2);
    await first?.release();
    const second = await fixture.letters.operations.take(operation_id);
    expect(await second?.advance(capped, 10)).toMatchObject({
      finished: true,
      report: { acted: { requeue: 1 }, skipped_cap: 2 },
    });
  });

  test('is forgotten when its time is over, never while it runs', async () => {
    await fixture.addLetter();
    const over = moving();
    await fixture.letters.move(over);
    const { operation_id } = await begin();
    fixture.advance(8 * 86_400_000);
    await fixture.letters.operations.settleOutcomes();
    expect((await fixture.letters.operations.list({ limit: 9 })).map((each) => each.operation_id)).toEqual([
      operation_id,
    ]);
  });
});

describe('groups', () => {
  test('a resolved group that gets a letter is open again, marked, alerted and audited once', async () => {
    await fixture.addLetter({ message: 'no answer after 5 ms' });
    const [{ group } = { group: '' }] = await fixture.letters.causes('dlq');
    const resolved = { state: 'resolved', by: 'admin:kim', reason: 'fixed' } as const;
    expect(await fixture.letters.groups.setState(group, resolved)).toMatchObject({
      state: 'resolved',
      regression: false,
      state_by: 'admin:kim',
      state_reason: 'fixed',
    });
    for (let n = 0; n < 2; n += 1) await fixture.addLetter({ message: `no answer after ${n} ms` });
    expect(await fixture.letters.groups.read([group])).toEqual([
      expect.objectContaining({ state: 'open', regression: true, state_reason: null }),
    ]);
    const alerts = await fixture.connection.xrange('{nexus}:alerts', '-', '+');
    expect(alerts.filter(([, fields]) => fields.includes(group))).toHaveLength(1);
    expect(await fixture.letters.groups.setState('nobody', resolved)).toBeUndefined();
  });

  test('a group without a new letter for half a year is forgotten, a fresh one is not', async () => {
    await fixture.addLetter({ message: 'long ago' });
    const [{ group } = { group: '' }] = await fixture.letters.causes('dlq');
    fixture.advance(179 * 86_400_000);
    await fixture.letters.operations.settleOutcomes();
    expect(await fixture.letters.groups.read([group])).toMatchObject([{ last_seen: expect.any(String) }]);
    fixture.advance(2 * 86_400_000);
    await fixture.letters.operations.settleOutcomes();
    expect(await fixture.letters.groups.read([group])).toMatchObject([{ last_seen: null, state: 'open' }]);
    expect(await fixture.connection.keys(`*${fixture.queueName}:group*`)).toEqual([]);
  });

  test('an ignored group stays ignored', async () => {
    await fixture.addLetter();
    const [{ group } = { group: '' }] = await fixture.letters.causes('dlq');
    await fixture.letters.groups.setState(group, { state: 'ignored', by: 'admin:kim' });
    await fixture.addLetter();
    expect(await fixture.letters.groups.read([group])).toMatchObject([{ state: 'ignored', regression: false }]);
  });
});

test('letters moved to alarm are put on the alert stream by the step that moves them', async () => {
  const ids = [await fixture.addLetter(), await fixture.addLetter()];
  const report = await fixture.letters.move(moving({ verdicts: () => [{ do: 'alarm' }], alert: true }));
  const entries = await fixture.connection.xrange('{nexus}:alerts', '-', '+');
  const ours = entries.filter(([id]) => report.alerts.includes(id));
  expect(ours.map(([, fields]) => fields.slice(0, 8))).toEqual(
    ids.map((id) => ['event', 'dlq_alarm', 'task_id', id, 'failure_code', 'PROVIDER_TIMEOUT', 'task_type', 'echo']),
  );
  const quiet = await fixture.letters.move(moving({ park: 'alarm', verdicts: () => [{ do: 'hold' }], alert: true }));
  expect(quiet.alerts).toEqual([]);
});
