import { describe, expect, test } from '@jest/globals';
import { bodyOf, createLettersKit } from '../testing/letters-kit.ts';

const { open } = createLettersKit();

describe('hold', () => {
  test('peek, requeue and purge work on held letters only', async () => {
    const fixture = await open();
    const held = await fixture.fail({ code: 'SCHEMA_PARSE_ERROR', message: 'call 010-1234-5678' });
    const second = await fixture.fail({ code: 'SCHEMA_PARSE_ERROR' });
    await fixture.fail();
    await fixture.client.dlqRoute();
    const page = bodyOf(await fixture.client.holdPeek({ query: { limit: 1 } }));
    expect(page).toMatchObject({
      count: 1,
      total: 2,
      truncated: true,
      items: [{ correlation_id: held, park: 'hold' }],
    });
    expect(JSON.stringify(page)).not.toContain('1234');
    const planned = bodyOf(await fixture.client.holdRequeue({ query: { limit: 1, dry_run: true } }));
    expect(planned).toMatchObject({ moved: 1, dry_run: true, mode: 'manual', ids: [held] });
    expect(bodyOf(await fixture.client.holdRequeue({ query: { plan_hash: planned.plan_hash ?? '' } }))).toMatchObject({
      moved: 1,
      ids: [held],
    });
    expect(bodyOf(await fixture.client.holdPurge())).toMatchObject({ purged: 1, dry_run: false, ids: [second] });
    expect(await fixture.audited('HOLD_REQUEUE')).toHaveLength(1);
    expect(await fixture.audited('HOLD_PURGE')).toHaveLength(1);
    expect(bodyOf(await fixture.client.dlqStats())).toMatchObject({ total: 1 });
    expect(await fixture.client.dlqRequeue({ query: { plan_hash: planned.plan_hash ?? '' } })).toMatchObject({
      code: 'PLAN_STALE',
    });
  });

  test('the alarm policy holds for held letters too', async () => {
    const fixture = await open();
    await fixture.fail({ code: 'PROVIDER_AUTH_ERROR' });
    await fixture.client.dlqRoute({ query: { mode: 'manual' } });
    expect(await fixture.client.holdRequeue()).toMatchObject({ status: 409, code: 'ALARM_REQUEUE_FORBIDDEN' });
  });

  test('pr writes title and text of the oldest letters and changes nothing', async () => {
    const fixture = await open();
    await fixture.fail({ code: 'SCHEMA_PARSE_ERROR', age: 10, payload: { phone: '010-1234-5678' } });
    await fixture.fail({ code: 'SCHEMA_VALIDATION_ERROR' });
    await fixture.client.dlqRoute();
    const before = await fixture.snapshot();
    const one = bodyOf(await fixture.client.holdPr());
    expect(one).toMatchObject({ count: 1, items: [{ title: '[HOLD] echo: SCHEMA_PARSE_ERROR' }] });
    expect(one.items[0]?.body).not.toContain('1234');
    expect(bodyOf(await fixture.client.holdPr({ query: { limit: 99 } }))).toMatchObject({ count: 2 });
    expect(await fixture.snapshot()).toBe(before);
  });

  test('what this release cannot do is 501 and says what to do instead', async () => {
    const { client } = await open();
    const answers = await Promise.all([
      client.holdGithubIssue(),
      client.holdSuggestFix(),
      client.holdFixIssue(),
      client.holdFixPr(),
      client.holdFixPrCi(),
    ]);
    for (const answer of answers) {
      expect(answer).toMatchObject({
        status: 501,
        code: 'NOT_IMPLEMENTED',
        message: expect.stringContaining('GET /hold/pr'),
      });
    }
  });
});

describe('alarm', () => {
  test('peek, requeue by the alarm policy, and purge', async () => {
    const fixture = await open();
    const id = await fixture.fail({ code: 'PROVIDER_AUTH_ERROR' });
    const other = await fixture.fail();
    await fixture.client.dlqAlarm({ query: { mode: 'manual' } });
    expect(bodyOf(await fixture.client.alarmPeek())).toMatchObject({ count: 2 });
    expect(bodyOf(await fixture.client.alarmRequeue({ query: { force: true } }))).toMatchObject({
      moved: 1,
      skipped_policy: 1,
      ids: [other],
    });
    expect(await fixture.client.alarmRequeue()).toMatchObject({ status: 409, code: 'ALARM_REQUEUE_FORBIDDEN' });
    expect(bodyOf(await fixture.client.alarmPurge())).toMatchObject({ purged: 1, ids: [id] });
    expect(await fixture.audited('ALARM_PURGE')).toHaveLength(1);
    expect(await fixture.audited('ALARM_REQUEUE')).not.toHaveLength(0);
  });

  test('a test alert arrives, and without an address says so', async () => {
    const fixture = await open();
    expect(bodyOf(await fixture.client.testAlert())).toEqual({ ok: true, status_code: 200, error: null });
    expect(fixture.receiver.received[0]?.body).toMatchObject({
      event: 'test',
      payload: { service: 'nexus-supervisor' },
    });
    const silent = await open({ env: { ALERT_WEBHOOK_URL: '' } });
    expect(bodyOf(await silent.client.testAlert())).toEqual({ ok: false, status_code: null, error: 'not set' });
  });
});

describe('runbooks', () => {
  test('are pages in two languages without a key; an unknown code is 404', async () => {
    const { base } = await open();
    const page = await fetch(`${base}/docs/runbooks/PROVIDER_TIMEOUT?lang=ko`);
    expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await page.text()).toContain('lang="ko"');
    expect(await (await fetch(`${base}/docs/runbooks`)).text()).toContain('PROVIDER_TIMEOUT');
    expect((await fetch(`${base}/docs/runbooks/NO_SUCH_CODE`)).status).toBe(404);
  });
});
