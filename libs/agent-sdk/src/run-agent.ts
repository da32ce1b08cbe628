import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from '@nexus/contracts';
import {
  connectRedis,
  createLogger,
  type Logger,
  redisHealth,
  registerMetrics,
  type RunningService,
  runService,
  settingsOrExit,
  type SettingValues,
  startHealthServer,
} from '@nexus/runtime';
import { createTaskConsumer } from '@nexus/task-queue';
import type { Agent } from './agent.ts';
import { agentMetrics, countAttempt } from './agent-metrics.ts';
import { agentRules, agentVariables } from './agent-settings.ts';
import { CallbackOutbox } from './callback-outbox.ts';
import { handlerFor } from './handler-for.ts';
import { reportOf, startReportOf } from './report-of.ts';
import { createSendCallback } from './send-callback.ts';

export type AgentSettings = SettingValues<typeof agentVariables>;

/** How long reports may still take once the tasks are done. */
const DRAIN_MS = 5_000;

/**
 * Runs an agent until a signal: takes its task types from the queue, reports to the supervisor, serves health and metrics.
 * The whole main.ts of an agent: `await runAgent(agent, process.env)`. Ends the process itself: 0 after a signal, 1 when
 * the start failed, 2 when a setting cannot be used.
 */
export async function runAgent(agent: Agent, env: Record<string, string | undefined>): Promise<void> {
  const settings = settingsOrExit(agentVariables, env, { rules: agentRules });
  const logger = createLogger({ level: settings.LOG_LEVEL, name: agent.name });
  await runService({
    name: agent.name,
    logger,
    deadlineMs: settings.WORKER_GRACE_SECONDS * 1000 + DRAIN_MS + 3_000,
    start: () => startAgent(agent, settings, logger),
  });
}

async function startAgent(agent: Agent, settings: AgentSettings, logger: Logger): Promise<RunningService> {
  const { handles, ...metrics } = registerMetrics(agentMetrics, { logger });
  const onError = (error: unknown) =>
    logger.warn('Background work failed and goes on', { event: 'AGENT_BACKGROUND_ERROR', error });
  const connect = () => connectRedis({ url: settings.REDIS_URL, purpose: 'blocking', name: agent.name, onError });
  const client = createClient({
    baseUrl: settings.SUPERVISOR_URL,
    key: settings.AGENT_API_KEY ?? settings.NEXUS_API_KEY,
    timeoutMs: 10_000,
  });
  const outbox = new CallbackOutbox({
    send: createSendCallback(
      client,
      {
        secret: settings.CALLBACK_SIGNATURE_SECRET,
        keysJson: settings.CALLBACK_SIGNATURE_SECRETS_JSON,
        keyIdHeader: settings.CALLBACK_SIGNATURE_KEY_ID_HEADER,
      },
      Date.now,
    ),
    delay: async (milliseconds, signal) =>
      void (await wait(milliseconds, undefined, { signal }).catch(() => undefined)),
    random: Math.random,
    now: Date.now,
    onUndelivered: ({ task_id, status }, failure) => {
      handles.callbackFailures.increment({ status });
      logger.error('A report to the supervisor was not delivered', {
        event: 'CALLBACK_FAILED',
        failure_code: 'CALLBACK_FAILED',
        task_id,
        status,
        http_status: failure.status,
        code: failure.code,
        reason: failure.message,
      });
    },
  });
  const post: CallbackOutbox['post'] = settings.CALLBACK_ENABLED ? (report) => outbox.post(report) : () => undefined;
  const folders = join(settings.WORKER_TEMP_DIR, `${agent.name}-${process.pid}`);
  await mkdir(folders, { recursive: true, mode: 0o700 });
  const health = connect();
  const consumer = createTaskConsumer({
    connect,
    queueName: settings.TASK_QUEUE,
    handlers: Object.fromEntries(
      Object.entries(agent.tasks).map(([type, task]) => [type, handlerFor(task, { client, logger, folders })]),
    ),
    concurrency: settings.WORKER_CONCURRENCY,
    workerName: `${agent.name}@${hostname()}:${process.pid}:${randomUUID().slice(0, 8)}`,
    lockMs: settings.WORKER_LOCK_SECONDS * 1000,
    taskLockSeconds: settings.TASK_LOCK_TTL_SECONDS,
    now: Date.now,
    random: Math.random,
    onStarted: (delivery) => post(startReportOf(delivery)),
    onFinished: (attempt) => {
      post(reportOf(attempt));
      countAttempt(handles, attempt, logger);
    },
    onError,
  });
  const server = await startHealthServer({
    host: settings.NEXUS_HOST,
    port: settings.NEXUS_WORKER_PORT,
    checks: { redis: () => redisHealth(health) },
    metrics,
    logger,
  });
  void consumer.ready().then(() =>
    logger.info('The worker takes tasks', {
      event: 'WORKER_START',
      queue: settings.TASK_QUEUE,
      task_types: Object.keys(agent.tasks),
      provider: 'none',
      port: server.port,
    }),
  );
  return {
    async stop() {
      await consumer.close({ graceMs: settings.WORKER_GRACE_SECONDS * 1000 });
      await outbox.drain(DRAIN_MS);
      await server.close();
      health.disconnect();
      await rm(folders, { recursive: true, force: true });
    },
  };
}
