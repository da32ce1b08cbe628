import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { connectRedis, createLogger, processVariables, readSettings, registerMetrics } from '@nexus/runtime';
import fc from 'fast-check';
import type { AlertChannel } from './alert.ts';
import { createAlertHandlers } from './alert-handlers.ts';
import { alertMetricDefinitions } from './alert-metrics.ts';
import type { AlertCounts } from './alert-outbox.ts';
import { alertVariables } from './alert-variables.ts';
import { createAlerts } from './alerts.ts';
import { startWebhookReceiver, type WebhookReceiver } from './testing/webhook-receiver.ts';

let server: TestRedis;
let redis: ReturnType<typeof connectRedis>;
let receiver: WebhookReceiver;
/** Milliseconds by which the supervisors' clock is ahead of Redis. */
let passed = 0;

beforeAll(async () => {
  [server, receiver] = await Promise.all([startTestRedis(), startWebhookReceiver()]);
  redis = connectRedis({ url: server.url, purpose: 'request', name: 'test', onError: () => undefined });
});
beforeEach(async () => {
  await redis.flushall();
  receiver.received.length = 0;
  passed = 0;
});
afterAll(async () => {
  redis.disconnect();
  await Promise.all([server.stop(), receiver.stop()]);
});

const now = () => Date.now() + passed;
const later = (seconds: number) => void (passed += seconds * 1000);

/** A supervisor's alerts, with what it logged and counted. */
function open(env: Record<string, string> = {}, channel?: AlertChannel) {
  const variables = { ...processVariables, ...alertVariables };
  const read = readSettings(variables, {
    REDIS_URL: server.url,
    ALERT_WEBHOOK_URL: receiver.url('/hook/geheim'),
    ...env,
  });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const lines: string[] = [];
  const logger = createLogger({ level: 'DEBUG', name: 'test', write: (line) => void lines.push(line) });
  const metrics = registerMetrics(alertMetricDefinitions, { logger });
  const options = { redis, settings: read.values, logger, metrics: metrics.handles, now };
  const alerts = createAlerts(channel === undefined ? options : { ...options, channel });
  const logged = (event: string) =>
    lines.map((line) => JSON.parse(line) as Record<string, unknown>).filter((line) => line['event'] === event);
  return { ...alerts, alerts, lines, logged, expose: metrics.expose };
}

/** What the script that moves a letter to alarm appends. */
async function moved(over: Record<string, string> = {}, id = '*'): Promise<string> {
  const facts = {
    event: 'dlq_alarm',
    task_id: randomUUID(),
    failure_code: 'PROVIDER_AUTH_ERROR',
    task_type: 'excel_kakao',
  };
  const fields = Object.entries({ ...facts, at: String(now()), ...over }).flat();
  return String(await redis.xadd('{nexus}:alerts', id, ...fields));
}

const CLAIM = 'nexus:alertdedupe:excel_kakao:PROVIDER_AUTH_ERROR';
const none: AlertCounts = { delivered: 0, suppressed: 0, failed: 0, not_set: 0, waiting: 0 };
const payloads = () => receiver.received.map(({ body }) => body.payload);

