import type { Progress, TaskEnvelope } from '@nexus/contracts';
import type { Failure } from '@nexus/failure-taxonomy';
import type { Redis } from 'ioredis';

/** What a handler gets. `attempt` counts deliveries from 1; `signal` aborts on cancel and on shutdown. */
export type Delivery = {
  envelope: TaskEnvelope;
  attempt: number;
  signal: AbortSignal;
  /** Shows progress on the task. May be called often; a call that comes too soon after the last one is merged. */
  progress: (progress: Progress) => Promise<void>;
};

/**
 * Does one task. Delivery is at least once: doing it twice must be harmless. Returns the task's result (a JSON object up
 * to 256 KiB) or throws; what it throws is classified, and its code decides about a retry.
 */
export type TaskHandler = (delivery: Delivery) => Promise<Record<string, unknown>>;

/** How one attempt ended, told after the queue has it. `willRetry` is false in the final one. Times in epoch milliseconds. */
export type FinishedAttempt = {
  envelope: TaskEnvelope;
  attempt: number;
  startedAt: number;
  finishedAt: number;
  retries: number;
} & (
  { status: 'succeeded'; result: Record<string, unknown> } | { status: 'failed'; failure: Failure; willRetry: boolean }
);

export type TaskConsumerOptions = {
  /** A new connection that waits for Redis instead of failing; closed by the consumer. */
  connect: () => Redis;
  /** TASK_QUEUE. */
  queueName: string;
  /** By task type. A task of another type fails with UNKNOWN_TASK_TYPE. */
  handlers: Record<string, TaskHandler>;
  /** Tasks this process runs at the same time. */
  concurrency: number;
  /** Shown as the attempt's worker. */
  workerName: string;
  /** A worker that is silent this long has lost its tasks to the others. Milliseconds. */
  lockMs: number;
  /** TASK_LOCK_TTL_SECONDS of the platform. */
  taskLockSeconds: number;
  now: () => number;
  random: () => number;
  onStarted: (delivery: { envelope: TaskEnvelope; attempt: number }) => void;
  onFinished: (attempt: FinishedAttempt) => void;
  onError: (error: unknown) => void;
};

/** A running consumer. */
export type TaskConsumer = {
  /** Resolves when the consumer takes tasks. */
  ready(): Promise<void>;
  /**
   * Takes no new task, lets running ones finish until the deadline, hands the rest back to the queue without burning an
   * attempt, and closes its connections. Idempotent.
   */
  close(options: { graceMs: number }): Promise<void>;
};
