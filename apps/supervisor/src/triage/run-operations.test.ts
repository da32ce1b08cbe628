import { describe, expect, test } from '@jest/globals';
import type { Operation } from '@nexus/contracts';
import type { DeadLetters } from '@nexus/task-queue';
import { defaultTriagePolicy } from '@nexus/triage-policy';
import { bodyOf, createLettersKit, type LettersFixture } from '../testing/letters-kit.ts';

const { open } = createLettersKit();

type Body = Parameters<LettersFixture['client']['dlqCreateOperation']>[0]['body'];

async function start(fixture: LettersFixture, body: Body): Promise<string> {
  const created = await fixture.client.dlqCreateOperation({ body });
  if (!created.ok || created.status !== 202) throw new Error(JSON.stringify(created));
  expect(created.headers.get('location')).toBe(`/dlq/operations/${created.body.operation_id}`);
  return created.body.operation_id;
}

/** The operation once its runner has nothing left to do for now. */
async function settled(fixture: LettersFixture, operation_id: string): Promise<Operation> {
  await fixture.supervisor.idle();
  return bodyOf(await fixture.client.dlqOperation({ params: { operation_id } }));
}

/** What the background loop does every two seconds. */
async function tick(fixture: LettersFixture, operation_id: string): Promise<Operation> {
  await fixture.turn('operations');
  return settled(fixture, operation_id);
}

async function failMany(fixture: LettersFixture, count: number): Promise<string[]> {
  const ids: string[] = [];
  for (let at = 0; at < count; at += 1) ids.push(await fixture.fail({ age: count - at }));
  return ids;
}

/** A pause that only the end of the process ends. */
function untilClosed(_milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}

/** Letters whose operations cannot be advanced as long as there is an error. */
function failing(error: () => Error | undefined) {
  return (letters: DeadLetters): DeadLetters => ({
    ...letters,
    operations: {
      ...letters.operations,
      async take(operationId) {
        const step = await letters.operations.take(operationId);
        const broken = error();
        return step === undefined || broken === undefined ? step : { ...step, advance: () => Promise.reject(broken) };
      },
    },
  });
}

