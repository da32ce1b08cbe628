import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { failure } from '@nexus/failure-taxonomy';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { openQueue, promoteRetries, type QueueFixture } from './testing/queue-fixture.ts';

let redis: TestRedis;
const fixtures: QueueFixture[] = [];

function open(over?: Parameters<typeof openQueue>[1]): QueueFixture {
  const fixture = openQueue(redis.url, over);
  fixtures.push(fixture);
  return fixture;
}

beforeAll(async () => {
  redis = await startTestRedis();
});
afterEach(async () => {
  for (const fixture of fixtures.splice(0)) await fixture.close();
});
afterAll(() => redis.stop());

const audit = { client_ip: '127.0.0.1', payload_hash: 'abc', actor: 'key' };

function envelope(payload: Record<string, unknown> = {}) {
  return {
    task_id: randomUUID(),
    task_type: 'echo',
    requested_by: 'kim',
    requested_at: new Date().toISOString(),
    payload,
  };
}

describe('a task that succeeds', () => {
  test('goes queued, running, succeeded, with attempts, times, worker and result', async () => {
    const fixture = open();
    const id = await fixture.add({ text: 'hello' });
    expect(await fixture.queue.read(id)).toMatchObject({
      task_id: id,
      task_type: 'echo',
      requested_by: 'tester',
      status: 'queued',
      attempts: [],
      started_at: null,
      finished_at: null,
      retry_count: 0,
      park: null,
    });
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await fixture.consume({
      echo: async ({ envelope: given }) => {
        await held;
        return { echoed: given.payload };
      },
    });
    const running = await fixture.until(id, (task) => task.status === 'running');
    expect(running.attempts).toEqual([
      expect.objectContaining({ attempt: 1, outcome: 'running', worker: 'test-worker', finished_at: null }),
    ]);
    release();
    const done = await fixture.until(id, (task) => task.status === 'succeeded');
    expect(done).toMatchObject({
      result: { echoed: { text: 'hello' } },
      error: null,
      retry_count: 0,
      last_error: null,
    });
    expect(done.attempts).toEqual([expect.objectContaining({ attempt: 1, outcome: 'succeeded' })]);
    expect(Date.parse(done.finished_at ?? '')).toBeGreaterThanOrEqual(Date.parse(done.started_at ?? ''));
  });

  test('shows progress', async () => {
    const fixture = open();
    const id = await fixture.add();
    await fixture.consume({
      echo: async ({ progress }) => {
        await progress({ done: 3, total: 7, message: 'reading' });
        return {};
      },
    });
    const done = await fixture.until(id, (task) => task.status === 'succeeded');
    expect(done.progress).toEqual({ done: 3, total: 7, message: 'reading' });
  });
});

