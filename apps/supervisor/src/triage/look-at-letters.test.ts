import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import type { DeadLetters } from '@nexus/task-queue';
import { defaultTriagePolicy } from '@nexus/triage-policy';
import { bodyOf, createLettersKit } from '../testing/letters-kit.ts';
import { send } from '../testing/suite-kit.ts';

const { open } = createLettersKit();
const zero = { skipped_age: 0, skipped_cap: 0, skipped_locked: 0, skipped_policy: 0 };

describe('peek', () => {
  test('shows letters oldest first, masked, with decision, rule and runbook, and changes nothing', async () => {
    const fixture = await open();
    const message = 'call 010-1234-5678 or kim.minsu@example.com';
    const payload = { members: [{ name: '김민수', phone: '+821012345678' }], token: 'geheim' };
    const newer = await fixture.fail({ code: 'PROVIDER_AUTH_ERROR' });
    const older = await fixture.fail({ message, payload, age: 60 });
    const before = await fixture.snapshot();
    const page = bodyOf(await fixture.client.dlqPeek());
    expect(await fixture.snapshot()).toBe(before);
    expect(page).toMatchObject({
      count: 2,
      scanned: 2,
      total: 2,
      truncated: false,
      next_cursor: null,
      errors: 0,
      ...zero,
    });
    expect(page.items.map(({ correlation_id }) => correlation_id)).toEqual([older, newer]);
    expect(page.items[0]).toMatchObject({
      headers: { 'x-retry-count': 0, failure_code: 'PROVIDER_TIMEOUT' },
      park: 'dlq',
      attempts: 1,
      requeues: 0,
      locked: false,
      decision: { action: 'requeue', rule: 'configured-requeue', reason: expect.any(String) },
      runbook: 'Tune timeouts and check the network.',
      pr_url: null,
      issue_url: null,
      message: {
        task_id: older,
        task_type: 'echo',
        failure_code: 'PROVIDER_TIMEOUT',
        failure: { failure_code: 'PROVIDER_TIMEOUT', error: { code: 'PROVIDER_TIMEOUT' } },
        last_error: { code: 'PROVIDER_TIMEOUT' },
        failed_at: page.items[0]?.failed_at,
      },
    });
    const text = JSON.stringify(page);
    for (const secret of ['1234-5', '12345678', 'kim.minsu', '민수', 'geheim']) expect(text).not.toContain(secret);
    expect(page.items[0]?.delivery_tag).toBe(bodyOf(await fixture.client.dlqPeek()).items[0]?.delivery_tag);
  });

  test('reveal shows everything, and who saw what is in the audit log and the log', async () => {
    const fixture = await open();
    const id = await fixture.fail({ message: 'call 010-1234-5678' });
    const page = bodyOf(await fixture.client.dlqPeek({ query: { reveal: true } }));
    expect(page.items[0]?.message).toMatchObject({ last_error: { message: 'call 010-1234-5678' } });
    expect(await fixture.audited('LETTER_REVEAL')).toMatchObject([
      { by: expect.stringMatching(/^admin:/), park: 'dlq', ids: id },
    ]);
    expect(fixture.logs().find((line) => line['event'] === 'LETTER_REVEAL')).toMatchObject({ count: 1, ids: [id] });
  });

  test('reveal shows nothing when it cannot be written down', async () => {
    const fixture = await open();
    await fixture.fail({ message: 'call 010-1234-5678' });
    await fixture.connection.set('{nexus}:audit', 'no stream');
    const answer = await fixture.client.dlqPeek({ query: { reveal: true } });
    expect(answer.ok).toBe(false);
    expect(JSON.stringify(answer)).not.toContain('5678');
  });

  test('pages follow each other without a gap, and a cursor of another query is refused', async () => {
    const fixture = await open();
    const ids = [];
    for (let age = 5; age > 0; age -= 1) ids.push(await fixture.fail({ age }));
    const first = bodyOf(await fixture.client.dlqPeek({ query: { limit: 3 } }));
    expect(first).toMatchObject({ count: 3, total: 5, truncated: true });
    const cursor = first.next_cursor ?? '';
    const second = bodyOf(await fixture.client.dlqPeek({ query: { limit: 3, cursor } }));
    expect([...first.items, ...second.items].map(({ correlation_id }) => correlation_id)).toEqual(ids);
    expect(second).toMatchObject({ truncated: false, next_cursor: null });
    for (const query of [{ cursor, task_type: 'other' }, { cursor: 'x' }]) {
      expect(await fixture.client.dlqPeek({ query })).toMatchObject({ status: 400, code: 'BAD_REQUEST' });
    }
  });

  test('filters are exact, may be repeated, and hold for codes, types and groups', async () => {
    const fixture = await open();
    const timeout = await fixture.fail();
    const auth = await fixture.fail({ code: 'PROVIDER_AUTH_ERROR' });
    const other = await fixture.fail({ code: 'UNKNOWN', type: 'other' });
    const idsOf = async (query: string) => {
      const response = await fetch(`${fixture.base}/dlq/peek?${query}`, {
        headers: { 'x-admin-key': 'admin-key-of-the-test' },
      });
      const body = (await response.json()) as { items: { correlation_id: string; group: string }[] };
      return body.items.map(({ correlation_id }) => correlation_id).toSorted();
    };
    expect(await idsOf('failure_code=PROVIDER_TIMEOUT&failure_code=UNKNOWN')).toEqual([timeout, other].toSorted());
    expect(await idsOf('failure_code=PROVIDER')).toEqual([]);
    expect(await idsOf('task_type=other')).toEqual([other]);
    expect(await idsOf('task_type=echo&failure_code=UNKNOWN')).toEqual([]);
    const group = bodyOf(await fixture.client.dlqPeek({ query: { failure_code: 'PROVIDER_AUTH_ERROR' } })).items[0]
      ?.group;
    expect(await idsOf(`group=${group}`)).toEqual([auth]);
  });

  test('a letter that cannot be read is counted, shown as such and hides nobody', async () => {
    const fixture = await open();
    const broken = await fixture.spoil();
    const id = await fixture.fail();
    const page = bodyOf(await fixture.client.dlqPeek());
    expect(page).toMatchObject({ count: 2, errors: 1 });
    expect(page.items.find((item) => item.correlation_id === broken)).toMatchObject({
      message: { unparsable: true },
      decision: { action: 'ignore', rule: 'unparsable' },
      group: 'unparsable',
    });
    expect(page.items.map((item) => item.correlation_id)).toContain(id);
  });

  test.each([
    ['limit=0', 1],
    ['limit=1000', 3],
    ['limit=2', 2],
    ['', 3],
  ])('%s is clamped', async (query, count) => {
    const fixture = await open();
    for (let at = 0; at < 3; at += 1) await fixture.fail();
    const response = await send(fixture.base, `/dlq/peek?${query}`, {
      headers: { 'x-admin-key': 'admin-key-of-the-test' },
    });
    expect(await response.json()).toMatchObject({ count, total: 3 });
  });
});