describe('alarms', () => {
  test('are told with all of the contract’s payload and signed with an id of their own', async () => {
    const { deliverNow, waiting } = open({ RUNBOOK_BASE_URL: 'https://runbooks.test/r/', ALERT_SIGNING_SECRET: 's' });
    const entry = await moved({ task_id: '4ad3b6f0-6a3e-4a57-9d43-5d8a2f5f6a10' });
    expect(await deliverNow([entry])).toEqual({ ...none, delivered: 1 });
    expect(receiver.received[0]?.body).toMatchObject({
      event: 'dlq_alarm',
      payload: {
        failure_code: 'PROVIDER_AUTH_ERROR',
        task_id: '4ad3b6f0-6a3e-4a57-9d43-5d8a2f5f6a10',
        task_type: 'excel_kakao',
        runbook: 'https://runbooks.test/r/PROVIDER_AUTH_ERROR',
        dedupe_ttl: 900,
      },
    });
    expect(receiver.received[0]?.body.text).toContain('PROVIDER_AUTH_ERROR');
    expect(receiver.received[0]?.headers['webhook-id']).toBe(`alert-${entry}`);
    expect(await waiting()).toBe(0);
  });

  test('have a hint for a runbook where none is served, and null where there is none', async () => {
    const { deliverNow } = open();
    await deliverNow([await moved(), await moved({ failure_code: 'INTERNAL_ERROR' })]);
    const runbooks = Object.fromEntries(payloads().map(({ failure_code, runbook }) => [failure_code, runbook]));
    expect(runbooks).toEqual({ PROVIDER_AUTH_ERROR: 'Check keys and permissions.', INTERNAL_ERROR: null });
  });

  test('that are equal are told once; the next one after the time states how many were not', async () => {
    const { deliverNow, waiting } = open();
    expect(await deliverNow([await moved()])).toEqual({ ...none, delivered: 1 });
    expect(await deliverNow([await moved()])).toEqual({ ...none, suppressed: 1 });
    expect(receiver.received).toHaveLength(1);
    await redis.pexpire(CLAIM, 0);
    expect(await deliverNow([await moved()])).toEqual({ ...none, delivered: 1 });
    expect(payloads().map(({ suppressed }) => suppressed)).toEqual([undefined, 1]);
    await redis.pexpire(CLAIM, 0);
    await deliverNow([await moved()]);
    expect(payloads()[2]).not.toHaveProperty('suppressed');
    expect(await waiting()).toBe(0);
  });

  test('of one request: the first of equal ones tells for the others, other ones tell for themselves', async () => {
    const { deliverNow } = open();
    const entries = [await moved(), await moved(), await moved({ failure_code: 'PROVIDER_DISABLED' }), await moved()];
    expect(await deliverNow(entries)).toEqual({ ...none, delivered: 2, suppressed: 2 });
    expect(receiver.received).toHaveLength(2);
  });

  test('are all told when the time is zero', async () => {
    const { deliverNow } = open({ ALERT_DEDUPE_TTL_SECONDS: '0' });
    expect(await deliverNow([await moved(), await moved()])).toEqual({ ...none, delivered: 2 });
    expect(payloads()[0]).toMatchObject({ dedupe_ttl: 0 });
  });
});

test('a cause that came back goes to the base address', async () => {
  const { deliverNow } = open({ ALERT_WEBHOOK_URL_ALARM: receiver.url('/alarm') });
  const entry = await redis.xadd(
    '{nexus}:alerts',
    '*',
    'event',
    'group_regressed',
    'group',
    'g1',
    'failure_code',
    'X',
    'count',
    3,
  );
  await deliverNow([String(entry), await moved()]);
  expect(receiver.received.map(({ path }) => path).sort()).toEqual(['/alarm', '/hook/geheim']);
  const regressed = receiver.received.find(({ path }) => path === '/hook/geheim');
  expect(regressed?.body).toMatchObject({
    event: 'group_regressed',
    payload: { group: 'g1', failure_code: 'X', count: 3 },
  });
});

test('an alert made elsewhere is stored until it is delivered', async () => {
  const { append, deliverNow, waiting } = open();
  const entry = await append({ event: 'hold', payload: { n: 1 }, dedupe_key: 'h', sentence: 'Held.' });
  expect(await waiting()).toBe(1);
  expect(await deliverNow([entry])).toEqual({ ...none, delivered: 1 });
  expect(receiver.received[0]?.body).toEqual({ event: 'hold', payload: { n: 1 }, text: 'Held.', content: 'Held.' });
});

