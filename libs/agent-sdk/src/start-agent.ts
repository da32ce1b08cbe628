import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from '@nexus/contracts';
import {
  connectRedis,
  type Logger,
  redisHealth,
  registerMetrics,
  type RunningService,
  type SettingValues,
  startHealthServer,
} from '@nexus/runtime';
import { createTaskConsumer } from '@nexus/task-queue';
import type { Agent } from './agent.ts';
import { agentMetrics, countAttempt } from './agent-metrics.ts';
import type { agentVariables } from './agent-settings.ts';
import { CallbackOutbox } from './callback-outbox.ts';
import { handlerFor } from './handler-for.ts';
import { reportOf, startReportOf } from './report-of.ts';
import { createSendCallback } from './send-callback.ts';
import { openWorkFolder } from './work-folder.ts';

export type AgentSettings = SettingValues<typeof agentVariables>;

/** How long reports may still take once the tasks are done. */
export const DRAIN_MS = 5_000;

/** A running agent and where its health is. */
export type RunningAgent = RunningService & { port: number };

/** Settings → clients → consumer → health. Rejects when the health address is taken; Redis and supervisor may come later. */
export async function startAgent(agent: Agent, settings: AgentSettings, logger: Logger): Promise<RunningAgent> {
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
  const folders = await openWorkFolder(settings.WORKER_TEMP_DIR, agent.name);
  const health = connect();
  // First: an agent whose address is taken must not have begun to work.
  const server = await startHealthServer({
    host: settings.NEXUS_HOST,
    port: settings.NEXUS_WORKER_PORT,
    checks: { redis: () => redisHealth(health) },
    metrics,
    logger,
  }).catch((error: unknown) => {
    health.disconnect();
    throw error;
  });
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
  consumer.ready().then(
    () =>
      logger.info('The worker takes tasks', {
        event: 'WORKER_START',
        queue: settings.TASK_QUEUE,
        task_types: Object.keys(agent.tasks),
        provider: 'none',
        port: server.port,
      }),
    // Told to onError already; a worker that is stopped before Redis answered must not end as a crash.
    () => undefined,
  );
  return {
    port: server.port,
    async stop() {
      await consumer.close({ graceMs: settings.WORKER_GRACE_SECONDS * 1000 });
      await outbox.drain(DRAIN_MS);
      await server.close();
      health.disconnect();
      await rm(folders, { recursive: true, force: true });
    },
  };
}
