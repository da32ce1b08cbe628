import { describe, expect, test } from '@jest/globals';
import { defaultTriagePolicy } from '@nexus/triage-policy';
import { bodyOf, createLettersKit, type LettersFixture } from '../testing/letters-kit.ts';

const { open } = createLettersKit();
const none = { skipped_age: 0, skipped_cap: 0, skipped_locked: 0, skipped_policy: 0, errors: 0 };

async function parkOf(fixture: LettersFixture, id: string): Promise<string | null | undefined> {
  return (await fixture.queue.read(id))?.park;
}

function times<Result>(count: number, make: (at: number) => Promise<Result>): Promise<Result[]> {
  return Promise.all(Array.from({ length: count }, (_, at) => make(at)));
}

describe('requeue', () => {
  test('sends letters back, oldest first and at most ten, with a record, an audit line, a log line and a count', async () => {
    const fixture = await open();
    const ids = await times(12, (at) => fixture.fail({ age: 100 - at }));
    const body = bodyOf(await fixture.client.dlqRequeue({ query: { reason: 'provider is back' } }));
    expect(body).toMatchObject({
      scanned: 10,
      moved: 10,
      dry_run: false,
      mode: 'manual',
      total: 12,
      truncated: true,
      ...none,
    });
    expect(body.ids).toEqual(ids.slice(0, 10));
    expect(body).not.toHaveProperty('plan_hash');
    expect(await fixture.queue.read(ids[0] ?? '')).toMatchObject({ status: 'queued', park: null, failure_code: null });
    const operation_id = body.operation_id ?? '';
    expect(bodyOf(await fixture.client.dlqOperation({ params: { operation_id } }))).toMatchObject({
      action: 'requeue',
      status: 'succeeded',
      reason: 'provider is back',
      by: expect.stringMatching(/^admin:/),
      acted: { requeue: 10 },
      outcome: { requeued: 10, pending: 10 },
    });
    const [audited] = await fixture.audited('DLQ_REQUEUE');
    expect(audited).toMatchObject({ mode: 'manual', force: 'false', operation_id, reason: 'provider is back' });
    expect(audited?.['counts']).toContain('"requeue":10');
    const log = fixture.logs().filter((line) => line['event'] === 'DLQ_REQUEUE');
    expect(log).toMatchObject([
      { scanned: 10, moved: 10, dry_run: false, mode: 'manual', queue: 'nexus.dlq', operation_id },
    ]);
    const labels = 'park="dlq",action="requeue",task_type="echo",failure_code="PROVIDER_TIMEOUT"';
    expect(await fixture.metric(`nexus_letters_moved_total{${labels}}`)).toBe(10);
  });

  test('limits are clamped and filters hold', async () => {
    const fixture = await open();
    await times(3, () => fixture.fail());
    const auth = await fixture.fail({ code: 'UNKNOWN', type: 'other' });
    expect(bodyOf(await fixture.client.dlqRequeue({ query: { limit: 0 } }))).toMatchObject({ moved: 1 });
    const query = { failure_code: ['UNKNOWN', 'CALLBACK_FAILED'], task_type: 'other', limit: 100_000 };
    expect(bodyOf(await fixture.client.dlqRequeue({ query }))).toMatchObject({ moved: 1, total: 1, ids: [auth] });
    expect(bodyOf(await fixture.client.dlqStats())).toMatchObject({ total: 2 });
  });

  test('mode auto takes what triage would requeue, and does not even count the rest as looked at in vain', async () => {
    const fixture = await open();
    await fixture.fail({ code: 'INTERNAL_ERROR', age: 10 });
    const id = await fixture.fail();
    await fixture.fail({ code: 'PROVIDER_AUTH_ERROR' });
    const body = bodyOf(await fixture.client.dlqRequeue({ query: { mode: 'auto' } }));
    expect(body).toMatchObject({ moved: 1, mode: 'auto', ids: [id], skipped_policy: 0 });
    expect(await fixture.client.dlqRequeue({ query: { mode: 'other' } })).toMatchObject({ status: 422 });
  });

  test('letters of the alarm policy stay: 409 when nothing else matched, with force too; a dry run is 200', async () => {
    const fixture = await open();
    await fixture.fail({ code: 'PROVIDER_AUTH_ERROR' });
    const refusal = { status: 409, code: 'ALARM_REQUEUE_FORBIDDEN', detail: { skipped_policy: 1 } };
    expect(await fixture.client.dlqRequeue()).toMatchObject(refusal);
    expect(await fixture.client.dlqRequeue({ query: { force: true } })).toMatchObject(refusal);
    expect(bodyOf(await fixture.client.dlqRequeue({ query: { dry_run: true } }))).toMatchObject({
      moved: 0,
      skipped_policy: 1,
    });
    const id = await fixture.fail();
    expect(bodyOf(await fixture.client.dlqRequeue())).toMatchObject({ moved: 1, skipped_policy: 1, ids: [id] });
    const empty = { failure_code: 'SCHEMA_PARSE_ERROR' };
    expect(bodyOf(await fixture.client.dlqRequeue({ query: empty }))).toMatchObject({ moved: 0, total: 0 });
  });

  test('what the policy keeps for other reasons is counted, not 409, and force lifts a confirmation', async () => {
    const fixture = await open();
    await fixture.fail({ code: 'DELIVERY_UNCERTAIN' });
    expect(bodyOf(await fixture.client.dlqRequeue())).toMatchObject({ moved: 0, skipped_policy: 1 });
    expect(bodyOf(await fixture.client.dlqRequeue({ query: { force: true } }))).toMatchObject({ moved: 1 });
  });

  test('without the alarm policy a person may requeue anything', async () => {
    const fixture = await open({ triage: { enforceAlarm: false } });
    await fixture.fail({ code: 'PROVIDER_AUTH_ERROR' });
    expect(bodyOf(await fixture.client.dlqRequeue())).toMatchObject({ moved: 1 });
  });

  test('a locked letter needs force, which is for manual requeues only and releases the lock', async () => {
    const fixture = await open({ maxRetries: 0 });
    const id = await fixture.fail();
    expect(bodyOf(await fixture.client.dlqPeek()).items[0]).toMatchObject({ locked: true });
    expect(bodyOf(await fixture.client.dlqRequeue())).toMatchObject({ moved: 0, skipped_locked: 1 });
    const auto = { mode: 'auto', force: true };
    expect(bodyOf(await fixture.client.dlqRequeue({ query: auto }))).toMatchObject({ moved: 0, skipped_locked: 1 });
    expect(bodyOf(await fixture.client.dlqApply())).toMatchObject({ acted: { requeue: 0 }, skipped_locked: 1 });
    expect(bodyOf(await fixture.client.dlqRequeue({ query: { force: true } }))).toMatchObject({ moved: 1, ids: [id] });
    await fixture.finish(id, 'failed', { code: 'UNKNOWN', message: 'again' });
    expect(await parkOf(fixture, id)).toBe('dlq');
  });

  test('a letter that cannot be read is an error and blocks nobody', async () => {
    const fixture = await open();
    const broken = await fixture.spoil();
    await fixture.fail();
    expect(bodyOf(await fixture.client.dlqRequeue())).toMatchObject({ moved: 1, errors: 1 });
    expect(bodyOf(await fixture.client.dlqPurge())).toMatchObject({ purged: 1, ids: [broken] });
  });

  test('operators at the same time move each letter once', async () => {
    const fixture = await open();
    await times(30, () => fixture.fail());
    const bodies = await times(5, () => fixture.client.dlqRequeue({ query: { limit: 20 } }).then(bodyOf));
    expect(bodies.reduce((sum, { moved }) => sum + moved, 0)).toBe(30);
  });
});

