import { routes, type SignaturePolicy } from '@nexus/contracts';
import type { Clock, HealthCheck, Logger } from '@nexus/runtime';
import { createAuthorize, createHttpApp, type ApiKeys, type HttpApp } from '@nexus/runtime/http';
import type { TaskQueue } from '@nexus/task-queue';
import { createCallbackHandlers } from './callback/callback-handlers.ts';
import type { KeySource } from './callback/key-source.ts';
import type { NonceStore } from './callback/nonce-store.ts';
import { createFileHandlers } from './file/file-handlers.ts';
import type { FileStore } from './file/file-store.ts';
import type { SupervisorMetrics } from './metrics.ts';
import { backgroundJobs, startLoops } from './ops/background-loops.ts';
import { createOpsHandlers } from './ops/ops-handlers.ts';
import { classifyStoreError } from './ops/store-unavailable.ts';
import type { Wait } from './task/task-events.ts';
import { createTaskHandlers } from './task/task-handlers.ts';

/** The world as the supervisor sees it. */
export type SupervisorPorts = {
  queue: TaskQueue;
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
};

/** How it behaves. */
export type SupervisorOptions = {
  apiKeys: ApiKeys;
  callback: { policy: SignaturePolicy; nonceTtlSeconds: number };
  retryDelays: readonly number[];
  maxFileBytes: number;
  maxStreams: number;
};

export type Supervisor = {
  app: HttpApp;
  /** Starts the background loops, as soon as the store is there. Resolves when they run or the signal aborts. */
  startLoops(signal: AbortSignal): Promise<void>;
};

/**
 * The story: a client uploads files and creates a task; the task waits in the queue until an agent takes it; the agent
 * reports what becomes of it; the client follows the task to its end and downloads what it made. In the background queue
 * and index are kept in agreement, and what is over is swept away.
 */
export function supervise(ports: SupervisorPorts, options: SupervisorOptions): Supervisor {
  const { queue, files, logger, now, wait } = ports;
  const metrics = ports.metrics.handles;
  const accounting = { metrics, logger, retryDelays: options.retryDelays };

  const app: HttpApp = createHttpApp({
    routes,
    handlers: {
      ...createFileHandlers({ files, logger, maxBytes: options.maxFileBytes }),
      ...createTaskHandlers({ queue, metrics, logger, now, wait, newId: ports.newId, maxStreams: options.maxStreams }),
      ...createCallbackHandlers({
        ...accounting,
        ...options.callback,
        queue,
        now,
        nonces: ports.nonces,
        keys: ports.signingKeys,
      }),
      ...createOpsHandlers({
        checks: { redis: ports.redisCheck, queue: () => queue.check(), files: () => files.check() },
        expose: () => ports.metrics.expose(),
        isClosing: () => app.isClosing(),
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

  return {
    app,
    startLoops: (signal) =>
      startLoops(queue, backgroundJobs({ ...accounting, queue, files }), { logger, wait, signal }),
  };
}