describe('retries', () => {
  test('come after 5 s, 30 s and 300 s exactly once each, then the dead letter with its lock', async () => {
    const fixture = open();
    const id = await fixture.add();
    const { finished } = await fixture.consume({
      echo: () => Promise.reject(failure('PROVIDER_TIMEOUT', 'no answer')),
    });
    const gaps: number[] = [];
    for (const failed of [1, 2, 3]) {
      const waiting = await fixture.until(id, (task) => task.retry_count === failed && task.next_retry_at !== null);
      expect(waiting).toMatchObject({ status: 'queued', finished_at: null, error: null, park: null });
      expect(waiting.last_error).toMatchObject({ code: 'PROVIDER_TIMEOUT', message: 'no answer' });
      const failedAt = waiting.attempts.at(-1)?.finished_at ?? '';
      gaps.push(Math.round((Date.parse(waiting.next_retry_at ?? '') - Date.parse(failedAt)) / 1000));
      await promoteRetries(fixture);
    }
    const dead = await fixture.until(id, (task) => task.park === 'dlq');
    expect(gaps).toEqual([5, 30, 300]);
    expect(dead).toMatchObject({ status: 'failed', failure_code: 'PROVIDER_TIMEOUT', retry_count: 3 });
    expect(dead.attempts.map((attempt) => [attempt.attempt, attempt.outcome])).toEqual([
      [1, 'failed'],
      [2, 'failed'],
      [3, 'failed'],
      [4, 'failed'],
    ]);
    expect(finished.map((attempt) => attempt.status === 'failed' && attempt.willRetry)).toEqual([
      true,
      true,
      true,
      false,
    ]);
    await fixture.queue.reconcile();
    const ttl = await fixture.connection.ttl(`{nexus}:ix:${fixture.queueName}:lock:${id}`);
    expect(ttl).toBeGreaterThan(890);
  });

  test('a failure that is not retryable is a dead letter at once, without a lock', async () => {
    const fixture = open();
    const id = await fixture.add();
    await fixture.consume({ echo: () => Promise.reject(failure('PAYLOAD_INVALID', 'no such file')) });
    const dead = await fixture.until(id, (task) => task.park === 'dlq');
    expect(dead).toMatchObject({ status: 'failed', retry_count: 0, failure_code: 'PAYLOAD_INVALID' });
    expect(dead.attempts).toHaveLength(1);
    expect(await fixture.connection.exists(`{nexus}:ix:${fixture.queueName}:lock:${id}`)).toBe(0);
  });

  test('a longer Retry-After wins over the step', async () => {
    const fixture = open();
    const id = await fixture.add();
    await fixture.consume({
      echo: () => Promise.reject(failure('PROVIDER_RATE_LIMIT', 'slow down', { retryAfterSeconds: 77 })),
    });
    const waiting = await fixture.until(id, (task) => task.next_retry_at !== null);
    const gap = Date.parse(waiting.next_retry_at ?? '') - Date.parse(waiting.attempts[0]?.finished_at ?? '');
    expect(Math.round(gap / 1000)).toBe(77);
  });

  test('no retries means none, and counts as used up', async () => {
    const fixture = open({ retry: { maxRetries: 0, delaysSeconds: [5], jitter: false } });
    const id = await fixture.add();
    await fixture.consume({ echo: () => Promise.reject(new Error('boom')) });
    const dead = await fixture.until(id, (task) => task.park === 'dlq');
    expect(dead.attempts).toHaveLength(1);
    await fixture.queue.reconcile();
    expect(await fixture.connection.exists(`{nexus}:ix:${fixture.queueName}:lock:${id}`)).toBe(1);
  });

  test('an unknown type fails with its code', async () => {
    const fixture = open();
    const id = await fixture.add();
    await fixture.consume({});
    expect(await fixture.until(id, (task) => task.park === 'dlq')).toMatchObject({ failure_code: 'UNKNOWN_TASK_TYPE' });
  });

  test('a result too large for the queue fails and says what to do', async () => {
    const fixture = open();
    const id = await fixture.add();
    await fixture.consume({ echo: () => Promise.resolve({ big: 'x'.repeat(300_000) }) });
    const dead = await fixture.until(id, (task) => task.park === 'dlq');
    expect(dead.error?.message).toMatch(/Store it as a file/);
  });
});

