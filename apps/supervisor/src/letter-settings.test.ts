import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { registerMetrics, silentLogger } from '@nexus/runtime';
import { alertVariables } from './alerts/alert-variables.ts';
import { createAlerts } from './alerts/alerts.ts';
import { startWebhookReceiver, type WebhookReceiver } from './alerts/testing/webhook-receiver.ts';
import { metricDefinitions } from './metrics.ts';
import { createSettingsKit, type Env, type StartedSupervisor } from './testing/settings-kit.ts';
import { triageVariables } from './triage/triage-variables.ts';

const kit = createSettingsKit();
const { read, start, create } = kit;
let receiver: WebhookReceiver;

beforeAll(async () => {
  receiver = await startWebhookReceiver();
});
beforeEach(() => {
  receiver.received.length = 0;
  return kit.connection().flushall();
});
afterAll(() => receiver.stop());

/** A task that failed for good with this code. */
async function addLetter(started: StartedSupervisor, code = 'PROVIDER_TIMEOUT', finishedAt = Date.now()) {
  const task_id = await create(started);
  const finished_at = new Date(finishedAt).toISOString();
  const body = { task_id, status: 'failed', finished_at, error: { code, message: 'no' } } as const;
  const reported = await started.client.agentCallback({ body });
  if (!reported.ok) throw new Error(reported.message);
  return task_id;
}

function linesOf({ lines }: StartedSupervisor, event: string): Record<string, unknown>[] {
  return lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line['event'] === event);
}

/** What triage says of one letter of this code. */
async function triageOf(code: string, over: Env): Promise<string> {
  await kit.connection().flushall();
  const started = await start(over);
  await addLetter(started, code);
  const counted = await started.client.dlqTriage();
  if (!counted.ok) throw new Error(counted.message);
  await started.stop();
  return Object.entries(counted.body.counts).flatMap(([action, count]) => (count === 1 ? [action] : []))[0] ?? 'none';
}

/** Raises one alarm and returns what the answer says. */
async function raiseAlarm(started: StartedSupervisor): Promise<{ alerted: number }> {
  await addLetter(started);
  const moved = await started.client.dlqAlarm({ query: { mode: 'manual' } });
  if (!moved.ok) throw new Error(moved.message);
  return moved.body;
}

async function policyFile(content: string): Promise<string> {
  const path = join(kit.directory(), `${randomUUID()}.yaml`);
  await writeFile(path, content);
  return path;
}

type Name = keyof typeof triageVariables | keyof typeof alertVariables;