describe('purge', () => {
  test('deletes for good; the task is 410 and says what became of it, for reading and for cancelling', async () => {
    const fixture = await open();
    const id = await fixture.fail({ code: 'PAYLOAD_INVALID' });
    expect(bodyOf(await fixture.client.dlqPurge({ query: { dry_run: true } }))).toMatchObject({
      purged: 1,
      dry_run: true,
    });
    const body = bodyOf(await fixture.client.dlqPurge());
    expect(body).toMatchObject({ purged: 1, dry_run: false, scanned: 1, total: 1, ids: [id], ...none });
    const gone = {
      status: 410,
      code: 'TASK_GONE',
      detail: {
        task_id: id,
        task_type: 'echo',
        failure_code: 'PAYLOAD_INVALID',
        by: expect.stringMatching(/^admin:/),
        at: expect.any(String),
      },
    };
    expect(await fixture.client.getTask({ params: { task_id: id } })).toMatchObject(gone);
    expect(await fixture.client.cancelTask({ params: { task_id: id }, body: {} })).toMatchObject(gone);
    expect(fixture.logs().filter((line) => line['event'] === 'DLQ_PURGE')).toMatchObject([
      { purged: 1, dry_run: true },
      { purged: 1, dry_run: false },
    ]);
    expect(await fixture.audited('DLQ_PURGE')).toHaveLength(1);
  });
});