describe('a delivery that fails', () => {
  test('gives its claim back, waits 5 s, 30 s and 300 s, and ends among the dead', async () => {
    const { deliverNow, deliverDue, logged, expose, waiting } = open({ ALARM_MAX_RETRIES: '3' });
    receiver.answerNext(500, 500, 500, 500);
    expect(await deliverNow([await moved()])).toEqual({ ...none, failed: 1 });
    expect(await redis.exists(CLAIM)).toBe(0);
    for (const seconds of [5, 30, 300]) {
      later(seconds - 2);
      expect(await deliverDue()).toEqual(none);
      later(2);
      expect(await deliverDue()).toEqual({ ...none, failed: 1 });
    }
    later(3600);
    expect(await deliverDue()).toEqual(none);
    expect(receiver.received).toHaveLength(4);
    expect(await waiting()).toBe(0);
    const about = { alert_key: 'excel_kakao:PROVIDER_AUTH_ERROR' };
    expect(logged('ALARM_WORKER_START').map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
    expect(logged('ALARM_WORKER_RETRY')).toMatchObject([
      { ...about, attempt: 1, queue: 'nexus.alarm.retry.5s' },
      { ...about, attempt: 2, queue: 'nexus.alarm.retry.30s' },
      { ...about, attempt: 3, queue: 'nexus.alarm.retry.300s' },
    ]);
    expect(logged('ALARM_WORKER_DLQ')).toMatchObject([
      { ...about, attempt: 4, queue: 'nexus.alarm.dlq', level: 'ERROR' },
    ]);
    expect(logged('ALERT_WEBHOOK_NON2XX')).toHaveLength(4);
    const [dead] = await redis.xrange('{nexus}:alerts:dead', '-', '+');
    expect(JSON.stringify(dead)).toContain('PROVIDER_AUTH_ERROR');
    const scrape = await expose();
    expect(scrape).toContain('nexus_alerts_total{event="dlq_alarm",outcome="failed"} 4');
    expect(scrape).toContain('nexus_alerts_total{event="dlq_alarm",outcome="dead"} 1');
    expect(scrape).toContain('nexus_alerts_waiting{queue="nexus.alarm.retry"} 0');
    expect(scrape).toContain('nexus_alerts_waiting{queue="nexus.alarm.dlq"} 1');
    expect((await redis.keys('*')).sort()).toEqual(['{nexus}:alerts', '{nexus}:alerts:dead']);
  });

  test('is not lost: the retry is delivered, once', async () => {
    const { deliverNow, deliverDue } = open();
    receiver.answerNext(503);
    await deliverNow([await moved()]);
    later(6);
    expect(await deliverDue()).toEqual({ ...none, delivered: 1 });
    later(60);
    expect(await deliverDue()).toEqual(none);
    expect(receiver.received).toHaveLength(2);
  });

  test('has the same id at its next try, so that the receiver can tell', async () => {
    const { deliverNow, deliverDue } = open({ ALERT_SIGNING_SECRET: 's' });
    receiver.answerNext((response) => response.destroy());
    await deliverNow([await moved()]);
    later(6);
    await deliverDue();
    const ids = receiver.received.map(({ headers }) => headers['webhook-id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  test('saves equal ones of the same request from using up their tries', async () => {
    const { deliverNow, deliverDue } = open();
    receiver.answerNext(500);
    expect(await deliverNow([await moved(), await moved(), await moved()])).toEqual({ ...none, failed: 1, waiting: 2 });
    expect(receiver.received).toHaveLength(1);
    later(31);
    expect(await deliverDue()).toEqual({ ...none, delivered: 1, suppressed: 2 });
  });

  test('is given up at once without retries', async () => {
    const { deliverNow, waiting } = open({ ALARM_MAX_RETRIES: '0' });
    receiver.answerNext(500);
    expect(await deliverNow([await moved()])).toEqual({ ...none, failed: 1 });
    expect(await waiting()).toBe(0);
    expect(await redis.xlen('{nexus}:alerts:dead')).toBe(1);
  });

  test('of a broken channel is one like any other', async () => {
    const { deliverNow, logged, waiting } = open({}, () => Promise.reject(new Error('broken')));
    expect(await deliverNow([await moved()])).toEqual({ ...none, failed: 1 });
    expect(logged('ALERT_CHANNEL_BROKEN')).toHaveLength(1);
    expect(await waiting()).toBe(1);
  });
});

describe('a process that dies', () => {
  /** A supervisor whose delivery never ends: what it holds is what a killed one leaves. */
  async function dieWhileDelivering(): Promise<void> {
    const entry = await moved();
    let begun = () => {};
    const began = new Promise<void>((resolve) => (begun = resolve));
    const { deliverNow } = open({}, () => {
      begun();
      return new Promise(() => {});
    });
    void deliverNow([entry]);
    await began;
  }
  /** Redis lets 30 s pass: leases end. */
  async function leasesEnd(): Promise<void> {
    await redis.del(...(await redis.keys('{nexus}:alerts:lease:*')));
  }

  test('in a delivery leaves its alert to the others, once its lease is over', async () => {
    await dieWhileDelivering();
    const { deliverDue } = open();
    later(40);
    expect(await deliverDue()).toEqual({ ...none, waiting: 1 });
    await leasesEnd();
    expect(await deliverDue()).toEqual({ ...none, delivered: 1 });
    expect(payloads()[0]).not.toHaveProperty('suppressed');
  });

  test('in a delivery suppresses equal alerts for half a minute only, and they are stated', async () => {
    await dieWhileDelivering();
    expect(await redis.ttl(CLAIM)).toBeLessThanOrEqual(30);
    const { deliverNow, deliverDue } = open();
    expect(await deliverNow([await moved()])).toEqual({ ...none, suppressed: 1 });
    later(40);
    await leasesEnd();
    expect(await deliverDue()).toEqual({ ...none, delivered: 1 });
    expect(payloads()).toMatchObject([{ suppressed: 1 }]);
  });

  test('before it tried leaves its alert to the others after 30 s', async () => {
    await moved();
    const { deliverDue } = open();
    later(28);
    expect(await deliverDue()).toEqual(none);
    later(3);
    expect(await deliverDue()).toEqual({ ...none, delivered: 1 });
  });

  test('after a delivery it did not note has its alert noted, not told again', async () => {
    const { deliverNow, deliverDue, waiting } = open();
    const entry = await moved();
    await deliverNow([entry]);
    // As if it had died before it deleted the entry.
    await redis.del('{nexus}:alerts');
    await moved({}, entry);
    later(40);
    expect(await deliverDue()).toEqual({ ...none, suppressed: 1 });
    expect(receiver.received).toHaveLength(1);
    expect(await waiting()).toBe(0);
    await redis.pexpire(CLAIM, 0);
    await deliverNow([await moved()]);
    expect(payloads()[1]).not.toHaveProperty('suppressed');
  });
});

test('several supervisors deliver each alert once', async () => {
  const supervisors = Array.from({ length: 4 }, () => open({ ALERT_DEDUPE_TTL_SECONDS: '0' }));
  for (let count = 0; count < 30; count += 1) await moved({ failure_code: `CODE_${count % 7}` });
  later(31);
  await Promise.all(supervisors.map(({ deliverDue }) => deliverDue()));
  await supervisors[0]?.deliverDue();
  const ids = payloads().map(({ task_id }) => task_id);
  expect(ids).toHaveLength(30);
  expect(new Set(ids).size).toBe(30);
});

test('a late process does not take the alert from the one that has it now', async () => {
  const { deliverNow, waiting } = open({ ALARM_MAX_RETRIES: '0' }, async () => {
    // Its lease ended and another supervisor took the entry.
    const [lease = ''] = await redis.keys('{nexus}:alerts:lease:*');
    await redis.set(lease, 'another');
    return { ok: false, status_code: 500, error: 'no' };
  });
  await deliverNow([await moved()]);
  expect(await waiting()).toBe(1);
  expect(await redis.xlen('{nexus}:alerts:dead')).toBe(0);
});

describe('a damaged entry', () => {
  test.each([
    ['of no kind', { event: 'something' }],
    ['without an event', { event: '' }],
    ['without a task', { task_id: '' }],
    ['that is no JSON', { alert: '{' }],
    ['that is no alert', { alert: '{"event":"x"}' }],
  ])('%s blocks nobody', async (_what, fields: Record<string, string>) => {
    const { deliverDue, logged, expose } = open();
    await moved(fields);
    await moved();
    later(31);
    expect(await deliverDue()).toEqual({ ...none, delivered: 1, failed: 1 });
    expect(await redis.xlen('{nexus}:alerts')).toBe(0);
    expect(await redis.xlen('{nexus}:alerts:dead')).toBe(1);
    expect(logged('ALARM_WORKER_DLQ')).toMatchObject([{ why: expect.stringContaining('cannot be read') }]);
    expect(await expose()).toContain('nexus_alerts_total{event="malformed",outcome="dead"} 1');
  });

  test('with a time in the future, or none, is due all the same', async () => {
    const { deliverDue } = open({ ALERT_DEDUPE_TTL_SECONDS: '0' });
    for (const at of ['99999999999999', 'soon', '']) await moved({ at });
    later(31);
    expect(await deliverDue()).toEqual({ ...none, delivered: 3 });
  });

  test('holds whatever text: nothing is lost and nothing breaks', async () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 60 });
    const { deliverDue, waiting } = open({ ALERT_DEDUPE_TTL_SECONDS: '1' });
    const entries = fc.array(fc.record({ task_id: text, failure_code: text, task_type: text }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(entries, async (damaged) => {
        for (const fields of damaged) await moved(fields);
        later(31);
        const { delivered, suppressed, failed } = await deliverDue();
        expect(delivered + suppressed + failed).toBe(damaged.length);
        expect(await waiting()).toBe(0);
      }),
      { numRuns: 30 },
    );
  });
});

test('without an address alerts are dropped, counted, and said once', async () => {
  const { deliverNow, deliverDue, logged, expose, waiting } = open({ ALERT_WEBHOOK_URL: '' });
  expect(await deliverNow([await moved(), await moved()])).toEqual({ ...none, not_set: 2 });
  await moved();
  later(31);
  expect(await deliverDue()).toEqual({ ...none, not_set: 1 });
  expect(await waiting()).toBe(0);
  expect(await redis.exists(CLAIM)).toBe(0);
  expect(logged('ALERT_WEBHOOK_NOT_SET')).toHaveLength(1);
  expect(await expose()).toContain('nexus_alerts_total{event="dlq_alarm",outcome="not_set"} 3');
});

test('entries that are gone or were never there count as nothing', async () => {
  const { deliverNow } = open();
  expect(await deliverNow(['1-1', 'nonsense', ''])).toEqual(none);
  expect(await deliverNow([])).toEqual(none);
});

test('more alerts than one page are all delivered, longest overdue first', async () => {
  const { deliverDue, waiting } = open({ ALERT_DEDUPE_TTL_SECONDS: '0' }, async () => ({
    ok: true,
    status_code: 200,
    error: null,
  }));
  await Promise.all(Array.from({ length: 620 }, () => moved()));
  later(31);
  const looks = [await deliverDue(), await deliverDue(), await deliverDue(), await deliverDue()];
  expect(looks.map(({ delivered }) => delivered)).toEqual([200, 200, 200, 20]);
  expect(await waiting()).toBe(0);
});

test('a request does not wait for a webhook that is slow again and again', async () => {
  const slow: AlertChannel = async () => {
    later(6);
    return { ok: true, status_code: 200, error: null };
  };
  const { deliverNow, waiting } = open({ ALERT_DEDUPE_TTL_SECONDS: '0' }, slow);
  const entries = [await moved(), await moved(), await moved(), await moved()];
  expect(await deliverNow(entries)).toEqual({ ...none, delivered: 2, waiting: 2 });
  expect(await waiting()).toBe(2);
});

describe('the test alert', () => {
  const handle = (opened: ReturnType<typeof open>) =>
    createAlertHandlers({ alerts: opened.alerts }).testAlert({} as never);

  test('goes past the dedupe and answers what came of it', async () => {
    const opened = open();
    for (let count = 0; count < 2; count += 1) {
      expect(await handle(opened)).toEqual({ status: 200, body: { ok: true, status_code: 200, error: null } });
    }
    expect(receiver.received[1]?.body).toMatchObject({ event: 'test', payload: { service: 'nexus-supervisor' } });
    expect(Date.parse(String(payloads()[1]?.['ts']))).not.toBeNaN();
    expect(await redis.dbsize()).toBe(0);
  });

  test('answers 200 also when it failed or has no address', async () => {
    receiver.answerNext(403);
    expect(await handle(open())).toMatchObject({ status: 200, body: { ok: false, status_code: 403 } });
    const unset = { ok: false, status_code: null, error: 'not set' };
    expect(await handle(open({ ALERT_WEBHOOK_URL: '' }))).toEqual({ status: 200, body: unset });
  });
});

test('no log line, no answer and no dead entry holds an address or a secret', async () => {
  const env = { ALERT_SIGNING_SECRET: 'streng-geheim', ALARM_MAX_RETRIES: '0' };
  const gone = open({ ...env, ALERT_WEBHOOK_URL: 'http://127.0.0.1:1/hook/geheim?token=geheim' });
  const refusing = open(env);
  for (const opened of [gone, refusing]) {
    receiver.answerNext(500);
    await opened.deliverNow([await moved()]);
    opened.lines.push(JSON.stringify(await opened.sendTest()));
  }
  expect(gone.logged('ALERT_WEBHOOK_ERROR')).toHaveLength(2);
  const dead = JSON.stringify(await redis.xrange('{nexus}:alerts:dead', '-', '+'));
  const said = [...gone.lines, ...refusing.lines, dead, await gone.expose()].join('');
  expect(said).not.toContain('geheim');
});

test('while Redis is away nothing is thrown at the request and nothing is lost', async () => {
  const own = await startTestRedis({ appendonly: true, settings: { appendfsync: 'always' } });
  const connection = connectRedis({ url: own.url, purpose: 'request', name: 'away', onError: () => undefined });
  const shared = redis;
  redis = connection;
  try {
    const { deliverNow, deliverDue, waiting } = open();
    const entry = await moved();
    await own.kill();
    expect(await deliverNow([entry])).toEqual({ ...none, waiting: 1 });
    await expect(deliverDue()).rejects.toThrow();
    const ready = new Promise((resolve) => connection.once('ready', resolve));
    await own.restart();
    await ready;
    expect(await waiting()).toBe(1);
    later(31);
    expect(await deliverDue()).toEqual({ ...none, delivered: 1 });
  } finally {
    redis = shared;
    connection.disconnect();
    await own.stop();
  }
});
