import { describe, expect, test } from '@jest/globals';
import { defaultTriagePolicy } from '@nexus/triage-policy';
import { bodyOf, createLettersKit } from '../testing/letters-kit.ts';

const { open } = createLettersKit();

describe('groups', () => {
  test('equal causes are one group, largest first, with counts, types, times, decision and a masked sample', async () => {
    const fixture = await open();
    const alone = await fixture.fail({ code: 'PROVIDER_AUTH_ERROR', message: 'key of 010-1234-5678 refused' });
    await fixture.fail({ message: 'no answer after 31 s for 0a1b2c3d4e5f', age: 100 });
    await fixture.fail({ message: 'no answer after 7 s for ffffffff0000', type: 'other', age: 50 });
    const newest = await fixture.fail({ message: 'no answer after 8 s for ffffffff1111' });
    const groups = bodyOf(await fixture.client.dlqGroups());
    expect(groups).toMatchObject({ total: 4, groups: 2, truncated: false });
    const [timeouts, auth] = groups.items;
    expect(timeouts).toMatchObject({
      failure_code: 'PROVIDER_TIMEOUT',
      count: 3,
      message: 'no answer after <duration> for <id>',
      task_types: { echo: 2, other: 1 },
      sample: { task_id: newest, message: expect.stringContaining('no answer after 8 s') },
      decision: { action: 'requeue', rule: 'configured-requeue', conditional: false },
      state: 'open',
      regression: false,
      state_by: null,
      state_at: null,
      state_reason: null,
      runbook: 'Tune timeouts and check the network.',
    });
    expect(Date.parse(timeouts?.last_seen ?? '') - Date.parse(timeouts?.first_seen ?? '')).toBeGreaterThan(90_000);
    expect(auth).toMatchObject({ count: 1, sample: { task_id: alone }, decision: { action: 'alarm' } });
    expect(JSON.stringify(groups)).not.toContain('1234');
  });

  test('limit, filters and parks', async () => {
    const fixture = await open();
    await fixture.fail();
    await fixture.fail({ code: 'UNKNOWN', type: 'other' });
    await fixture.fail({ code: 'SCHEMA_PARSE_ERROR' });
    expect(bodyOf(await fixture.client.dlqGroups({ query: { limit: 2 } }))).toMatchObject({
      total: 3,
      groups: 3,
      truncated: true,
      items: { length: 2 },
    });
    const query = { task_type: ['other', 'third'] };
    expect(bodyOf(await fixture.client.dlqGroups({ query })).items).toMatchObject([{ failure_code: 'UNKNOWN' }]);
    await fixture.client.dlqRoute();
    expect(bodyOf(await fixture.client.dlqGroups({ query: { park: 'hold' } })).items).toMatchObject([
      { failure_code: 'SCHEMA_PARSE_ERROR' },
    ]);
    expect(bodyOf(await fixture.client.dlqGroups({ query: { park: 'alarm' } }))).toMatchObject({ total: 0, items: [] });
  });

  test('letters that cannot be read are a group with words of its own', async () => {
    const fixture = await open();
    await fixture.spoil();
    expect(bodyOf(await fixture.client.dlqGroups()).items).toMatchObject([
      { group: 'unparsable', message: 'the data of the job is not a task', decision: { rule: 'unparsable' } },
    ]);
  });

  test('a rule on the age makes the decision of a group conditional', async () => {
    const rules = [{ name: 'old', match: { age: { min_seconds: 3600 } }, action: 'hold' as const }];
    const fixture = await open({ triage: { policy: { ...defaultTriagePolicy, rules } } });
    await fixture.fail({ age: 7200 });
    expect(bodyOf(await fixture.client.dlqGroups()).items).toMatchObject([
      { decision: { action: 'hold', rule: 'old', conditional: true } },
    ]);
  });

  test('a resolved group that gets a new letter is open again, marked as a regression, and somebody is told', async () => {
    const fixture = await open();
    await fixture.fail();
    await fixture.fail({ code: 'UNKNOWN' });
    const group =
      bodyOf(await fixture.client.dlqGroups({ query: { failure_code: 'PROVIDER_TIMEOUT' } })).items[0]?.group ?? '';
    const resolved = await fixture.client.dlqSetGroupState({
      params: { group },
      body: { state: 'resolved', reason: 'fixed in 6.11.1' },
    });
    const state = { group, state: 'resolved', regression: false, state_reason: 'fixed in 6.11.1' };
    expect(bodyOf(resolved)).toMatchObject({
      ...state,
      state_by: expect.stringMatching(/^admin:/),
      state_at: expect.any(String),
    });
    expect(await fixture.audited('GROUP_STATE')).toHaveLength(1);
    const byState = (name: 'open' | 'resolved') => fixture.client.dlqGroups({ query: { state: name } });
    expect(bodyOf(await byState('resolved'))).toMatchObject({ groups: 1, total: 1, items: [state] });
    expect(bodyOf(await byState('open'))).toMatchObject({ groups: 1, items: [{ failure_code: 'UNKNOWN' }] });
    await fixture.fail();
    expect(bodyOf(await byState('resolved'))).toMatchObject({ groups: 0, items: [] });
    expect(bodyOf(await byState('open')).items[0]).toMatchObject({ group, count: 2, regression: true });
    // The loop takes what nobody delivered at once.
    fixture.advance(60);
    await fixture.turn('alerts');
    expect(fixture.receiver.received.map(({ body }) => body)).toMatchObject([
      { event: 'group_regressed', payload: { group } },
    ]);
  });

  test('a group that no letter ever had is 404', async () => {
    const fixture = await open();
    const call = { params: { group: '00000000000000' }, body: { state: 'ignored' } } as const;
    expect(await fixture.client.dlqSetGroupState(call)).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  });
});