describe('route and alarm', () => {
  test('route: auto takes what triage holds, manual every match', async () => {
    const fixture = await open();
    const schema = await fixture.fail({ code: 'SCHEMA_PARSE_ERROR' });
    const timeout = await fixture.fail();
    expect(bodyOf(await fixture.client.dlqRoute())).toMatchObject({
      moved: 1,
      mode: 'auto',
      dry_run: false,
      ids: [schema],
    });
    expect(await parkOf(fixture, schema)).toBe('hold');
    expect(bodyOf(await fixture.client.dlqRoute({ query: { mode: 'manual' } }))).toMatchObject({
      moved: 1,
      ids: [timeout],
    });
    expect(await fixture.client.dlqRoute({ query: { mode: 'none' } })).toMatchObject({ status: 422 });
    expect(await fixture.metric('nexus_parked_tasks{park="hold"}')).toBe(2);
  });

  test('alarm: one alert for equal letters reaches the webhook, with the runbook', async () => {
    const fixture = await open();
    const ids = await times(3, () => fixture.fail({ code: 'PROVIDER_AUTH_ERROR' }));
    const body = bodyOf(await fixture.client.dlqAlarm());
    expect(body).toMatchObject({
      moved: 3,
      scanned: 3,
      dry_run: false,
      send_alert: true,
      alerted: 1,
      mode: 'auto',
      ...none,
    });
    expect(fixture.receiver.received.map((request) => request.body)).toMatchObject([
      {
        event: 'dlq_alarm',
        payload: {
          failure_code: 'PROVIDER_AUTH_ERROR',
          task_type: 'echo',
          runbook: 'Check keys and permissions.',
          dedupe_ttl: 900,
        },
      },
    ]);
    expect(ids).toContain(fixture.receiver.received[0]?.body.payload['task_id']);
    const params = { operation_id: body.operation_id ?? '' };
    expect(bodyOf(await fixture.client.dlqOperation({ params }))).toMatchObject({ alerted: 1, acted: { alarm: 3 } });
  });

  test('alarm without alert, and as a dry run, tells nobody', async () => {
    const fixture = await open();
    await fixture.fail({ code: 'PROVIDER_AUTH_ERROR' });
    expect(bodyOf(await fixture.client.dlqAlarm({ query: { dry_run: true } }))).toMatchObject({ moved: 1, alerted: 0 });
    const quiet = bodyOf(await fixture.client.dlqAlarm({ query: { send_alert: false } }));
    expect(quiet).toMatchObject({ moved: 1, send_alert: false, alerted: 0 });
    expect(fixture.receiver.received).toEqual([]);
  });

  test('an alert that cannot be delivered stays in the outbox; the letter stays moved', async () => {
    const fixture = await open();
    const id = await fixture.fail({ code: 'PROVIDER_AUTH_ERROR' });
    fixture.receiver.answerNext(500);
    expect(bodyOf(await fixture.client.dlqAlarm())).toMatchObject({ moved: 1, alerted: 0 });
    expect(await parkOf(fixture, id)).toBe('alarm');
    expect(await fixture.connection.xlen('{nexus}:alerts')).toBe(1);
  });

  test('an answer does not wait for a webhook that hangs; the late delivery is still counted', async () => {
    const fixture = await open();
    await fixture.fail({ code: 'PROVIDER_AUTH_ERROR' });
    let answer: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      fixture.receiver.answerNext((response) => {
        answer = () => void response.writeHead(200).end();
        resolve();
      });
    });
    const answering = fixture.client.dlqAlarm();
    await asked;
    fixture.beat();
    const body = bodyOf(await answering);
    expect(body).toMatchObject({ moved: 1, alerted: 0 });
    answer();
    const params = { operation_id: body.operation_id ?? '' };
    while (bodyOf(await fixture.client.dlqOperation({ params })).alerted === 0);
  });
});

