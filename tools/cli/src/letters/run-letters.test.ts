import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FakeSupervisor, startFakeSupervisor } from './testing/fake-supervisor.ts';
import {
  applyDocument,
  groupDocument,
  groupsDocument,
  letterDocument,
  noCounts,
  operationDocument,
  pageDocument,
} from './testing/letter-documents.ts';
import { type } from './testing/operator-desk.ts';

const HASH = 'c0ffee00c0ffee00c0ffee00c0ffee00';
const ID = operationDocument().operation_id;

let supervisor: FakeSupervisor;
let folder: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'nexus-letters-'));
  supervisor = await startFakeSupervisor();
});
beforeEach(() => {
  supervisor.asked.length = 0;
});
afterAll(async () => {
  await supervisor.stop();
  rmSync(folder, { recursive: true });
});

function requeueAnswer(over: object = {}): { status: number; body: unknown } {
  const body = { ...noCounts, total: 12, scanned: 10, moved: 10, dry_run: false, mode: 'manual', ids: ['a', 'b'] };
  return { status: 200, body: { ...body, ...over } };
}

function purgeAnswer(over: object = {}): { status: number; body: unknown } {
  return {
    status: 200,
    body: { ...noCounts, total: 12, scanned: 12, purged: 12, dry_run: false, ids: ['a'], ...over },
  };
}

function lastAsked(): FakeSupervisor['asked'][number] | undefined {
  return supervisor.asked.at(-1);
}

