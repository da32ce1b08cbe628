import { routes, type SignaturePolicy } from '@nexus/contracts';
import type { Clock, HealthCheck, Logger } from '@nexus/runtime';
import { createAuthorize, createHttpApp, type ApiKeys, type HttpApp } from '@nexus/runtime/http';
import type { DeadLetters, TaskQueue } from '@nexus/task-queue';
import { createAlarmHandlers } from './alarm/alarm-handlers.ts';
import { createAlertHandlers } from './alerts/alert-handlers.ts';
import type { Alerts } from './alerts/alerts.ts';
import { createCallbackHandlers } from './callback/callback-handlers.ts';
import type { KeySource } from './callback/key-source.ts';
import type { NonceStore } from './callback/nonce-store.ts';
import { createFileHandlers } from './file/file-handlers.ts';
import type { FileStore } from './file/file-store.ts';
import type { Finops } from './finops/create-finops.ts';
import { createFinopsHandlers } from './finops/finops-handlers.ts';
import { finopsJobs, watchBudgets } from './finops/finops-jobs.ts';
import { createHoldHandlers } from './hold/hold-handlers.ts';
import type { Llm } from './llm/create-llm.ts';
import { createLlmHandlers, watchBreakers } from './llm/llm-handlers.ts';
import type { SupervisorMetrics } from './metrics.ts';
import { backgroundJobs, startLoops } from './ops/background-loops.ts';
import { createOpsHandlers } from './ops/ops-handlers.ts';
import { classifyStoreError } from './ops/store-unavailable.ts';
import type { Wait } from './task/task-events.ts';
import { createTaskHandlers } from './task/task-handlers.ts';
import { createTriage } from './triage/create-triage.ts';
import type { TriageOptions } from './triage/triage-ports.ts';

/** The world as the supervisor sees it. */
export type SupervisorPorts = {
  queue: TaskQueue;
  letters: DeadLetters;
  alerts: Alerts;
  llm: Llm;
  finops: Finops;
  nonces: NonceStore;
  files: FileStore;
  /** Keys that callbacks are signed with. */
  signingKeys: KeySource;
  redisCheck: HealthCheck;
  metrics: SupervisorMetrics;
  logger: Logger;
  now: Clock;
  newId: () => string;
  wait: Wait;
  /** Aborted when the process shuts down: what runs on the side ends. */
  closing: AbortSignal;
};

/** How it behaves. */
export type SupervisorOptions = {
  apiKeys: ApiKeys;
  callback: { policy: SignaturePolicy; nonceTtlSeconds: number };
  retryDelays: readonly number[];
  retryQueuePrefix: string;
  triage: TriageOptions;
  maxFileBytes: number;
  maxStreams: number;
};

export type Supervisor = {
  app: HttpApp;
  /** Starts the background loops, as soon as the store is there. Resolves when they run or the signal aborts. */
  startLoops(signal: AbortSignal): Promise<void>;
  /** Resolves when nothing runs on the side any more; soon after `closing`. */
  idle(): Promise<void>;
};

/**
 * The story: a client uploads files and creates a task; the task waits in the queue until an agent takes it; the agent
 * reports what becomes of it; the client follows the task to its end and downloads what it made. A task that fails for
 * good is a dead letter: triage and operators send it back, hold it for a fix, or alert people about it. In the background
 * queue and index are kept in agreement, alerts and large operations are carried on, and what is over is swept away.
 * Agents ask language models through its doors only, and every cent of it is in the ledger.
 */
export function supervise(ports: SupervisorPorts, options: SupervisorOptions): Supervisor {
  const { queue, letters, alerts, llm, finops, files, logger, now, newId, wait } = ports;
  const { nonces, signingKeys: keys } = ports;
  const metrics = ports.metrics.handles;
  const queueLabels = { retryPrefix: options.retryQueuePrefix, dlq: options.triage.parkLabels.dlq };
  const accounting = { metrics, logger, retryDelays: options.retryDelays, queueLabels };
  const triage = createTriage({ ...ports, ...options.triage, metrics });

  const app: HttpApp = createHttpApp({
    routes,
    handlers: {
      ...createFileHandlers({ files, logger, maxBytes: options.maxFileBytes }),
      ...createTaskHandlers({ queue, letters, metrics, logger, now, wait, newId, maxStreams: options.maxStreams }),
      ...createCallbackHandlers({ ...accounting, ...options.callback, queue, now, nonces, keys }),
      ...triage.handlers,
      ...createHoldHandlers(triage.ports),
      ...createAlarmHandlers(triage.ports),
      ...createAlertHandlers({ alerts }),
      ...createLlmHandlers(llm, { metrics, now, newId }),
      ...createFinopsHandlers(finops, { logger, now }),
      ...createOpsHandlers({
        checks: { redis: ports.redisCheck, queue: () => queue.check(), files: () => files.check() },
        expose: () => ports.metrics.expose(),
        isClosing: () => app.isClosing(),
        providers: () => llm.configured(),
        now,
      }),
    },
    authorize: createAuthorize(options.apiKeys),
    logger,
    classify: classifyStoreError,
    onRequest: ({ method, route, status, seconds }) =>
      metrics.httpDuration.observe({ method, route, status: String(status) }, seconds),
  });

  ports.metrics.beforeScrape(async () => {
    const parked = await queue.parked();
    for (const [park, count] of Object.entries(parked)) metrics.parkedTasks.set({ park }, count);
  });
  ports.metrics.beforeScrape(async () => void (await alerts.waiting()));
  ports.metrics.beforeScrape(() => llm.catchUp());
  ports.metrics.beforeScrape(() => watchBreakers(llm, metrics));
  ports.metrics.beforeScrape(() => watchBudgets(finops, metrics));

  const loops = { ...accounting, queue, files, alerts, triage: triage.ports, operations: triage.operations };

  const jobs = { ...backgroundJobs(loops), ...finopsJobs({ finops, metrics, logger }) };

  return {
    app,
    startLoops: (signal) => startLoops(queue, jobs, { logger, wait, signal, before: () => finops.applyBudgets() }),
    idle: () => triage.operations.idle(),
  };
}
