import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { dlqApplyUsage, runDlqApply } from './dlq-apply.ts';
import { type FakeSupervisor, startFakeSupervisor } from './testing/fake-supervisor.ts';
import { applyDocument } from './testing/letter-documents.ts';
import { memoryConsole } from './testing/operator-desk.ts';

let supervisor: FakeSupervisor;
beforeAll(async () => void (supervisor = await startFakeSupervisor()));
beforeEach(() => {
  supervisor.asked.length = 0;
  supervisor.answer('dlqApply', { status: 200, body: applyDocument() });
});
afterAll(() => supervisor.stop());

async function apply(words: readonly string[], environment: Readonly<Record<string, string>> = {}) {
  const console = memoryConsole();
  const variables = { SUPERVISOR_URL: supervisor.baseUrl, ADMIN_API_KEY: 'key-of-cron', ...environment };
  const context = { root: '/', workingDirectory: '/', environment: variables };
  return { status: await runDlqApply(words, context, console), ...console.written };
}

describe('nexus dlq-apply', () => {
  test('asks with its own defaults: a dry run', async () => {
    const { status, result, notes } = await apply([]);
    expect(supervisor.asked).toEqual([
      {
        route: 'dlqApply',
        path: '/dlq/apply',
        adminKey: 'key-of-cron',
        body: undefined,
        query: {
          sample: ['500'],
          dry_run: ['true'],
          send_alert: ['true'],
          max_requeue: ['200'],
          max_hold: ['200'],
          max_alarm: ['50'],
        },
      },
    ]);
    expect([status, JSON.parse(result), notes]).toEqual([0, applyDocument(), '']);
  });

  test.each([[['--dry-run', 'false']], [['--dry-run=false']], [['--no-dry-run']]])(
    '%j is the real thing',
    async (words) => {
      await apply(words);
      expect(supervisor.asked[0]?.query['dry_run']).toEqual(['false']);
    },
  );

  test('every option reaches the query; zero is a value', async () => {
    const line =
      '--sample 20 --send-alert false --max-requeue 0 --max-hold 1 --max-alarm 2 --plan-hash c0ffee00c0ffee00c0ffee00c0ffee00';
    await apply([...line.split(' '), '--admin-key', 'key-of-the-line', '--base-url', supervisor.baseUrl], {
      SUPERVISOR_URL: 'http://127.0.0.1:1',
    });
    expect(supervisor.asked[0]).toMatchObject({
      adminKey: 'key-of-the-line',
      query: {
        sample: ['20'],
        send_alert: ['false'],
        max_requeue: ['0'],
        max_hold: ['1'],
        max_alarm: ['2'],
        plan_hash: ['c0ffee00c0ffee00c0ffee00c0ffee00'],
      },
    });
  });

  test('status 1 when the answer reports errors', async () => {
    supervisor.answer('dlqApply', { status: 200, body: applyDocument({ errors: 1 }) });
    expect((await apply([])).status).toBe(1);
  });

  test('status 2, and nothing on stdout, for a refusal or no connection', async () => {
    supervisor.answer('dlqApply', { problem: 'PLAN_STALE', message: 'no such plan' });
    expect(await apply([])).toMatchObject({
      status: 2,
      result: '',
      notes: expect.stringContaining('PLAN_STALE (409)'),
    });
    const unreachable = await apply(['--base-url', 'http://127.0.0.1:1']);
    expect(unreachable).toMatchObject({ status: 2, result: '', notes: expect.stringContaining('NETWORK_ERROR') });
  });

  test.each([[['--max-hold', 'x']], [['--sample']], [['now']], [['--limit', '3']]])('%j is refused', async (words) => {
    await expect(apply(words)).rejects.toMatchObject({ code: expect.stringMatching(/^OPTION_/) });
    expect(supervisor.asked).toEqual([]);
  });

  test('the help warns of the key in the list of processes', () => {
    expect(dlqApplyUsage).toMatch(/--admin-key KEY +better set ADMIN_API_KEY: other users/);
  });
});