describe('what if', () => {
  test('shows which letters another policy would treat differently, and changes nothing', async () => {
    const fixture = await open();
    await fixture.fail();
    await fixture.fail({ age: 7200 });
    await fixture.fail({ code: 'PROVIDER_AUTH_ERROR' });
    const before = await fixture.snapshot();
    const policy = {
      rules: [
        {
          name: 'old-timeouts',
          match: { failure_code: 'PROVIDER_TIMEOUT', age: { min_seconds: 3600 } },
          action: 'hold',
        },
      ],
    };
    const answer = bodyOf(await fixture.client.dlqWhatIf({ body: { policy } }));
    expect(await fixture.snapshot()).toBe(before);
    expect(answer).toMatchObject({
      total: 3,
      scanned: 3,
      truncated: false,
      before: { requeue: 2, hold: 0, alarm: 1, ignore: 0 },
      after: { requeue: 1, hold: 1, alarm: 1, ignore: 0 },
      changes: [
        {
          failure_code: 'PROVIDER_TIMEOUT',
          task_type: 'echo',
          requeues: 0,
          count: 2,
          before: [{ action: 'requeue' }],
          after: [
            { action: 'hold', rule: 'old-timeouts', when: { age_min_seconds: 3600 } },
            { action: 'requeue', rule: 'configured-requeue' },
          ],
        },
      ],
    });
    expect(answer.changes).toHaveLength(1);
  });

  test('a policy that cannot be used is 422 with every problem', async () => {
    const fixture = await open();
    const body = { policy: { rulez: [], requeue_limit: 'many' } };
    const refused = await fixture.client.dlqWhatIf({ body });
    expect(refused).toMatchObject({ status: 422, code: 'PAYLOAD_INVALID' });
    const { detail } = refused as unknown as { detail: { issues: { path: string }[] } };
    expect(detail.issues.map(({ path }) => path).toSorted()).toEqual(['requeue_limit', 'rulez']);
  });
});