describe('apply', () => {
  test('does with every letter what triage says and accounts for each', async () => {
    const fixture = await open();
    const requeued = await fixture.fail();
    const held = await fixture.fail({ code: 'SCHEMA_PARSE_ERROR' });
    const alarmed = await fixture.fail({ code: 'PROVIDER_AUTH_ERROR' });
    const ignored = await fixture.fail({ code: 'INTERNAL_ERROR' });
    const old = await fixture.fail({ age: 8000 });
    await fixture.spoil();
    const body = bodyOf(await fixture.client.dlqApply());
    expect(body).toMatchObject({
      scanned: 6,
      total: 6,
      truncated: false,
      dry_run: false,
      send_alert: true,
      acted: { requeue: 1, hold: 1, alarm: 1, ignore: 1 },
      alerted: 1,
      ...none,
      skipped_age: 1,
      errors: 1,
    });
    expect(await times(5, (at) => parkOf(fixture, [requeued, held, alarmed, ignored, old][at] ?? ''))).toEqual([
      ...[null, 'hold', 'alarm', 'dlq', 'dlq'],
    ]);
    expect(fixture.logs().find((line) => line['event'] === 'DLQ_APPLY')).toMatchObject({ acted: { requeue: 1 } });
  });

  test('caps: what is over stays and is counted; 0 forbids', async () => {
    const fixture = await open();
    await times(5, () => fixture.fail());
    await times(3, () => fixture.fail({ code: 'SCHEMA_PARSE_ERROR' }));
    const query = { max_requeue: 2, max_hold: 0 };
    const body = bodyOf(await fixture.client.dlqApply({ query }));
    expect(body).toMatchObject({ scanned: 8, acted: { requeue: 2, hold: 0, alarm: 0, ignore: 0 }, skipped_cap: 6 });
  });

  test('callers of one plan never exceed its caps together', async () => {
    const fixture = await open();
    await times(40, () => fixture.fail());
    const query = { max_requeue: 15 };
    const plan = bodyOf(await fixture.client.dlqApply({ query: { ...query, dry_run: true } }));
    const bodies = await times(6, () =>
      fixture.client.dlqApply({ query: { plan_hash: plan.plan_hash ?? '' } }).then(bodyOf),
    );
    expect(bodies.reduce((sum, { acted }) => sum + acted.requeue, 0)).toBe(15);
    const unplanned = await times(4, () => fixture.client.dlqApply({ query: { max_requeue: 5 } }).then(bodyOf));
    expect(unplanned.reduce((sum, { acted }) => sum + acted.requeue, 0)).toBeLessThanOrEqual(20);
  });

  test('sample bounds how many letters are looked at', async () => {
    const fixture = await open();
    await times(14, () => fixture.fail());
    expect(bodyOf(await fixture.client.dlqApply({ query: { sample: 1 } }))).toMatchObject({
      scanned: 10,
      total: 14,
      truncated: true,
      acted: { requeue: 10 },
    });
  });
});

describe('the scheduled apply', () => {
  test('does what the route does with its defaults, and leaves no trace where there is nothing to do', async () => {
    const fixture = await open({ triage: { applyEverySeconds: 60 } });
    const ignored = await fixture.fail({ code: 'INTERNAL_ERROR' });
    const old = await fixture.fail({ age: 8000 });
    await fixture.turn('apply');
    expect(bodyOf(await fixture.client.dlqOperations()).items).toEqual([]);
    const [requeued, alarmed] = [await fixture.fail(), await fixture.fail({ code: 'PROVIDER_AUTH_ERROR' })];
    await fixture.turn('apply');
    expect(bodyOf(await fixture.client.dlqOperations()).items).toMatchObject([
      { action: 'apply', by: 'schedule', acted: { requeue: 1, alarm: 1, ignore: 1 }, skipped_age: 1, alerted: 1 },
    ]);
    expect(await times(4, (at) => parkOf(fixture, [ignored, old, requeued, alarmed][at] ?? ''))).toEqual([
      ...['dlq', 'dlq', null, 'alarm'],
    ]);
    expect(fixture.receiver.received).toHaveLength(1);
    expect(await fixture.audited('DLQ_APPLY')).toMatchObject([{ by: 'schedule' }]);
  });
});

