import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll } from '@jest/globals';
import { callbackSchema, type ClientFailure } from '@nexus/contracts';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { connectRedis, readSettings, registerMetrics, silentLogger } from '@nexus/runtime';
import { createDeadLetters, createTaskQueue, type DeadLetters, type TaskQueue } from '@nexus/task-queue';
import { createAlerts } from '../alerts/alerts.ts';
import { startWebhookReceiver, type WebhookReceiver } from '../alerts/testing/webhook-receiver.ts';
import { metricDefinitions } from '../metrics.ts';
import { settingsVariables } from '../settings.ts';
import type { TriageOptions } from '../triage/triage-ports.ts';
import { defaultTriageOptions, startTestSupervisor, type TestSupervisor } from './test-supervisor.ts';
import type { SupervisorPorts } from '../supervise.ts';

export type Failing = {
  code?: string;
  message?: string;
  type?: string;
  detail?: Record<string, unknown>;
  /** Seconds ago. */
  age?: number;
  payload?: Record<string, unknown>;
};

/** A supervisor over the real queue on a real Redis, with a clock the test moves and a real webhook receiver. */
export type LettersFixture = TestSupervisor & {
  queue: TaskQueue;
  letters: DeadLetters;
  connection: ReturnType<typeof connectRedis>;
  queueName: string;
  receiver: WebhookReceiver;
  /** Creates a task that its agent reports as failed for good. */
  fail(failing?: Failing): Promise<string>;
  /** Makes an ordinary letter one whose job data is no task. */
  spoil(): Promise<string>;
  /** Reports a task that was sent back as succeeded or as failed once more. */
  finish(taskId: string, status: 'succeeded' | 'failed', error?: { code: string; message: string }): Promise<void>;
  /** One turn of a background loop of this supervisor. */
  turn(loop: string): Promise<void>;
  /** Moves the clock on. */
  advance(seconds: number): void;
  /** Records of the audit stream with this event. */
  audited(event: string): Promise<Record<string, string>[]>;
  /** Everything there is in Redis but its clockwork, to see that nothing changed. */
  snapshot(): Promise<string>;
};

export type FixtureOptions = {
  triage?: Partial<TriageOptions>;
  ports?: Partial<SupervisorPorts>;
  env?: Record<string, string>;
  maxRetries?: number;
  /** Puts something between the supervisor and its letters. */
  between?: (letters: DeadLetters) => DeadLetters;
  /** Another supervisor's queue, to be its colleague. */
  queueName?: string;
};

export type LettersKit = { open: (options?: FixtureOptions) => Promise<LettersFixture> };

/** One Redis and one webhook receiver for all tests of a file; what a test opens is closed after it. */
export function createLettersKit(): LettersKit {
  let redis: TestRedis;
  let receiver: WebhookReceiver;
  let closers: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    redis = await startTestRedis();
    receiver = await startWebhookReceiver();
  });
  afterEach(async () => {
    for (const close of closers.reverse()) await close();
    closers = [];
    receiver.received.length = 0;
  });
  afterAll(async () => {
    await receiver.stop();
    await redis.stop();
  });
  return {
    async open(options = {}) {
      const { fixture, close } = await openFixture(redis, receiver, options);
      closers.push(close);
      return fixture;
    },
  };
}