describe('an operation', () => {
  test('moves every letter there was, and none that arrives later', async () => {
    const fixture = await open();
    await Promise.all(Array.from({ length: 1203 }, () => fixture.fail()));
    const id = await start(fixture, { action: 'requeue', name: 'after the outage', reason: 'provider is back' });
    await fixture.fail();
    const operation = await settled(fixture, id);
    expect(operation).toMatchObject({
      operation_id: id,
      name: 'after the outage',
      action: 'requeue',
      status: 'succeeded',
      park: 'dlq',
      filter: {},
      mode: 'manual',
      force: false,
      reason: 'provider is back',
      progress: { done: 1203, total: 1203 },
      acted: { requeue: 1203, hold: 0, alarm: 0, purge: 0, ignore: 0 },
      outcome: { requeued: 1203, pending: 1203 },
      finished_at: expect.any(String),
      error: null,
      per_second: null,
      canary: null,
    });
    expect(bodyOf(await fixture.client.dlqStats())).toMatchObject({ total: 1 });
    expect(fixture.logs().find((line) => line['event'] === 'OPERATION_FINISHED')).toMatchObject({
      operation_id: id,
      status: 'succeeded',
    });
    expect(await fixture.audited('DLQ_OPERATION_START')).toHaveLength(1);
    expect(await fixture.audited('DLQ_OPERATION')).toMatchObject([{ operation_id: id, status: 'succeeded' }]);
    expect(await fixture.metric('nexus_letter_operations_total{action="requeue",status="succeeded"}')).toBe(1);
    const labels = 'park="dlq",action="requeue",task_type="echo",failure_code="PROVIDER_TIMEOUT"';
    expect(await fixture.metric(`nexus_letters_moved_total{${labels}}`)).toBe(1203);
  });

  test('tells how the letters it sent back ended', async () => {
    const fixture = await open();
    const [first = '', second = '', third = ''] = await failMany(fixture, 3);
    const id = await start(fixture, { action: 'requeue' });
    await settled(fixture, id);
    await fixture.finish(first, 'succeeded');
    await fixture.finish(second, 'failed', { code: 'PROVIDER_TIMEOUT', message: 'no answer' });
    await fixture.finish(third, 'failed', { code: 'UNKNOWN', message: 'something else' });
    expect((await tick(fixture, id)).outcome).toEqual({
      requeued: 3,
      pending: 0,
      succeeded: 1,
      failed_again: 2,
      failed_same_cause: 1,
      gone: 0,
    });
  });

  test('a dry run is a plan: it starts nothing, and its hash does exactly that', async () => {
    const fixture = await open();
    const ids = await failMany(fixture, 4);
    const plan = await fixture.client.dlqCreateOperation({ body: { action: 'hold', max: 3, dry_run: true } });
    expect(plan).toMatchObject({
      status: 200,
      body: { dry_run: true, total: 4, scanned: 3, truncated: true, acted: { hold: 3 }, ids: ids.slice(0, 3) },
    });
    if (!plan.ok || plan.status !== 200) return;
    expect(bodyOf(await fixture.client.dlqOperations())).toEqual({ items: [] });
    await fixture.fail({ age: 100 });
    const { plan_hash } = plan.body;
    const id = await start(fixture, { action: 'hold', plan_hash });
    expect(await settled(fixture, id)).toMatchObject({ status: 'succeeded', acted: { hold: 3 } });
    const held = bodyOf(await fixture.client.holdPeek()).items.map(({ correlation_id }) => correlation_id);
    expect(held).toEqual(ids.slice(0, 3));
    expect(await fixture.client.dlqCreateOperation({ body: { action: 'purge', plan_hash } })).toMatchObject({
      status: 409,
      code: 'PLAN_STALE',
    });
  });

  test('a plan over more letters than can be looked at in time says so; the operation takes them all', async () => {
    const fixture = await open({ triage: { planLooks: 3 } });
    await failMany(fixture, 5);
    const plan = await fixture.client.dlqCreateOperation({ body: { action: 'hold', dry_run: true } });
    expect(plan).toMatchObject({ status: 200, body: { total: 5, scanned: 3, truncated: true, acted: { hold: 3 } } });
    if (!plan.ok || plan.status !== 200) return;
    const id = await start(fixture, { action: 'hold', plan_hash: plan.body.plan_hash });
    expect(await settled(fixture, id)).toMatchObject({ status: 'succeeded', acted: { hold: 5 } });
  });

  test('apply keeps its caps, which may be none, and alerts', async () => {
    const fixture = await open();
    await failMany(fixture, 5);
    await fixture.fail({ code: 'PROVIDER_AUTH_ERROR' });
    const id = await start(fixture, { action: 'apply', max_requeue: 2 });
    expect(await settled(fixture, id)).toMatchObject({ acted: { requeue: 2, alarm: 1 }, skipped_cap: 3, alerted: 1 });
    expect(fixture.receiver.received).toHaveLength(1);
  });

  test.each([
    [{ action: 'hold', canary: { first: 1 } }, 'canary'],
    [{ action: 'requeue', max_hold: 1 }, 'max_hold'],
    [{ action: 'requeue', force: true, mode: 'auto' }, 'force'],
    [{ action: 'purge', force: true }, 'force'],
    [{ action: 'hold', park: 'hold' }, 'hold'],
    [{ action: 'apply', park: 'alarm' }, 'apply'],
    [{ action: 'purge', mode: 'auto' }, 'purge'],
  ] as [Body, string][])('%j contradicts itself', async (body, word) => {
    const fixture = await open();
    expect(await fixture.client.dlqCreateOperation({ body })).toMatchObject({
      status: 400,
      code: 'BAD_REQUEST',
      message: expect.stringContaining(word),
    });
  });

  test('letters of the alarm policy alone are refused before anything starts', async () => {
    const fixture = await open();
    await fixture.fail({ code: 'PROVIDER_AUTH_ERROR' });
    expect(await fixture.client.dlqCreateOperation({ body: { action: 'requeue' } })).toMatchObject({
      status: 409,
      code: 'ALARM_REQUEUE_FORBIDDEN',
    });
    const dry = await fixture.client.dlqCreateOperation({ body: { action: 'requeue', dry_run: true } });
    expect(dry).toMatchObject({ status: 200, body: { skipped_policy: 1, acted: { requeue: 0 } } });
    await fixture.fail();
    const id = await start(fixture, { action: 'requeue' });
    expect(await settled(fixture, id)).toMatchObject({ acted: { requeue: 1 }, skipped_policy: 1 });
  });

  test('lists come newest first and by status; an unknown one is 404, a finished one cannot be cancelled', async () => {
    const fixture = await open();
    const first = await start(fixture, { action: 'purge' });
    await settled(fixture, first);
    fixture.advance(1);
    const second = await start(fixture, { action: 'purge' });
    await settled(fixture, second);
    const list = bodyOf(await fixture.client.dlqOperations()).items.map(({ operation_id }) => operation_id);
    expect(list).toEqual([second, first]);
    expect(bodyOf(await fixture.client.dlqOperations({ query: { status: 'running' } })).items).toEqual([]);
    const params = { operation_id: first };
    expect(await fixture.client.dlqCancelOperation({ params })).toMatchObject({
      status: 409,
      code: 'OPERATION_TERMINAL',
    });
    const unknown = { params: { operation_id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff' } };
    expect(await fixture.client.dlqOperation(unknown)).toMatchObject({ status: 404 });
    expect(await fixture.client.dlqCancelOperation(unknown)).toMatchObject({ status: 404 });
  });
});

describe('canary', () => {
  test('the rest follows when the first ones succeed', async () => {
    const fixture = await open();
    const ids = await failMany(fixture, 6);
    const id = await start(fixture, { action: 'requeue', canary: { first: 2, min_success: 0.5 } });
    expect(await settled(fixture, id)).toMatchObject({ status: 'canary', acted: { requeue: 2 }, finished_at: null });
    await fixture.finish(ids[0] ?? '', 'succeeded');
    expect(await tick(fixture, id)).toMatchObject({ status: 'canary', acted: { requeue: 2 } });
    await fixture.finish(ids[1] ?? '', 'failed', { code: 'PROVIDER_TIMEOUT', message: 'no answer' });
    expect(await tick(fixture, id)).toMatchObject({ status: 'succeeded', acted: { requeue: 6 }, canary: { first: 2 } });
  });

  test('the rest stays when they fail', async () => {
    const fixture = await open();
    const ids = await failMany(fixture, 6);
    const id = await start(fixture, { action: 'requeue', canary: { first: 2 } });
    await settled(fixture, id);
    await fixture.finish(ids[0] ?? '', 'succeeded');
    await fixture.finish(ids[1] ?? '', 'failed', { code: 'PROVIDER_TIMEOUT', message: 'no answer' });
    const stopped = await tick(fixture, id);
    expect(stopped).toMatchObject({ status: 'stopped', acted: { requeue: 2 } });
    expect(stopped.error).toContain('1 of the first 2 letters succeeded');
    expect(bodyOf(await fixture.client.dlqStats())).toMatchObject({ total: 5 });
  });

  test('the rest stays when the first ones take too long', async () => {
    const fixture = await open();
    await failMany(fixture, 3);
    const id = await start(fixture, { action: 'requeue', canary: { first: 1, timeout_seconds: 60 } });
    await settled(fixture, id);
    fixture.advance(59);
    expect(await tick(fixture, id)).toMatchObject({ status: 'canary' });
    fixture.advance(2);
    expect(await tick(fixture, id)).toMatchObject({ status: 'stopped', acted: { requeue: 1 } });
  });

  test('a cap holds over a canary that takes longer than budgets are kept', async () => {
    const fixture = await open();
    const ids = await failMany(fixture, 9);
    const id = await start(fixture, { action: 'requeue', max: 5, canary: { first: 2 } });
    await settled(fixture, id);
    for (const key of await fixture.connection.keys('*budget*')) await fixture.connection.del(key);
    for (const each of ids.slice(0, 2)) await fixture.finish(each, 'succeeded');
    expect(await tick(fixture, id)).toMatchObject({ status: 'succeeded', acted: { requeue: 5 } });
  });

  test('while one waits for its canary, others run', async () => {
    const fixture = await open();
    await failMany(fixture, 3);
    const waiting = await start(fixture, { action: 'requeue', canary: { first: 1 } });
    await settled(fixture, waiting);
    const other = await start(fixture, { action: 'hold' });
    expect(await settled(fixture, other)).toMatchObject({ status: 'succeeded', acted: { hold: 2 } });
    expect(await settled(fixture, waiting)).toMatchObject({ status: 'canary' });
    expect(bodyOf(await fixture.client.dlqCancelOperation({ params: { operation_id: waiting } }))).toBeDefined();
    expect(await settled(fixture, waiting)).toMatchObject({ status: 'cancelled' });
  });
});

describe('what may happen on the way', () => {
  test('per_second paces the moves by an injected clock, and a cancel ends them', async () => {
    const waits: number[] = [];
    let release: () => void = () => undefined;
    const wait = (milliseconds: number) =>
      new Promise<void>((resolve) => {
        waits.push(milliseconds);
        release = resolve;
        arrived();
      });
    let arrived: () => void = () => undefined;
    const paused = () => new Promise<void>((resolve) => (arrived = resolve));
    const fixture = await open({ ports: { wait } });
    await failMany(fixture, 10);
    let pause = paused();
    const id = await start(fixture, { action: 'requeue', per_second: 4 });
    await pause;
    pause = paused();
    release();
    await pause;
    const params = { operation_id: id };
    expect(bodyOf(await fixture.client.dlqOperation({ params }))).toMatchObject({
      acted: { requeue: 8 },
      per_second: 4,
    });
    expect(await fixture.client.dlqCancelOperation({ params })).toMatchObject({ status: 202 });
    release();
    expect(await settled(fixture, id)).toMatchObject({ status: 'cancelled', acted: { requeue: 8 } });
    expect(waits).toEqual([1000, 1000]);
    expect(await fixture.audited('DLQ_OPERATION_CANCEL')).toHaveLength(1);
  });

  test('an operation whose supervisor died goes on in another one, and loses and doubles nothing', async () => {
    const dying = await open({ ports: { wait: untilClosed } });
    await failMany(dying, 7);
    const id = await start(dying, { action: 'requeue', per_second: 3, max: 6 });
    const params = { operation_id: id };
    while (bodyOf(await dying.client.dlqOperation({ params })).acted.requeue < 3);
    const heir = await open({ queueName: dying.queueName, ports: { wait: () => Promise.resolve() } });
    await heir.turn('operations');
    expect(await settled(heir, id)).toMatchObject({ status: 'running', acted: { requeue: 3 } });
    // What time does to the lease of a process that is not heard of.
    for (const key of await heir.connection.keys('*:lease')) await heir.connection.del(key);
    await heir.turn('operations');
    expect(await settled(heir, id)).toMatchObject({ status: 'succeeded', acted: { requeue: 6 } });
    const waiting = await heir.connection.lrange(`{nexus}:${heir.queueName}:wait`, 0, -1);
    expect(new Set(waiting).size).toBe(6);
    expect(waiting).toHaveLength(6);
  });

  test('an outage of the store leaves it to be carried on', async () => {
    let error: Error | undefined = new Error('Connection is closed.');
    const fixture = await open({ between: failing(() => error) });
    await failMany(fixture, 3);
    const id = await start(fixture, { action: 'hold' });
    expect(await settled(fixture, id)).toMatchObject({ status: 'running', acted: { hold: 0 } });
    for (const key of await fixture.connection.keys('*:lease')) await fixture.connection.del(key);
    error = undefined;
    expect(await tick(fixture, id)).toMatchObject({ status: 'succeeded', acted: { hold: 3 } });
  });

  test('a fault of ours ends it and says what it was', async () => {
    const fixture = await open({ between: failing(() => new Error('a fault')) });
    await failMany(fixture, 1);
    const id = await start(fixture, { action: 'hold' });
    expect(await settled(fixture, id)).toMatchObject({ status: 'failed', error: 'a fault' });
    expect(fixture.logs().some((line) => line['event'] === 'OPERATION_FAILED')).toBe(true);
  });

  test('another policy ends it: it was created under one that is no longer in force', async () => {
    const before = await open({ ports: { wait: untilClosed } });
    await failMany(before, 3);
    const id = await start(before, { action: 'requeue', per_second: 1 });
    while (bodyOf(await before.client.dlqOperation({ params: { operation_id: id } })).acted.requeue < 1);
    for (const key of await before.connection.keys('*:lease')) await before.connection.del(key);
    const triage = { policy: { ...defaultTriagePolicy, holdCodes: ['PROVIDER_TIMEOUT'] } };
    const after = await open({ queueName: before.queueName, triage });
    await after.turn('operations');
    const failed = await settled(after, id);
    expect(failed).toMatchObject({ status: 'failed', error: expect.stringContaining('policy') });
    expect(failed.acted.requeue).toBe(1);
  });

  test('one that cannot be understood fails and does not keep the others', async () => {
    const fixture = await open();
    await fixture.fail();
    const record = {
      operation_id: '6f9619ff-8b86-4d01-b42d-00cf4fc964ff',
      name: 'x',
      action: 'hold',
      by: 'x',
      audit: {},
    };
    await fixture.letters.operations.create({ ...record, request: { order: 'nonsense' }, total: 1 });
    const id = await start(fixture, { action: 'hold' });
    expect(await settled(fixture, id)).toMatchObject({ status: 'succeeded' });
    expect(await settled(fixture, record.operation_id)).toMatchObject({ status: 'failed', error: expect.any(String) });
  });
});