describe('looking', () => {
  test('groups: filters are sent, causes come as a table, the next command as a note', async () => {
    const held = groupDocument({
      group: 'ffffffffffffff',
      failure_code: 'SCHEMA_VALIDATION_ERROR',
      message: '\u001b[31m<value> 필드가 없습니다',
      count: 500,
      regression: true,
      decision: { action: 'hold', reason: 'x', rule: 'y', conditional: true },
    });
    supervisor.answer('dlqGroups', { status: 200, body: groupsDocument([groupDocument(), held]) });
    const line = [
      'dlq',
      'groups',
      '--failure-code',
      'A',
      '--failure-code',
      'B',
      '--park',
      'hold',
      '--limit',
      '5',
    ] as const;
    const { status, result, notes } = await type(supervisor, line);
    expect(status).toBe(0);
    expect(lastAsked()).toMatchObject({
      route: 'dlqGroups',
      adminKey: 'key-of-the-desk',
      query: { failure_code: ['A', 'B'], park: ['hold'], limit: ['5'] },
    });
    expect(result).toContain('5,000 letters in hold, 2 causes');
    expect(result).toMatch(
      /^ +4,500 +#+ +90% +PROVIDER_TIMEOUT +the provider .*requeue +open +3 min ago +0a1b2c3d4e5f60$/m,
    );
    expect(result).toMatch(/500 .*SCHEMA_VALIDATION_ERROR.*필드가 없습니다 +hold\* +came back/);
    expect(result).toContain('* age or attempts of a letter may decide otherwise');
    expect(result).not.toContain('\u001b');
    expect(notes).toContain('npx nexus hold peek --group 0a1b2c3d4e5f60');
  });

  test('--json: the answer as it is, and nothing else', async () => {
    const body = groupsDocument([groupDocument()]);
    supervisor.answer('dlqGroups', { status: 200, body });
    const { result, notes } = await type(supervisor, ['dlq', 'groups', '--json']);
    expect(JSON.parse(result)).toEqual(body);
    expect(notes).toBe('');
  });

  test('Korean by option, by NEXUS_LANG, by LANG', async () => {
    supervisor.answer('dlqGroups', { status: 200, body: groupsDocument([groupDocument()]) });
    for (const environment of [{ NEXUS_LANG: 'ko' }, { LANG: 'ko_KR.UTF-8' }]) {
      expect((await type(supervisor, ['dlq', 'groups'], { environment })).result).toContain('원인 1가지');
    }
    expect((await type(supervisor, ['dlq', 'groups', '--lang', 'ko'])).result).toContain('3분 전');
  });

  test('stats and triage: counts with shares', async () => {
    const counts = { ...noCounts, total: 12, scanned: 12, by_failure_code: { A: 9, B: 3 } };
    supervisor.answer('dlqStats', { status: 200, body: { ...counts, by_task_type: { excel_kakao: 12 } } });
    const actions = { requeue: 9, hold: 0, alarm: 3, ignore: 0 };
    supervisor.answer('dlqTriage', { status: 200, body: { ...counts, errors: 1, counts: actions } });
    const stats = await type(supervisor, ['dlq', 'stats', '--sample', '20', '--group', 'g1']);
    expect(lastAsked()).toMatchObject({ route: 'dlqStats', query: { sample: ['20'], group: ['g1'] } });
    expect(stats.result).toMatch(/ 9 +#+ +75% +A\n +3 +#+ +25% +B\n/);
    expect(stats.result).toMatch(/12 +#+ 100% +excel_kakao/);
    const triage = await type(supervisor, ['dlq', 'triage']);
    expect(triage.result).toMatch(/9 +#+ +75% +requeue\n/);
    expect(triage.status).toBe(1);
  });

  test.each([
    ['dlq', 'dlqPeek'],
    ['hold', 'holdPeek'],
    ['alarm', 'alarmPeek'],
  ] as const)('%s peek: a line for each letter, and the command for the next page', async (park, route) => {
    const letters = [letterDocument('no answer within 31 s'), letterDocument('x\u001b[2Jy')];
    supervisor.answer(route, { status: 200, body: pageDocument(letters, { total: 40, next_cursor: 'c-2' }) });
    const line = [park, 'peek', '--task-type', 'excel kakao', '--limit', '2', '--reveal'] as const;
    const { result, notes } = await type(supervisor, line);
    expect(lastAsked()).toMatchObject({
      route,
      query: { task_type: ['excel kakao'], limit: ['2'], reveal: ['true'] },
    });
    expect(result).toContain(`2 of 40 letters in ${park}, oldest first`);
    expect(result).toMatch(/3 min ago +7b0fdc53-\S+ +PROVIDER_TIMEOUT +no answer within 31 s +4 +1 +requeue locked/);
    expect(result).not.toContain('\u001b');
    expect(notes).toContain(`npx nexus ${park} peek --task-type 'excel kakao' --limit 2 --cursor c-2`);
  });

  test('one letter is shown in full; an unreadable one says so', async () => {
    supervisor.answer(
      'dlqPeek',
      { status: 200, body: pageDocument([letterDocument('no answer')]) },
      { status: 200, body: pageDocument([letterDocument('x', { message: { unparsable: true } })], { errors: 1 }) },
      { status: 200, body: pageDocument([]) },
    );
    const full = await type(supervisor, ['dlq', 'peek', '--limit', '1']);
    expect(full.result).toContain('Triage: requeue: may pass (rule requeue-codes)');
    expect(full.result).toContain('Runbook: https://wiki.example/PROVIDER_TIMEOUT');
    expect(full.result).toContain('"task_type": "excel_kakao"');
    expect(full.result).not.toContain('Pull request');
    const broken = await type(supervisor, ['dlq', 'peek']);
    expect(broken).toMatchObject({ status: 1, result: expect.stringContaining('not a task: cannot be read') });
    expect((await type(supervisor, ['dlq', 'peek'])).result).toBe('There is no such letter in dlq.\n');
  });

  test('drafts of pull requests', async () => {
    supervisor.answer('holdPr', {
      status: 200,
      body: { count: 1, items: [{ title: 'Fix X', body: 'line 1\n  \u001b[2Jline 2' }] },
    });
    const { result } = await type(supervisor, ['hold', 'pr', '--limit', '3']);
    expect(lastAsked()?.query).toEqual({ limit: ['3'] });
    expect(result).toMatch(/Fix X\n\nline 1\n {2}\[2Jline 2\n/);
  });
});

describe('deciding', () => {
  test('plan: a dry run with its caps, and the command that does exactly it', async () => {
    supervisor.answer('dlqApply', { status: 200, body: applyDocument() });
    const line = [
      'dlq',
      'plan',
      '--max-requeue',
      '0',
      '--max-alarm',
      '7',
      '--sample',
      '50',
      '--no-send-alert',
    ] as const;
    const { status, result, notes } = await type(supervisor, line);
    expect(lastAsked()?.query).toEqual({
      max_requeue: ['0'],
      max_alarm: ['7'],
      sample: ['50'],
      send_alert: ['false'],
      dry_run: ['true'],
    });
    expect(status).toBe(0);
    expect(result).toContain('Plan for 10 of 12 letters');
    expect(result).toMatch(/5 +#+ +50% +requeue/);
    expect(result).toContain('2 stayed: over the cap of this call');
    expect(notes).toContain(`npx nexus dlq apply --plan-hash ${HASH}`);
  });

  test('apply --plan-hash does that plan at once', async () => {
    supervisor.answer('dlqApply', { status: 200, body: applyDocument({ dry_run: false, operation_id: ID }) });
    const { status, result, notes } = await type(supervisor, ['dlq', 'apply', '--plan-hash', HASH, '--reason', 'why']);
    expect(supervisor.asked).toHaveLength(1);
    expect(lastAsked()?.query).toEqual({ plan_hash: [HASH], dry_run: ['false'], reason: ['why'] });
    expect(status).toBe(0);
    expect(result).toContain('Applied to 10 of 12 letters');
    expect(notes).toContain(`npx nexus dlq operation ${ID} --follow`);
  });

  test('apply on a terminal: plan, question, then exactly that plan; a no changes nothing', async () => {
    supervisor.answer('dlqApply', { status: 200, body: applyDocument() });
    const declined = await type(supervisor, ['dlq', 'apply'], { answers: false });
    expect(declined).toMatchObject({ status: 2, result: '', questions: ['Do this?'] });
    expect(supervisor.asked.map(({ query }) => query['dry_run'])).toEqual([['true']]);
    await type(supervisor, ['dlq', 'apply'], { answers: true });
    expect(lastAsked()?.query).toEqual({ dry_run: ['false'], plan_hash: [HASH] });
  });

  test('apply where nobody can be asked needs --yes', async () => {
    supervisor.answer('dlqApply', { status: 200, body: applyDocument({ dry_run: false, errors: 2 }) });
    const refused = await type(supervisor, ['dlq', 'apply']);
    expect(refused).toMatchObject({ status: 2, notes: expect.stringContaining('--yes') });
    expect(supervisor.asked).toEqual([]);
    expect(await type(supervisor, ['dlq', 'apply', '--yes'])).toMatchObject({ status: 1 });
    await type(supervisor, ['dlq', 'apply', '--dry-run']);
    expect(lastAsked()?.query).toEqual({ dry_run: ['true'] });
  });

  test.each([
    ['resolve', 'resolved'],
    ['ignore', 'ignored'],
    ['reopen', 'open'],
  ] as const)('%s marks a group', async (name, state) => {
    const body = { group: 'g1', state, regression: false, state_by: 'admin', state_at: null, state_reason: null };
    supervisor.answer('dlqSetGroupState', { status: 200, body });
    const { result } = await type(supervisor, ['dlq', name, 'g1', '--reason', 'release 7']);
    expect(lastAsked()).toMatchObject({ path: '/dlq/groups/g1/state', body: { state, reason: 'release 7' } });
    expect(result).toBe(`Group g1 is now marked as ${state}.\n`);
  });

  test.each([
    ['policy.yaml', 'rules:\n  - name: old\n    action: hold\n'],
    ['policy.json', '{"rules":[{"name":"old","action":"hold"}]}'],
  ])('what-if sends %s and shows the difference', async (file, text) => {
    writeFileSync(join(folder, file), text);
    const decision = { reason: 'old', rule: 'old' };
    const change = { failure_code: 'A', task_type: 't', group: 'g', requeues: 0, count: 9 };
    const body = {
      total: 12,
      scanned: 12,
      truncated: false,
      before: { requeue: 9, hold: 3, alarm: 0, ignore: 0 },
      after: { requeue: 0, hold: 12, alarm: 0, ignore: 0 },
      changes: [{ ...change, before: [{ action: 'requeue', ...decision }], after: [{ action: 'hold', ...decision }] }],
    };
    supervisor.answer('dlqWhatIf', { status: 200, body });
    const options = { workingDirectory: folder };
    const { result } = await type(supervisor, ['dlq', 'what-if', '--policy', file, '--park', 'alarm'], options);
    expect(lastAsked()?.body).toEqual({ policy: { rules: [{ name: 'old', action: 'hold' }] }, park: 'alarm' });
    expect(result).toMatch(/requeue +9 +0 +-9\n hold +3 +12 +\+9\n/);
    expect(result).toMatch(/9 +A +t +0 +requeue +hold +old/);
  });

  test.each([
    ['missing.yaml', undefined, /cannot be read/],
    ['broken.yaml', 'a: [1', /neither YAML nor JSON/],
    ['list.yaml', '- 1', /must hold an object/],
  ])('what-if with %s is refused before anything is asked', async (file, text, message) => {
    if (text !== undefined) writeFileSync(join(folder, file), text);
    const typed = type(supervisor, ['dlq', 'what-if', '--policy', file], { workingDirectory: folder });
    await expect(typed).rejects.toMatchObject({ code: 'POLICY_UNREADABLE', message: expect.stringMatching(message) });
    expect(supervisor.asked).toEqual([]);
  });
});

describe('moving', () => {
  test('requeue: every option reaches the query', async () => {
    supervisor.answer('dlqRequeue', requeueAnswer({ skipped_locked: 2, operation_id: ID }));
    const line = 'requeue --group g1 --limit 200 --mode auto --force --reason why'.split(' ');
    const { status, result, notes } = await type(supervisor, ['dlq', ...line]);
    expect(lastAsked()?.query).toEqual({
      group: ['g1'],
      limit: ['200'],
      mode: ['auto'],
      force: ['true'],
      reason: ['why'],
    });
    expect(status).toBe(0);
    expect(result).toContain('Sent 10 of 12 matching letters back to the queue.');
    expect(result).toContain('2 stayed: locked after used-up retries');
    expect(result).toContain('Tasks: a, b and 8 more');
    expect(notes).toContain(`npx nexus dlq operation ${ID} --follow`);
  });

  test('a dry run says what would happen and how to do it; errors are status 1', async () => {
    supervisor.answer('dlqRequeue', requeueAnswer({ dry_run: true, plan_hash: HASH, errors: 1 }));
    const { status, result, notes } = await type(supervisor, ['dlq', 'requeue', '--dry-run']);
    expect(lastAsked()?.query).toEqual({ dry_run: ['true'] });
    expect(status).toBe(1);
    expect(result).toContain('Would send 10 of 12');
    expect(result).toContain('1 could not be read or had vanished');
    expect(notes).toContain(`npx nexus dlq requeue --plan-hash ${HASH}`);
  });

  test.each([
    ['hold', 'holdRequeue'],
    ['alarm', 'alarmRequeue'],
  ] as const)('%s requeue has a route of its own, without modes', async (park, route) => {
    supervisor.answer(route, requeueAnswer());
    await type(supervisor, [park, 'requeue', '--limit', '5', '--force']);
    expect(lastAsked()).toMatchObject({ route, query: { limit: ['5'], force: ['true'] } });
    await expect(type(supervisor, [park, 'requeue', '--mode', 'auto'])).rejects.toMatchObject({
      code: 'OPTION_UNKNOWN',
    });
  });

  test('route, its alias hold, and alarm', async () => {
    const moved = { ...noCounts, total: 3, moved: 3, scanned: 3, mode: 'auto', dry_run: false, ids: [] };
    supervisor.answer('dlqRoute', { status: 200, body: moved });
    supervisor.answer('dlqAlarm', { status: 200, body: { ...moved, send_alert: true, alerted: 1 } });
    expect((await type(supervisor, ['dlq', 'hold', '--mode', 'manual'])).result).toContain(
      'Moved 3 of 3 matching letters to HOLD',
    );
    expect(lastAsked()).toMatchObject({ route: 'dlqRoute', query: { mode: ['manual'] } });
    const alarmed = await type(supervisor, ['dlq', 'alarm', '--no-send-alert']);
    expect(lastAsked()).toMatchObject({ route: 'dlqAlarm', query: { mode: ['auto'], send_alert: ['false'] } });
    expect(alarmed.notes).toContain('1 alert delivered');
  });

  test('purge asks with the count, and purges exactly what was counted', async () => {
    const plan = purgeAnswer({ dry_run: true, plan_hash: HASH });
    supervisor.answer('dlqPurge', plan, purgeAnswer());
    const { status, result, questions } = await type(supervisor, ['dlq', 'purge', '--group', 'g1'], { answers: true });
    expect(questions).toEqual(['Delete 12 letters for good?']);
    expect(supervisor.asked.map(({ query }) => query)).toEqual([
      { group: ['g1'], dry_run: ['true'] },
      { group: ['g1'], plan_hash: [HASH] },
    ]);
    expect([status, result]).toEqual([0, expect.stringContaining('Deleted 12 of 12 matching letters for good.')]);
  });

  test('purge: a no, and nobody to ask, change nothing; --yes and --dry-run do not ask', async () => {
    supervisor.answer('holdPurge', purgeAnswer({ dry_run: true, plan_hash: HASH }));
    const declined = await type(supervisor, ['hold', 'purge'], { answers: false });
    expect(declined).toMatchObject({ status: 2, notes: 'Nothing was changed.\n' });
    const alone = await type(supervisor, ['hold', 'purge']);
    expect(alone).toMatchObject({ status: 2, notes: expect.stringContaining('--yes') });
    expect(supervisor.asked.map(({ query }) => query)).toEqual([{ dry_run: ['true'] }]);
    await type(supervisor, ['hold', 'purge', '--dry-run']);
    expect(lastAsked()?.query).toEqual({ dry_run: ['true'] });
    await type(supervisor, ['hold', 'purge', '--yes', '--limit', '5000']);
    expect(lastAsked()).toMatchObject({ route: 'holdPurge', query: { limit: ['5000'] } });
  });
});

describe('large actions', () => {
  test.each([
    [['requeue', '--all'], { action: 'requeue' }],
    [['requeue', '--limit', '201'], { action: 'requeue', max: 201 }],
    [['requeue', '--per-second', '5', '--mode', 'auto'], { action: 'requeue', per_second: 5, mode: 'auto' }],
    [
      ['requeue', '--canary', '20', '--min-success', '0.9', '--canary-timeout', '60', '--group', 'g1', '--force'],
      {
        action: 'requeue',
        filter: { group: 'g1' },
        force: true,
        canary: { first: 20, min_success: 0.9, timeout_seconds: 60 },
      },
    ],
    [['route', '--all', '--failure-code', 'A'], { action: 'hold', mode: 'auto', filter: { failure_code: ['A'] } }],
    [['route', '--limit', '501'], { action: 'hold', mode: 'auto', max: 501 }],
    [['alarm', '--all', '--no-send-alert'], { action: 'alarm', mode: 'auto', send_alert: false }],
    [['purge', '--all', '--yes', '--reason', 'old'], { action: 'purge', reason: 'old' }],
    [['purge', '--limit', '10001', '--yes'], { action: 'purge', max: 10_001 }],
  ])('dlq %j starts one', async (line, body) => {
    supervisor.answer('dlqCreateOperation', { status: 202, body: operationDocument({ status: 'running' }) });
    const { status, notes } = await type(supervisor, ['dlq', ...line, '--no-follow']);
    expect(supervisor.asked.map(({ body: sent }) => sent)).toEqual([{ park: 'dlq', filter: {}, ...body }]);
    expect(status).toBe(0);
    expect(notes).toContain(`npx nexus dlq operation ${ID} --follow`);
  });

  test('of another park', async () => {
    supervisor.answer('dlqCreateOperation', { status: 202, body: operationDocument() });
    await type(supervisor, ['alarm', 'purge', '--limit', '5001', '--yes', '--no-follow']);
    expect(lastAsked()?.body).toEqual({ action: 'purge', park: 'alarm', filter: {}, max: 5001 });
  });

  test('is followed to its end, with progress as notes and the outcome as the result', async () => {
    const moving = operationDocument({ status: 'running', progress: { done: 30, total: 100 } });
    supervisor.answer('dlqCreateOperation', { status: 202, body: moving });
    supervisor.answer('dlqOperation', { status: 200, body: moving }, { status: 200, body: operationDocument() });
    const { status, result, notes } = await type(supervisor, ['dlq', 'requeue', '--all']);
    expect(status).toBe(0);
    expect(notes).toContain('· running 30%\n  · done 100%\n');
    expect(result).toMatch(/90 +#+ +90% +succeeded\n +10 +## +10% +failed again\n/);
    expect(result).toContain('Of those that failed again 10 failed from the same cause.');
    expect(result).toContain('Reason: provider is back');
  });

  test('on a terminal the progress is one line that is redrawn', async () => {
    supervisor.answer('dlqCreateOperation', { status: 202, body: operationDocument() });
    supervisor.answer('dlqOperation', { status: 200, body: operationDocument() });
    const { notes } = await type(supervisor, ['dlq', 'requeue', '--all'], { redraws: true });
    expect(notes).toContain(
      '\r\u001b[2K  [########################] 100%  100 / 100  done  succeeded 90  failed again 10\n',
    );
  });

  test.each(['stopped', 'failed', 'cancelled'] as const)('%s is status 1 and says why', async (ended) => {
    const document = operationDocument({ status: ended, error: 'of the first 20 letters 0 succeeded' });
    supervisor.answer('dlqCreateOperation', { status: 202, body: document });
    supervisor.answer('dlqOperation', { status: 200, body: document });
    const { status, result } = await type(supervisor, ['dlq', 'requeue', '--all']);
    expect(status).toBe(1);
    expect(result).toContain('of the first 20 letters 0 succeeded');
    expect((await type(supervisor, ['dlq', 'operation', ID])).status).toBe(1);
  });

  test('Ctrl-C leaves it running and says how to cancel it', async () => {
    supervisor.answer('dlqCreateOperation', { status: 202, body: operationDocument({ status: 'running' }) });
    const { status, result, notes } = await type(supervisor, ['dlq', 'requeue', '--all'], {
      signal: AbortSignal.abort(),
    });
    expect(status).toBe(130);
    expect(result).toBe('');
    expect(notes).toContain(`Cancel it: npx nexus dlq cancel ${ID}`);
    expect(supervisor.asked.map(({ route }) => route)).toEqual(['dlqCreateOperation']);
  });

  test('a dry run shows its plan and the command that does it', async () => {
    const acted = { requeue: 4000, hold: 0, alarm: 0, purge: 0, ignore: 0 };
    const plan = { ...noCounts, dry_run: true, plan_hash: HASH, total: 4500, scanned: 4500, acted, ids: ['a'] };
    supervisor.answer('dlqCreateOperation', { status: 200, body: plan });
    const { result, notes } = await type(supervisor, ['dlq', 'requeue', '--all', '--dry-run', '--canary', '9']);
    expect(lastAsked()?.body).toMatchObject({ dry_run: true, canary: { first: 9 } });
    expect(result).toContain('Would send 4,000 of 4,500 matching letters back to the queue.');
    expect(notes).toContain(`npx nexus dlq requeue --all --canary 9 --plan-hash ${HASH}`);
  });

  test('a large purge asks with the count of its plan', async () => {
    const acted = { requeue: 0, hold: 0, alarm: 0, purge: 9000, ignore: 0 };
    const plan = { ...noCounts, dry_run: true, plan_hash: HASH, total: 9000, scanned: 9000, acted, ids: [] };
    const started = operationDocument({ action: 'purge' });
    supervisor.answer('dlqCreateOperation', { status: 200, body: plan }, { status: 202, body: started });
    const { questions } = await type(supervisor, ['dlq', 'purge', '--all', '--no-follow'], { answers: true });
    expect(questions).toEqual(['Delete 9,000 letters for good?']);
    expect(lastAsked()?.body).toEqual({ action: 'purge', park: 'dlq', filter: {}, plan_hash: HASH });
  });

  test('operations, operation --follow, cancel', async () => {
    const pending = { ...operationDocument().outcome, pending: 40, succeeded: 50 };
    supervisor.answer('dlqOperations', { status: 200, body: { items: [operationDocument()] } });
    const list = await type(supervisor, ['dlq', 'operations', '--status', 'running', '--limit', '3']);
    expect(lastAsked()?.query).toEqual({ status: ['running'], limit: ['3'] });
    expect(list.result).toMatch(/3 min ago +requeue +done +100\/100 +90 +10 +dlq PROVIDER_TIMEOUT +0b0fdc53/);
    supervisor.answer(
      'dlqOperation',
      { status: 200, body: operationDocument({ outcome: pending }) },
      { status: 200, body: operationDocument() },
    );
    const followed = await type(supervisor, ['dlq', 'operation', ID, '--follow', '--json']);
    expect(JSON.parse(followed.result)).toEqual(operationDocument());
    expect(supervisor.asked.filter(({ route }) => route === 'dlqOperation')).toHaveLength(2);
    supervisor.answer('dlqCancelOperation', { status: 202, body: operationDocument({ status: 'cancelled' }) });
    const cancelled = await type(supervisor, ['dlq', 'cancel', ID]);
    expect(cancelled).toMatchObject({ status: 0, result: expect.stringContaining(`${ID} is cancelled`) });
  });
});

describe('what goes wrong', () => {
  test.each([
    ['UNAUTHORIZED', /UNAUTHORIZED \(401\): no\n {2}What to do: set ADMIN_API_KEY to the admin key/],
    ['PLAN_STALE', /PLAN_STALE \(409\)[^]*make a new one/],
    ['STORE_UNAVAILABLE', /STORE_UNAVAILABLE \(503\)[^]*Redis/],
    ['ALARM_REQUEUE_FORBIDDEN', /ALARM_REQUEUE_FORBIDDEN \(409\)[^]*correct the cause first/],
  ] as const)('%s: code, sentence, what to do, status 2', async (problem, shown) => {
    supervisor.answer('dlqRequeue', { problem, message: 'no' });
    const { status, result, notes } = await type(supervisor, ['dlq', 'requeue']);
    expect([status, result]).toEqual([2, '']);
    expect(notes).toMatch(shown);
    expect((await type(supervisor, ['dlq', 'requeue', '--lang', 'ko'])).notes).toMatch(/할 일:/);
  });

  test('every input that did not fit is named', async () => {
    const detail = { issues: [{ path: 'limit', message: 'must be a number\u001b[2J' }] };
    supervisor.answer('dlqStats', { problem: 'VALIDATION_ERROR', message: 'no', detail });
    expect((await type(supervisor, ['dlq', 'stats'])).notes).toContain('  limit: must be a number [2J\n');
  });

  test('nobody there: which address, and how to start it', async () => {
    const gone = await startFakeSupervisor();
    await gone.stop();
    const { status, notes } = await type(gone, ['dlq', 'stats']);
    expect(status).toBe(2);
    expect(notes).toContain(`NETWORK_ERROR`);
    expect(notes).toContain(`is Nexus running at ${gone.baseUrl}? npm start starts it`);
  });

  test('an answer that is not what the contract says', async () => {
    supervisor.answer('dlqStats', { status: 200, body: { scanned: 'many' } });
    expect(await type(supervisor, ['dlq', 'stats'])).toMatchObject({
      status: 2,
      notes: expect.stringContaining('BAD_RESPONSE'),
    });
  });

  test.each([
    [['requeu'], 'SUBCOMMAND_UNKNOWN', /Did you mean requeue\?/],
    [['resolve'], 'OPTION_MISSING', /resolve GROUP/],
    [['stats', 'everything'], 'OPTION_UNKNOWN', /"everything"/],
    [['what-if'], 'OPTION_MISSING', /--policy FILE/],
    [['stats', '--base-url', 'localhost:8000'], 'OPTION_INVALID', /--base-url must be a URL/],
  ])('dlq %j is refused before anything is asked', async (line, code, message) => {
    await expect(type(supervisor, ['dlq', ...line])).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(supervisor.asked).toEqual([]);
  });

  test('without a subcommand: the help as a note, status 2', async () => {
    const { status, notes } = await type(supervisor, ['dlq'] as never);
    expect([status, notes]).toEqual([2, expect.stringContaining('Usage: npx nexus dlq <subcommand>')]);
  });

  test('--admin-key and --base-url win over the environment; nothing shows the key', async () => {
    supervisor.answer('dlqStats', { problem: 'UNAUTHORIZED', message: 'no' });
    const line = ['dlq', 'stats', '--admin-key', 'key-of-the-line', '--base-url', `${supervisor.baseUrl}/`] as const;
    const { notes } = await type({ baseUrl: 'http://127.0.0.1:1' }, line);
    expect(lastAsked()?.adminKey).toBe('key-of-the-line');
    expect(notes).not.toContain('key-of-the-line');
  });
});
