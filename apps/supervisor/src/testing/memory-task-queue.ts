import { isFinalStatus, type Callback, type Task, type TaskEnvelope } from '@nexus/contracts';
import { iso, type Clock } from '@nexus/runtime';
import type { IdempotencyKey, ReportOutcome, TaskPage, TaskQuery, TaskQueue, UnreportedTask } from '@nexus/task-queue';

/** A task queue in memory for tests of the HTTP side: the port's answers without Redis, workers and time. */
export type MemoryTaskQueue = TaskQueue & {
  /** Every call rejects with this until it is undefined again. */
  fail(error: Error | undefined): void;
  /** The next create reaches the queue (`true`) or not, and then rejects: its outcome is unknown to the caller. */
  failNextEnqueue(error: Error, afterwards: { queued: boolean }): void;
  /** What the next reconcile returns as unreported. */
  leaveUnreported(found: UnreportedTask[]): void;
  jobs(): Parameters<TaskQueue['schedule']>[0];
};

type Kept = { task: Task; marks: Set<string> };

export function createMemoryTaskQueue({ now }: { now: Clock }): MemoryTaskQueue {
  const tasks = new Map<string, Kept>();
  const keys = new Map<string, { fingerprint: string; taskId: string }>();
  const listeners = new Map<string, Set<() => void>>();
  let broken: Error | undefined;
  let nextEnqueue: { error: Error; queued: boolean } | undefined;
  let unreported: UnreportedTask[] = [];
  let scheduled: Parameters<TaskQueue['schedule']>[0] = {};

  function assertUp(): void {
    if (broken) throw broken;
  }

  function change(kept: Kept, fields: Partial<Task>): void {
    kept.task = { ...kept.task, ...fields };
    for (const listener of listeners.get(kept.task.task_id) ?? []) listener();
  }

  function add(envelope: Omit<TaskEnvelope, 'idempotency_key'>): void {
    const { task_id, task_type, requested_by, requested_at } = envelope;
    tasks.set(task_id, { task: { ...emptyTask, task_id, task_type, requested_by, requested_at }, marks: new Set() });
  }

  return {
    fail: (error) => (broken = error),
    failNextEnqueue: (error, { queued }) => (nextEnqueue = { error, queued }),
    leaveUnreported: (found) => (unreported = found),
    jobs: () => scheduled,

    async enqueue(envelope, { idempotency }) {
      assertUp();
      const failing = nextEnqueue;
      nextEnqueue = undefined;
      if (failing?.queued !== false) {
        const before = idempotency === undefined ? undefined : keys.get(keyOf(idempotency));
        if (before && before.fingerprint !== idempotency?.fingerprint) return { outcome: 'key_reused' };
        const first = before === undefined ? undefined : tasks.get(before.taskId)?.task;
        if (first)
          return { outcome: 'queued', task_id: first.task_id, requested_at: first.requested_at, replayed: true };
        if (idempotency)
          keys.set(keyOf(idempotency), { fingerprint: idempotency.fingerprint, taskId: envelope.task_id });
        add(envelope);
      }
      if (failing) throw failing.error;
      return { outcome: 'queued', task_id: envelope.task_id, requested_at: envelope.requested_at, replayed: false };
    },

    async read(taskId) {
      assertUp();
      return tasks.get(taskId)?.task;
    },

    async list(query) {
      assertUp();
      return listOf(
        [...tasks.values()].map((kept) => kept.task),
        query,
      );
    },

    async cancel(taskId, { by, reason }) {
      assertUp();
      const kept = tasks.get(taskId);
      if (!kept) return { outcome: 'not_found' };
      if (isFinalStatus(kept.task.status)) return { outcome: 'terminal', task: kept.task };
      if (kept.task.status === 'running') return { outcome: 'cancelling', task: kept.task };
      const error = { code: 'CANCELLED', message: `Cancelled by ${by}${reason === undefined ? '.' : `: ${reason}`}` };
      change(kept, { status: 'failed', error, last_error: error, failure_code: 'CANCELLED', finished_at: iso(now()) });
      return { outcome: 'cancelled', task: kept.task };
    },

    async report(callback) {
      assertUp();
      const kept = tasks.get(callback.task_id);
      if (!kept) return { outcome: 'not_found' };
      return apply(kept, callback, (fields) => change(kept, { ...fields }));
    },

    watch(taskId, listener) {
      const watching = listeners.get(taskId) ?? new Set();
      watching.add(listener);
      listeners.set(taskId, watching);
      return () => void watching.delete(listener);
    },

    async sweep() {
      assertUp();
      return 0;
    },

    async reconcile() {
      assertUp();
      const found = unreported;
      unreported = [];
      return { parked: 0, unparked: 0, settled: 0, unreported: found };
    },

    async parked() {
      assertUp();
      const parks = [...tasks.values()].map((kept) => kept.task.park);
      const count = (park: string) => parks.filter((label) => label === park).length;
      return { dlq: count('dlq'), hold: count('hold'), alarm: count('alarm') };
    },

    async check() {
      return broken ? { ok: false, message: broken.message } : { ok: true };
    },

    async schedule(jobs) {
      assertUp();
      scheduled = jobs;
    },

    close: () => Promise.resolve(),
  };

  function apply(kept: Kept, callback: Callback, write: (fields: Partial<Task>) => void): ReportOutcome {
    const current = Math.max(1, ...kept.task.attempts.map((entry) => entry.attempt));
    const attempt = callback.attempt ?? current;
    const mark = `${attempt}:${callback.status}`;
    if (kept.marks.has(mark)) return { outcome: 'duplicate', task: kept.task, attempt };
    if (attempt < current || isFinalStatus(kept.task.status)) return { outcome: 'ignored', task: kept.task, attempt };
    kept.marks.add(mark);
    write(fieldsAfter(kept.task, callback, { attempt, at: iso(now()) }));
    return { outcome: 'accepted', task: kept.task, attempt };
  }
}