describe('stats and triage', () => {
  test('are exact over every letter, whatever its age', async () => {
    const fixture = await open();
    await Promise.all([1, 2, 3].map((age) => fixture.fail({ age: age * 100_000 })));
    await fixture.fail({ code: 'PROVIDER_AUTH_ERROR', type: 'other' });
    await fixture.fail({ code: 'SCHEMA_PARSE_ERROR' });
    await fixture.spoil();
    const stats = bodyOf(await fixture.client.dlqStats());
    expect(stats).toMatchObject({
      scanned: 6,
      total: 6,
      truncated: false,
      errors: 1,
      by_task_type: { echo: 4, other: 1 },
    });
    expect(Object.entries(stats.by_failure_code)[0]).toEqual(['PROVIDER_TIMEOUT', 3]);
    const triage = bodyOf(await fixture.client.dlqTriage());
    expect(triage).toMatchObject({
      scanned: 6,
      truncated: false,
      counts: { requeue: 3, hold: 1, alarm: 1, ignore: 1 },
      by_failure_code: stats.by_failure_code,
    });
    expect(bodyOf(await fixture.client.dlqStats({ query: { task_type: 'other' } }))).toMatchObject({ total: 1 });
  });

  test('a rule that looks at the age is counted letter by letter, and says when it did not look at all', async () => {
    const rules = [{ name: 'old', match: { age: { min_seconds: 3600 } }, action: 'hold' as const }];
    const fixture = await open({ triage: { policy: { ...defaultTriagePolicy, rules } } });
    for (let at = 0; at < 12; at += 1) await fixture.fail({ age: at < 4 ? 7200 : 10 });
    await fixture.fail({ code: 'PROVIDER_AUTH_ERROR' });
    expect(bodyOf(await fixture.client.dlqTriage())).toMatchObject({
      scanned: 13,
      truncated: false,
      counts: { requeue: 8, hold: 4, alarm: 1, ignore: 0 },
    });
    // The least the contract allows: of thirteen letters that the rule may split, ten are looked at.
    expect(bodyOf(await fixture.client.dlqTriage({ query: { sample: 10 } }))).toMatchObject({
      scanned: 10,
      total: 13,
      truncated: true,
    });
  });
});