async function openFixture(redis: TestRedis, receiver: WebhookReceiver, options: FixtureOptions) {
  let offset = 0;
  const now = () => Date.now() + offset;
  const connect = (purpose: 'request' | 'blocking') =>
    connectRedis({ url: redis.url, purpose, name: 'letters-test', onError: () => undefined });
  const connection = connect('request');
  const queueName = options.queueName ?? `test-${randomUUID()}`;
  const queue = createTaskQueue({
    connection,
    connectBlocking: () => connect('blocking'),
    queueName,
    retry: { maxRetries: options.maxRetries ?? 3, delaysSeconds: [5, 30, 300], jitter: false },
    taskTtlSeconds: 604_800,
    taskLockSeconds: 900,
    now,
    onError: () => undefined,
  });
  const letters = createDeadLetters({
    connection,
    queueName,
    taskTtlSeconds: 604_800,
    newToken: randomUUID,
    now,
  });
  const alerts = createAlerts({
    redis: connection,
    settings: alertSettings(redis, { ALERT_WEBHOOK_URL: receiver.url('/alerts'), ...options.env }),
    logger: silentLogger,
    metrics: registerMetrics(metricDefinitions).handles,
    now,
  });
  let loops: Parameters<TaskQueue['schedule']>[0] = {};
  const supervisor = await startTestSupervisor({
    // The test turns the loops, not the clock.
    queue: { ...queue, schedule: (jobs) => Promise.resolve(void (loops = jobs)) },
    now,
    ports: { letters: options.between?.(letters) ?? letters, alerts, ...options.ports },
    options: { triage: { ...defaultTriageOptions, ...options.triage } },
  });
  await supervisor.supervisor.startLoops(new AbortController().signal);

  async function fail(failing: Failing = {}): Promise<string> {
    const { code = 'PROVIDER_TIMEOUT', message = 'no answer', type = 'echo', age = 0, detail, payload = {} } = failing;
    const task_id = randomUUID();
    const requested_at = new Date(now()).toISOString();
    const audit = { client_ip: '127.0.0.1', payload_hash: 'none', actor: 'test' };
    await queue.enqueue({ task_id, task_type: type, requested_by: 'tester', requested_at, payload }, { audit });
    const error = { code, message, ...(detail === undefined ? {} : { detail }) };
    const finished_at = new Date(now() - age * 1000).toISOString();
    await queue.report(callbackSchema.parse({ task_id, status: 'failed', error, finished_at }));
    return task_id;
  }

  const fixture: LettersFixture = {
    ...supervisor,
    queue,
    letters,
    connection,
    queueName,
    receiver,
    fail,
    async spoil() {
      const task_id = randomUUID();
      const audit = { client_ip: '127.0.0.1', payload_hash: 'none', actor: 'test' };
      const envelope = { task_id, task_type: 'echo', requested_by: 'x', requested_at: new Date(now()).toISOString() };
      await queue.enqueue({ ...envelope, payload: {} }, { audit });
      await connection.hset(`{nexus}:${queueName}:${task_id}`, 'data', '{"envelope":"no task"}');
      await queue.report(callbackSchema.parse({ task_id, status: 'failed', error: { code: 'UNKNOWN', message: '?' } }));
      return task_id;
    },
    async finish(taskId, status, error) {
      const attempts = (await queue.read(taskId))?.attempts ?? [];
      const attempt = Math.max(0, ...attempts.map((each) => each.attempt)) + 1;
      const body = { task_id: taskId, status, attempt, ...(error === undefined ? {} : { error }) };
      await queue.report(callbackSchema.parse(body));
    },
    turn: async (loop) => loops[loop]?.run(),
    advance: (seconds) => void (offset += seconds * 1000),
    async audited(event) {
      const entries = await connection.xrange('{nexus}:audit', '-', '+');
      return entries.map(([, fields]) => pairsOf(fields)).filter((fields) => fields['event'] === event);
    },
    async snapshot() {
      const keys = (await connection.keys(`*${queueName}*`)).filter((key) => !key.includes(':plan:')).toSorted();
      const dumps = await Promise.all(keys.map((key) => connection.dumpBuffer(key)));
      return keys.map((key, at) => `${key} ${dumps[at]?.toString('base64')}`).join('\n');
    },
  };
  async function close(): Promise<void> {
    await supervisor.close();
    await queue.close();
    await connection.flushall();
    connection.disconnect();
  }
  return { fixture, close };
}

function alertSettings(redis: TestRedis, env: Record<string, string>) {
  const settings = readSettings(settingsVariables, { REDIS_URL: redis.url, ...env });
  if (!settings.ok) throw new Error(JSON.stringify(settings.problems));
  return settings.values;
}

function pairsOf(fields: string[]): Record<string, string> {
  const pairs: Record<string, string> = {};
  for (let at = 0; at < fields.length; at += 2) pairs[fields[at] ?? ''] = fields[at + 1] ?? '';
  return pairs;
}

/** The body of an answer that has to be a success. */
export function bodyOf<Body>(answer: { ok: true; body: Body } | ClientFailure): Body {
  if (!answer.ok) throw new Error(`${answer.status} ${answer.code}: ${answer.message}`);
  return answer.body;
}