function fieldsAfter(task: Task, callback: Callback, { attempt, at }: { attempt: number; at: string }): Partial<Task> {
  const entry: Task['attempts'][number] = {
    attempt,
    started_at: at,
    finished_at: callback.status === 'running' ? null : at,
    outcome: callback.status,
    failure_code: callback.error?.code ?? null,
    error: callback.error ?? null,
    worker: null,
  };
  const attempts = [...task.attempts.filter((other) => other.attempt !== attempt), entry];
  const progress = callback.progress ?? task.progress;
  if (callback.status === 'running') return { status: 'running', started_at: at, attempts, progress };
  if (callback.status === 'succeeded') {
    return {
      status: 'succeeded',
      finished_at: callback.finished_at ?? at,
      result: callback.result ?? null,
      attempts,
      progress,
    };
  }
  const error = callback.error ?? { code: 'UNKNOWN', message: 'The agent gave no reason.' };
  const failed = { last_error: error, failure_code: error.code, attempts };
  if (callback.will_retry) return { ...failed, status: 'queued', retry_count: task.retry_count + 1 };
  return { ...failed, status: 'failed', error, finished_at: callback.finished_at ?? at, park: 'dlq' };
}

function listOf(all: Task[], query: TaskQuery): TaskPage | 'invalid_cursor' {
  const from = query.cursor === undefined ? 0 : Number(query.cursor.replace('at-', ''));
  if (Number.isNaN(from)) return 'invalid_cursor';
  const fits = (task: Task) =>
    (['status', 'task_type', 'requested_by', 'park', 'failure_code'] as const).every(
      (name) => query[name] === undefined || query[name] === task[name],
    );
  const matching = all.filter(fits).reverse();
  const items = matching.slice(from, from + query.limit).map(({ attempts: _attempts, ...summary }) => summary);
  const next = from + query.limit < matching.length ? `at-${from + query.limit}` : null;
  return { items, next_cursor: next };
}

function keyOf({ scope, key }: IdempotencyKey): string {
  return JSON.stringify([scope, key]);
}

const emptyTask = {
  status: 'queued',
  started_at: null,
  finished_at: null,
  result: null,
  error: null,
  retry_count: 0,
  last_error: null,
  next_retry_at: null,
  park: null,
  failure_code: null,
  attempts: [],
  progress: null,
  pr_url: null,
  issue_url: null,
} satisfies Partial<Task>;