describe('idempotent create', () => {
  test('one key and body make one task under 20 parallel requests', async () => {
    const fixture = open();
    const requests = Array.from({ length: 20 }, () =>
      fixture.queue.enqueue(envelope(), { idempotency: { scope: 's', key: 'k', fingerprint: 'f' }, audit }),
    );
    const outcomes = await Promise.all(requests);
    expect(new Set(outcomes.map((outcome) => outcome.outcome === 'queued' && outcome.task_id)).size).toBe(1);
    expect(outcomes.filter((outcome) => outcome.outcome === 'queued' && !outcome.replayed)).toHaveLength(1);
    expect(await fixture.connection.llen(`{nexus}:${fixture.queueName}:wait`)).toBe(1);
  });

  test('another body under the same key is refused; another scope is another key', async () => {
    const fixture = open();
    const create = (scope: string, fingerprint: string) =>
      fixture.queue.enqueue(envelope(), { idempotency: { scope, key: 'k2', fingerprint }, audit });
    const first = await create('a', '1');
    expect(await create('a', '2')).toEqual({ outcome: 'key_reused' });
    const other = await create('b', '1');
    expect(first.outcome === 'queued' && other.outcome === 'queued' && first.task_id !== other.task_id).toBe(true);
  });

  test('the first answer is given again even when the task is gone: nothing runs twice', async () => {
    const fixture = open();
    const key = { scope: 's', key: 'gone', fingerprint: 'f' };
    const first = await fixture.queue.enqueue(envelope(), { idempotency: key, audit });
    const { consumer } = await fixture.consume({ echo: () => Promise.resolve({}) });
    const id = first.outcome === 'queued' ? first.task_id : '';
    await fixture.until(id, (task) => task.status === 'succeeded');
    await consumer.close({ graceMs: 0 });
    fixture.advance(604_801_000);
    await fixture.queue.sweep();
    expect(await fixture.queue.read(id)).toBeUndefined();
    expect(await fixture.queue.enqueue(envelope(), { idempotency: key, audit })).toEqual({ ...first, replayed: true });
    expect(await fixture.connection.llen(`{nexus}:${fixture.queueName}:wait`)).toBe(0);
  });

  test('a refused create leaves nothing behind', async () => {
    const fixture = open();
    const key = { scope: 's', key: 'refused', fingerprint: 'a' };
    await fixture.queue.enqueue(envelope(), { idempotency: key, audit });
    const before = await fixture.connection.keys(`*${fixture.queueName}*`);
    await fixture.queue.enqueue(envelope(), { idempotency: { ...key, fingerprint: 'b' }, audit });
    expect((await fixture.connection.keys(`*${fixture.queueName}*`)).toSorted()).toEqual(before.toSorted());
    expect(await fixture.connection.zcard(`{nexus}:ix:${fixture.queueName}:type:echo`)).toBe(1);
  });

  test('every create leaves an audit record', async () => {
    const fixture = open();
    const id = await fixture.add();
    const records = await fixture.connection.xrevrange('{nexus}:audit', '+', '-', 'COUNT', 50);
    const record = records.map(([, fields]) => fields).find((fields) => fields.includes(id)) ?? [];
    expect(record).toEqual(expect.arrayContaining(['event', 'TASK_CREATE', 'client_ip', '127.0.0.1', 'payload_hash']));
  });
});

describe('cancel', () => {
  test('ends a waiting task at once, without parking it', async () => {
    const fixture = open();
    const id = await fixture.add();
    const cancelled = await fixture.queue.cancel(id, { by: 'kim', reason: 'wrong file' });
    expect(cancelled).toMatchObject({
      outcome: 'cancelled',
      task: { status: 'failed', park: null, failure_code: 'CANCELLED', error: { code: 'CANCELLED' } },
    });
    const { finished } = await fixture.consume({ echo: () => Promise.resolve({}) });
    const next = await fixture.add();
    await fixture.until(next, (task) => task.status === 'succeeded');
    expect(finished.map((attempt) => attempt.envelope.task_id)).toEqual([next]);
  });

  test('ends a task that waits for its retry', async () => {
    const fixture = open();
    const id = await fixture.add();
    await fixture.consume({ echo: () => Promise.reject(failure('PROVIDER_TIMEOUT', 'no answer')) });
    await fixture.until(id, (task) => task.next_retry_at !== null);
    const outcome = await fixture.queue.cancel(id, { by: 'kim' });
    expect(outcome).toMatchObject({ outcome: 'cancelled', task: { failure_code: 'CANCELLED', next_retry_at: null } });
    expect(await promoteRetries(fixture)).toEqual([]);
  });

  test('stops a running task through its signal', async () => {
    const fixture = open();
    const id = await fixture.add();
    await fixture.consume({
      echo: ({ signal }) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener('abort', () => reject(new Error('stopped')));
        }),
    });
    await fixture.until(id, (task) => task.status === 'running');
    expect(await fixture.queue.cancel(id, { by: 'kim' })).toMatchObject({ outcome: 'cancelling' });
    const ended = await fixture.until(id, (task) => task.status === 'failed');
    expect(ended).toMatchObject({ failure_code: 'CANCELLED', park: null });
    expect(ended.attempts).toEqual([expect.objectContaining({ outcome: 'cancelled' })]);
  });

  test('a request the worker did not hear still keeps the task from its retry', async () => {
    const fixture = open();
    const id = await fixture.add();
    await fixture.consume({
      echo: async () => {
        // As a request whose message was lost: it is on the job, nobody was told.
        await fixture.connection.hset(`{nexus}:${fixture.queueName}:${id}`, 'xk', '{"by":"kim"}');
        throw failure('PROVIDER_TIMEOUT', 'no answer');
      },
    });
    const ended = await fixture.until(id, (task) => task.status === 'failed' || task.next_retry_at !== null);
    expect(ended).toMatchObject({ status: 'failed', failure_code: 'CANCELLED', park: null });
    expect(ended.attempts).toEqual([expect.objectContaining({ outcome: 'cancelled' })]);
  });

  test('a task that finished first keeps its true result; a finished one is terminal; an unknown one is not found', async () => {
    const fixture = open();
    const id = await fixture.add();
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    await fixture.consume({
      echo: async () => {
        await held;
        return { true: 'result' };
      },
    });
    await fixture.until(id, (task) => task.status === 'running');
    await fixture.queue.cancel(id, { by: 'kim' });
    release();
    expect(await fixture.until(id, (task) => task.status !== 'running')).toMatchObject({ status: 'succeeded' });
    expect(await fixture.queue.cancel(id, { by: 'kim' })).toMatchObject({ outcome: 'terminal' });
    expect(await fixture.queue.cancel(randomUUID(), { by: 'kim' })).toEqual({ outcome: 'not_found' });
  });
});

