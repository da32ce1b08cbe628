import type { Callback, Park, Task, TaskEnvelope, TaskStatus, TaskSummary } from '@nexus/contracts';

/** What a client may ask of the list. Instants are ISO 8601; `since` is inclusive, `until` exclusive, both on requested_at. */
export type TaskQuery = {
  limit: number;
  cursor?: string;
  status?: TaskStatus;
  task_type?: string;
  requested_by?: string;
  park?: Park;
  failure_code?: string;
  since?: string;
  until?: string;
};

/**
 * A page of tasks, newest first. `next_cursor` is null at the end; a page may hold fewer than `limit` items, or none,
 * and still have a next cursor when a narrow filter met its scan limit: nothing is hidden, the client just goes on.
 */
export type TaskPage = { items: TaskSummary[]; next_cursor: string | null };

/**
 * Idempotency of a create: `scope` (credential and route), the client's `key`, and `fingerprint` of the canonical body.
 * Kept for the tasks' TTL.
 */
export type IdempotencyKey = { scope: string; key: string; fingerprint: string };

export type EnqueueOutcome =
  /** The task waits; `replayed` = an earlier call with the same key and body made it. */
  | { outcome: 'queued'; task_id: string; requested_at: string; replayed: boolean }
  /** Same key, other body. */
  | { outcome: 'key_reused' };

/** Who created the task and from where, for the audit record. `payload_hash` is the SHA-256 of the canonical payload. */
export type AuditFields = { client_ip: string; payload_hash: string; actor: string };

export type CancelOutcome =
  | { outcome: 'cancelled'; task: Task }
  /** The worker was told to stop; the task ends CANCELLED, or with its true result if it finished first. */
  | { outcome: 'cancelling'; task: Task }
  | { outcome: 'terminal'; task: Task }
  | { outcome: 'not_found' };

export type ReportOutcome =
  | { outcome: 'not_found' }
  | {
      /** `duplicate`: this (attempt, status) was reported before. `ignored`: it would go backwards. Neither changes anything. */
      outcome: 'accepted' | 'duplicate' | 'ignored';
      task: Task;
      attempt: number;
    };

/** A finished task whose final callback nobody delivered (its worker died first), to be accounted for once. */
export type UnreportedTask = { task: Task; attempt: number };

/**
 * What one reconcile pass mended: letters indexed, index entries without a letter dropped, outcomes an agent reported
 * before it let go of the job carried over, and the finished tasks whose final callback never came (each returned exactly
 * once over all processes).
 */
export type ReconcileReport = {
  parked: number;
  unparked: number;
  settled: number;
  unreported: UnreportedTask[];
};

/** The supervisor's view of the tasks. While Redis cannot be reached every method throws within seconds; none hangs. */
export type TaskQueue = {
  /** Puts the task on the queue with its indexes and audit record, exactly once per idempotency key. */
  enqueue(
    envelope: Omit<TaskEnvelope, 'idempotency_key'>,
    options: { idempotency?: IdempotencyKey; audit: AuditFields },
  ): Promise<EnqueueOutcome>;
  /** The task, or undefined when there is none (or no more). */
  read(taskId: string): Promise<Task | undefined>;
  /** One page, or 'invalid_cursor' for a cursor that is not of this query. */
  list(query: TaskQuery): Promise<TaskPage | 'invalid_cursor'>;
  cancel(taskId: string, request: { by: string; reason?: string }): Promise<CancelOutcome>;
  /** Applies an agent's callback, monotonically and once per (task_id, attempt, status). */
  report(callback: Callback): Promise<ReportOutcome>;
  /**
   * Calls `listener` after every change of the task until the returned function is called. Only a wake-up: the listener
   * reads the task. Changes while Redis was away are not repeated: also read now and then.
   */
  watch(taskId: string, listener: () => void): () => void;
  /** Removes terminal tasks whose TTL is over; returns how many. Never touches a waiting, running, retrying or parked one. */
  sweep(): Promise<number>;
  /** Makes index and queue agree again after a crash at any point; idempotent, any number of processes may run it. */
  reconcile(): Promise<ReconcileReport>;
  /** Numbers of tasks by park label. */
  parked(): Promise<Record<Park, number>>;
  /** Redis answers, may write, and evicts nothing. `message` says what is wrong and what to do. */
  check(): Promise<{ ok: boolean; message?: string }>;
  /** Runs `job` every `everySeconds` once over all supervisors. Jobs are named and replaced by name. */
  schedule(jobs: Record<string, { everySeconds: number; run: () => Promise<void> }>): Promise<void>;
  close(): Promise<void>;
};
