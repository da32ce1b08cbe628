import type { Callback, Park, Task, TaskEnvelope } from '@nexus/contracts';
import { PARKS } from '@nexus/contracts';
import { redisHealth } from '@nexus/runtime';
import type { Redis } from 'ioredis';
import { ChangeFeed } from './change-feed.ts';
import { enqueueTask } from './enqueue-task.ts';
import { listTasks } from './list-tasks.ts';
import { queueKeys } from './queue-keys.ts';
import { bindScripts, type RunScript } from './queue-scripts.ts';
import { reconcileTasks } from './reconcile-tasks.ts';
import { applyReport } from './apply-report.ts';
import { type RetryPolicy, retrySteps } from './retry-policy.ts';
import { createScheduler } from './scheduler.ts';
import type { CancelOutcome, TaskQueue } from './task-queue.ts';
import { TASK_FIELDS, type TaskRow, viewTask } from './task-view.ts';

export type TaskQueueOptions = {
  /** Connection for commands: fails fast while Redis is away. Stays the caller's to close. */
  connection: Redis;
  /** A new connection for blocking reads; closed by this library. */
  connectBlocking: () => Redis;
  /** TASK_QUEUE. */
  queueName: string;
  retry: RetryPolicy;
  /** How long a terminal task is kept after its last change. 0 = until the next sweep. */
  taskTtlSeconds: number;
  /** How long automatic requeue of a task is locked after its retries are used up. 0 = no lock. */
  taskLockSeconds: number;
  /** Epoch milliseconds. */
  now: () => number;
  /** Errors of background work: connections, schedules. Never the outcome of a call. */
  onError: (error: unknown) => void;
};

/** What the operations of this library work with. */
export type QueueContext = TaskQueueOptions & {
  keys: ReturnType<typeof queueKeys>;
  run: RunScript;
  /** Options of every job, as JSON: how it is retried. */
  jobOptions: string;
  readMany: (ids: string[]) => Promise<(Task | undefined)[]>;
};

/** Tasks on BullMQ: the one place that knows how a task is kept. Opens nothing until the first call that needs it. */
export function createTaskQueue(options: TaskQueueOptions): TaskQueue {
  const context = openContext(options);
  const feed = new ChangeFeed({ connect: options.connectBlocking, stream: context.keys.events });
  const scheduler = createScheduler(options);
  return {
    enqueue: (envelope: Omit<TaskEnvelope, 'idempotency_key'>, request) => enqueueTask(context, envelope, request),
    read: async (taskId) => (await context.readMany([taskId]))[0],
    list: (query) => listTasks(query, { connection: options.connection, keys: context.keys, read: context.readMany }),
    cancel: (taskId, request) => cancelTask(context, taskId, request),
    report: (callback: Callback) => applyReport(context, callback),
    watch: (taskId, listener) => feed.watch(taskId, listener),
    sweep: () => sweepTasks(context),
    reconcile: () => reconcileTasks(context),
    parked: () => countParked(context),
    check: () => redisHealth(options.connection),
    schedule: (jobs) => scheduler.schedule(jobs),
    async close() {
      feed.close();
      await scheduler.close();
    },
  };
}

function openContext(options: TaskQueueOptions): QueueContext {
  const keys = queueKeys(options.queueName);
  const run = bindScripts(options.connection);
  return {
    ...options,
    keys,
    run,
    jobOptions: JSON.stringify(retrySteps(options.retry)),
    async readMany(ids) {
      if (ids.length === 0) return [];
      const rows = (await run('read', [keys.jobs], TASK_FIELDS.length, ...TASK_FIELDS, ...ids)) as (TaskRow | null)[];
      return ids.map((id, at) => (rows[at] ? viewTask(id, rows[at]) : undefined));
    },
  };
}

async function cancelTask(
  context: QueueContext,
  taskId: string,
  request: { by: string; reason?: string },
): Promise<CancelOutcome> {
  const { keys, run, now } = context;
  const message = request.reason ? `Cancelled by ${request.by}: ${request.reason}` : `Cancelled by ${request.by}.`;
  const error = JSON.stringify({ code: 'CANCELLED', message });
  const record = JSON.stringify({ ...request, at: new Date(now()).toISOString() });
  const outcome = (await run('cancel', [keys.jobs, keys.index], taskId, now(), error, record, keys.cancelChannel)) as
    'not_found' | 'terminal' | 'cancelled' | 'cancelling';
  const task = outcome === 'not_found' ? undefined : (await context.readMany([taskId]))[0];
  return outcome === 'not_found' || task === undefined ? { outcome: 'not_found' } : { outcome, task };
}

async function sweepTasks(context: QueueContext): Promise<number> {
  const { keys, run } = context;
  const batch = 200;
  const before = context.now() - context.taskTtlSeconds * 1000;
  let removed = 0;
  for (;;) {
    const count = Number(await run('sweep', [keys.jobs, keys.index, keys.audit], before, batch));
    removed += count;
    if (count < batch) return removed;
  }
}

async function countParked({ run, keys }: QueueContext): Promise<Record<Park, number>> {
  const counts = await Promise.all(
    PARKS.map(async (park) => {
      const causes = (await run('causes', [keys.index], park, '', '')) as [cell: string, count: number][];
      return [park, causes.reduce((sum, [, count]) => sum + count, 0)] as const;
    }),
  );
  return Object.fromEntries(counts) as Record<Park, number>;
}