describe('plans', () => {
  test('a dry run changes nothing, and the run of its plan does exactly that although letters arrive', async () => {
    const fixture = await open();
    await times(6, (at) => fixture.fail({ code: at % 2 === 0 ? 'PROVIDER_TIMEOUT' : 'PROVIDER_AUTH_ERROR', age: at }));
    const before = await fixture.snapshot();
    const planned = bodyOf(await fixture.client.dlqApply({ query: { dry_run: true, max_requeue: 2 } }));
    expect(await fixture.snapshot()).toBe(before);
    expect(planned.plan_hash).toMatch(/^[0-9a-f]{32}$/);
    expect(planned).not.toHaveProperty('operation_id');
    await fixture.fail({ age: 1000 });
    // Caps of the request do not count: those of the plan do.
    const done = bodyOf(
      await fixture.client.dlqApply({ query: { plan_hash: planned.plan_hash ?? '', max_requeue: 100 } }),
    );
    // The total counts letters by the time they failed at, also one that claims to have failed before the plan was made.
    const { acted, scanned, ids, skipped_cap, skipped_age } = planned;
    expect(done).toMatchObject({ acted, scanned, ids, skipped_cap, skipped_age, dry_run: false, alerted: 1 });
    expect(fixture.receiver.received).toHaveLength(1);
  });

  test.each([
    ['requeue', 'dlqRequeue'],
    ['purge', 'dlqPurge'],
    ['route', 'dlqRoute'],
    ['alarm', 'dlqAlarm'],
  ] as const)('%s keeps plans too', async (...[, name]) => {
    const fixture = await open();
    const call = fixture.client[name] as unknown as typeof fixture.client.dlqRoute;
    const ids = await times(2, () => fixture.fail());
    const mode = name === 'dlqRequeue' || name === 'dlqPurge' ? {} : { mode: 'manual' };
    const planned = bodyOf(await call({ query: { ...mode, dry_run: true } }));
    await fixture.fail();
    const again = bodyOf(await call({ query: { dry_run: true, plan_hash: planned.plan_hash ?? '' } }));
    expect(again).toEqual(planned);
    const done = bodyOf(await call({ query: { plan_hash: planned.plan_hash ?? '' } }));
    expect(done.ids.toSorted()).toEqual(ids.toSorted());
  });

  test('a plan that is unknown, of another route or of another policy is stale, and nothing is done', async () => {
    const fixture = await open();
    await fixture.fail();
    const plan_hash =
      bodyOf(await fixture.client.dlqRoute({ query: { dry_run: true, mode: 'manual' } })).plan_hash ?? '';
    const stale = { status: 409, code: 'PLAN_STALE', message: expect.stringContaining('dry_run=true') };
    expect(await fixture.client.dlqRoute({ query: { plan_hash: '0'.repeat(32) } })).toMatchObject(stale);
    expect(await fixture.client.dlqAlarm({ query: { plan_hash } })).toMatchObject(stale);
    expect(await fixture.client.dlqApply({ query: { plan_hash } })).toMatchObject(stale);
    const policy = { ...defaultTriagePolicy, holdCodes: ['PROVIDER_TIMEOUT'] };
    for (const triage of [{ policy }, { enforceAlarm: false }]) {
      const changed = await open({ queueName: fixture.queueName, triage });
      expect(await changed.client.dlqRoute({ query: { plan_hash } })).toMatchObject(stale);
    }
    expect(bodyOf(await fixture.client.dlqStats())).toMatchObject({ total: 1 });
    expect(await fixture.client.dlqRoute({ query: { plan_hash: 'nonsense' } })).toMatchObject({ status: 422 });
  });
});