describe('the sweeper', () => {
  test('removes terminal tasks when their time is over, never waiting, retrying or parked ones', async () => {
    const fixture = open();
    const { consumer } = await fixture.consume({
      echo: ({ envelope: given }) =>
        given.payload['fail'] === undefined
          ? Promise.resolve({})
          : Promise.reject(failure(given.payload['fail'] === 'retry' ? 'PROVIDER_TIMEOUT' : 'PAYLOAD_INVALID', 'no')),
    });
    const done = await fixture.add();
    const parked = await fixture.add({ fail: 'park' });
    const retrying = await fixture.add({ fail: 'retry' });
    await fixture.until(done, (task) => task.status === 'succeeded');
    await fixture.until(parked, (task) => task.park === 'dlq');
    await fixture.until(retrying, (task) => task.next_retry_at !== null);
    await consumer.close({ graceMs: 0 });
    const waiting = await fixture.add();
    const cancelled = await fixture.add();
    await fixture.queue.cancel(cancelled, { by: 'kim' });
    expect(await fixture.queue.sweep()).toBe(0);
    fixture.advance(604_801_000);
    expect(await fixture.queue.sweep()).toBe(2);
    expect(await fixture.queue.read(done)).toBeUndefined();
    expect(await fixture.queue.read(cancelled)).toBeUndefined();
    for (const id of [parked, retrying, waiting]) expect(await fixture.queue.read(id)).toBeDefined();
    const left = await fixture.connection.zrange(`{nexus}:ix:${fixture.queueName}:type:echo`, '0', '-1');
    expect(new Set(left)).toEqual(new Set([parked, retrying, waiting]));
  });
});

describe('the list', () => {
  test('pages newest first, visits each task once and filters', async () => {
    const fixture = open();
    const start = Date.now() - 10_000;
    const ids: string[] = [];
    for (let at = 0; at < 25; at += 1) {
      // Five tasks share each millisecond, so that the cursor has to tell them apart.
      const requestedAt = new Date(start + Math.floor(at / 5)).toISOString();
      ids.push(await fixture.add({}, { requested_at: requestedAt, requested_by: at % 2 === 0 ? 'even' : 'odd' }));
    }
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await fixture.queue.list({ limit: 4, ...(cursor === undefined ? {} : { cursor }) });
      if (page === 'invalid_cursor') throw new Error(page);
      seen.push(...page.items.map((task) => task.task_id));
      cursor = page.next_cursor ?? undefined;
    } while (cursor !== undefined);
    expect(seen).toHaveLength(25);
    expect(new Set(seen)).toEqual(new Set(ids));
    const evens = await fixture.queue.list({ limit: 50, requested_by: 'even', status: 'queued' });
    expect(evens !== 'invalid_cursor' && evens.items).toHaveLength(13);
    const late = await fixture.queue.list({ limit: 50, since: new Date(start + 3).toISOString() });
    expect(late !== 'invalid_cursor' && late.items).toHaveLength(10);
    expect(await fixture.queue.list({ limit: 5, cursor: 'nonsense' })).toBe('invalid_cursor');
    const page = await fixture.queue.list({ limit: 5 });
    const other = page === 'invalid_cursor' ? undefined : page.next_cursor;
    expect(await fixture.queue.list({ limit: 5, cursor: other ?? '', status: 'failed' })).toBe('invalid_cursor');
  });
});