const proofs: Record<Name, () => Promise<void>> = {
  async DLQ_QUEUE() {
    const started = await start({ DLQ_QUEUE: 'letters' });
    await addLetter(started);
    await started.client.dlqPurge();
    expect(linesOf(started, 'TASK_UPDATE')).toMatchObject([{ queue: 'letters' }]);
    expect(linesOf(started, 'DLQ_PURGE')).toMatchObject([{ queue: 'letters', purged: 1 }]);
  },
  async HOLD_QUEUE() {
    const started = await start({ HOLD_QUEUE: 'held' });
    await started.client.holdPurge();
    expect(linesOf(started, 'HOLD_PURGE')).toMatchObject([{ queue: 'held' }]);
  },
  async ALARM_QUEUE() {
    const started = await start({ ALARM_QUEUE: 'alarmed' });
    await started.client.alarmPurge();
    expect(linesOf(started, 'ALARM_PURGE')).toMatchObject([{ queue: 'alarmed' }]);
  },
  async RETRY_QUEUE_PREFIX() {
    const started = await start({ RETRY_QUEUE_PREFIX: 'again' });
    const error = { code: 'UNKNOWN', message: 'no' };
    const body = { task_id: await create(started), status: 'failed', will_retry: true, error } as const;
    await started.client.agentCallback({ body });
    expect(linesOf(started, 'TASK_UPDATE')).toMatchObject([{ queue: 'again.5s' }]);
  },
  async AUTO_REQUEUE_FAILURE_CODES() {
    expect(await triageOf('INTERNAL_ERROR', {})).toBe('ignore');
    expect(await triageOf('INTERNAL_ERROR', { AUTO_REQUEUE_FAILURE_CODES: 'OTHER, INTERNAL_ERROR' })).toBe('requeue');
  },
  async AUTO_HOLD_FAILURE_CODES() {
    expect(await triageOf('INTERNAL_ERROR', { AUTO_HOLD_FAILURE_CODES: 'INTERNAL_ERROR' })).toBe('hold');
  },
  async AUTO_ALARM_FAILURE_CODES() {
    expect(await triageOf('INTERNAL_ERROR', { AUTO_ALARM_FAILURE_CODES: 'INTERNAL_ERROR' })).toBe('alarm');
  },
  async ENFORCE_ALARM_NO_REQUEUE() {
    const enforced = await start();
    await addLetter(enforced, 'PROVIDER_AUTH_ERROR');
    expect(await enforced.client.dlqRequeue()).toMatchObject({ status: 409, code: 'ALARM_REQUEUE_FORBIDDEN' });
    const lax = await start({ ENFORCE_ALARM_NO_REQUEUE: 'false' });
    await addLetter(lax, 'PROVIDER_AUTH_ERROR');
    expect(await lax.client.dlqRequeue()).toMatchObject({ body: { moved: 1 } });
  },
  async TRIAGE_POLICY_FILE() {
    const rule = 'rules: [{ name: own, match: { failure_code: INTERNAL_ERROR }, action: alarm }]';
    expect(await triageOf('INTERNAL_ERROR', { TRIAGE_POLICY_FILE: await policyFile(rule) })).toBe('alarm');
    const broken = await policyFile('rulez: []\nrequeue_limit: many');
    for (const path of [broken, join(kit.directory(), 'missing.yaml'), kit.directory(), await policyFile('a: [')]) {
      const result = read({ REDIS_URL: kit.redis().url, TRIAGE_POLICY_FILE: path });
      expect(result).toMatchObject({ ok: false, problems: [{ name: 'TRIAGE_POLICY_FILE' }] });
      if (path === broken) expect(JSON.stringify(result)).toMatch(/requeue_limit.*rulez|rulez.*requeue_limit/);
    }
  },
  async DLQ_APPLY_MAX_AGE_SECONDS() {
    const apply = async (over: Env) => {
      const started = await start(over);
      await addLetter(started, 'PROVIDER_TIMEOUT', Date.now() - 3_600_000);
      return started.client.dlqApply();
    };
    expect(await apply({ DLQ_APPLY_MAX_AGE_SECONDS: '600' })).toMatchObject({
      body: { acted: { requeue: 0 }, skipped_age: 1 },
    });
    expect(await apply({})).toMatchObject({ body: { acted: { requeue: 1 }, skipped_age: 0 } });
  },
  async DLQ_APPLY_EVERY_SECONDS() {
    const started = await start({ DLQ_APPLY_EVERY_SECONDS: '1' });
    const task_id = await addLetter(started);
    const applied = () => linesOf(started, 'DLQ_APPLY').find((line) => line['scanned'] === 1);
    while (applied() === undefined) await started.client.live();
    expect(applied()).toMatchObject({ by: 'schedule', dry_run: false, acted: { requeue: 1 } });
    expect(await started.client.getTask({ params: { task_id } })).toMatchObject({ body: { status: 'queued' } });
  },
  async ALERT_WEBHOOK_URL() {
    const silent = await start();
    expect(await silent.client.testAlert()).toMatchObject({ body: { ok: false, error: 'not set' } });
    const started = await start({ ALERT_WEBHOOK_URL: receiver.url('/base') });
    expect(await started.client.testAlert()).toMatchObject({ body: { ok: true, status_code: 200 } });
    expect(receiver.received).toMatchObject([{ path: '/base', body: { event: 'test' } }]);
  },
  async ALERT_WEBHOOK_URL_ALARM() {
    const over = { ALERT_WEBHOOK_URL: receiver.url('/base'), ALERT_WEBHOOK_URL_ALARM: receiver.url('/alarm') };
    expect(await raiseAlarm(await start(over))).toMatchObject({ alerted: 1 });
    expect(receiver.received).toMatchObject([{ path: '/alarm', body: { event: 'dlq_alarm' } }]);
  },
  async ALERT_WEBHOOK_URL_HOLD() {
    const settings = read({ REDIS_URL: kit.redis().url, ALERT_WEBHOOK_URL_HOLD: receiver.url('/hold') });
    if (!settings.ok) throw new Error('settings');
    const alerts = createAlerts({
      redis: kit.connection(),
      settings: settings.values,
      logger: silentLogger,
      metrics: registerMetrics(metricDefinitions).handles,
      now: Date.now,
    });
    const entry = await alerts.append({ event: 'dlq_hold', payload: {}, sentence: 'held' });
    expect(await alerts.deliverNow([entry])).toMatchObject({ delivered: 1 });
    expect(receiver.received).toMatchObject([{ path: '/hold' }]);
  },
  async ALERT_DEDUPE_TTL_SECONDS() {
    const twice = async (over: Env) => {
      const started = await start({ ALERT_WEBHOOK_URL: receiver.url('/base'), ...over });
      return [(await raiseAlarm(started)).alerted, (await raiseAlarm(started)).alerted];
    };
    expect(await twice({ ALERT_DEDUPE_TTL_SECONDS: '900' })).toEqual([1, 0]);
    expect(await twice({ ALERT_DEDUPE_TTL_SECONDS: '0' })).toEqual([1, 1]);
  },
  async ALERT_SIGNING_SECRET() {
    const started = await start({ ALERT_WEBHOOK_URL: receiver.url('/base'), ALERT_SIGNING_SECRET: 's' });
    await started.client.testAlert();
    expect(receiver.received[0]?.headers).toHaveProperty('webhook-signature');
  },
  async ALARM_MAX_RETRIES() {
    receiver.answerNext(500, 500);
    const patient = await start({ ALERT_WEBHOOK_URL: receiver.url('/base') });
    expect(await raiseAlarm(patient)).toMatchObject({ alerted: 0 });
    expect(linesOf(patient, 'ALARM_WORKER_RETRY')).toHaveLength(1);
    const impatient = await start({ ALERT_WEBHOOK_URL: receiver.url('/base'), ALARM_MAX_RETRIES: '0' });
    await raiseAlarm(impatient);
    expect(linesOf(impatient, 'ALARM_WORKER_DLQ')).toHaveLength(1);
  },
  async ALARM_RETRY_QUEUE_PREFIX() {
    receiver.answerNext(500);
    const started = await start({ ALERT_WEBHOOK_URL: receiver.url('/base'), ALARM_RETRY_QUEUE_PREFIX: 'ring' });
    await raiseAlarm(started);
    expect(linesOf(started, 'ALARM_WORKER_RETRY')).toMatchObject([{ queue: 'ring.5s' }]);
  },
  async ALARM_DLQ_QUEUE() {
    receiver.answerNext(500);
    const over = { ALERT_WEBHOOK_URL: receiver.url('/base'), ALARM_MAX_RETRIES: '0', ALARM_DLQ_QUEUE: 'unheard' };
    const started = await start(over);
    await raiseAlarm(started);
    expect(linesOf(started, 'ALARM_WORKER_DLQ')).toMatchObject([{ queue: 'unheard' }]);
  },
  async OUTBOUND_ALLOW_PRIVATE() {
    const started = await start({ ALERT_WEBHOOK_URL: receiver.url('/base'), OUTBOUND_ALLOW_PRIVATE: 'false' });
    const answer = await started.client.testAlert();
    expect(answer).toMatchObject({ body: { ok: false, status_code: null } });
    expect(JSON.stringify(answer)).toContain('private address');
    expect(receiver.received).toEqual([]);
  },
  async RUNBOOK_BASE_URL() {
    const runbookOf = async (over: Env) => {
      const started = await start(over);
      await addLetter(started);
      const peeked = await started.client.dlqPeek();
      return peeked.ok ? peeked.body.items[0]?.runbook : undefined;
    };
    expect(await runbookOf({})).toMatch(/timeouts/);
    expect(await runbookOf({ RUNBOOK_BASE_URL: 'https://wiki.example/books/' })).toBe(
      'https://wiki.example/books/PROVIDER_TIMEOUT',
    );
  },
};

describe('every variable of letters and alerts changes behaviour', () => {
  test.each([...Object.keys(triageVariables), ...Object.keys(alertVariables)] as Name[])('%s', (name) =>
    proofs[name](),
  );
});