describe('while the store is away', () => {
  test('every route that needs it is 503 with Retry-After, and those that do not answer as ever', async () => {
    const away = () => Promise.reject(new Error('Connection is closed.'));
    const absent = (letters: DeadLetters): DeadLetters => {
      const dead = <Part extends object>(part: Part): Part =>
        Object.fromEntries(Object.keys(part).map((name) => [name, away])) as Part;
      return { ...dead(letters), groups: dead(letters.groups), operations: dead(letters.operations) };
    };
    const { client } = await open({ between: absent });
    const params = { operation_id: randomUUID() };
    const answers = await Promise.all([
      ...[client.dlqPeek(), client.dlqStats(), client.dlqTriage(), client.dlqGroups(), client.dlqRequeue()],
      ...[client.dlqPurge(), client.dlqRoute(), client.dlqAlarm(), client.dlqApply(), client.dlqOperations()],
      ...[client.dlqApply({ query: { dry_run: true } }), client.dlqApply({ query: { plan_hash: '0'.repeat(32) } })],
      client.dlqCreateOperation({ body: { action: 'requeue' } }),
      client.dlqCreateOperation({ body: { action: 'requeue', dry_run: true } }),
      ...[client.dlqOperation({ params }), client.dlqCancelOperation({ params })],
      client.dlqWhatIf({ body: { policy: {} } }),
      client.dlqSetGroupState({ params: { group: 'x' }, body: { state: 'ignored' } }),
      ...[client.holdPeek(), client.holdPurge(), client.holdRequeue(), client.holdPr()],
      ...[client.alarmPeek(), client.alarmPurge(), client.alarmRequeue()],
      client.getTask({ params: { task_id: randomUUID() } }),
    ]);
    for (const answer of answers)
      expect(answer).toMatchObject({ status: 503, code: 'STORE_UNAVAILABLE', retry_after: 2 });
    expect(await client.holdGithubIssue()).toMatchObject({ status: 501 });
    expect(await client.runbooks()).toMatchObject({ status: 200 });
  });
});

describe('keys', () => {
  const paths = [
    ...['GET /dlq/peek', 'GET /dlq/stats', 'GET /dlq/triage', 'GET /dlq/groups', 'GET /dlq/operations'],
    ...['POST /dlq/requeue', 'POST /dlq/purge', 'POST /dlq/route', 'POST /dlq/alarm', 'POST /dlq/apply'],
    ...['GET /hold/peek', 'POST /hold/purge', 'POST /hold/requeue', 'GET /hold/pr', 'POST /hold/github_issue'],
    ...['GET /hold/suggest_fix', 'POST /hold/fix_issue', 'POST /hold/fix_pr', 'POST /hold/fix_pr_ci'],
    ...['GET /alarm/peek', 'POST /alarm/purge', 'POST /alarm/requeue', 'POST /alerts/test'],
    ...[`GET /dlq/operations/${randomUUID()}`, `POST /dlq/operations/${randomUUID()}/cancel`],
    ...['POST /dlq/operations', 'POST /dlq/what-if', 'POST /dlq/groups/x/state'],
  ];

  test('every route wants the admin key: a user key is 403, none is 401', async () => {
    const { base } = await open();
    for (const route of paths) {
      const [method = '', path = ''] = route.split(' ');
      const init = { method, ...(method === 'POST' ? { body: '{}' } : {}) };
      const headers = { 'content-type': 'application/json' };
      const user = await fetch(base + path, { ...init, headers: { ...headers, 'x-api-key': 'user-key' } });
      const none = await fetch(base + path, { ...init, headers });
      expect([route, user.status, none.status]).toEqual([route, 403, 401]);
      await Promise.all([user.text(), none.text()]);
    }
  });
});
