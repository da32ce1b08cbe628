import { z } from 'zod';

/** Statuses of a task. `succeeded` and `failed` are final: only an operator's requeue starts a new cycle. */
export const TASK_STATUSES = ['queued', 'running', 'succeeded', 'failed'] as const;
export type TaskStatus = (typeof TASK_STATUSES)[number];

/** Park labels of a dead letter: one label on one failed job, never a copy. */
export const PARKS = ['dlq', 'hold', 'alarm'] as const;
export type Park = (typeof PARKS)[number];

/** ISO 8601 instant in UTC with `Z`, milliseconds optional. */
export const instant = z.iso.datetime();

/** What failed, in the shape every surface shows it: the code is stable, the message is a sentence, detail is data. */
export const taskErrorSchema = z.object({
  code: z.string(),
  message: z.string(),
  type: z.string().optional(),
  detail: z.record(z.string(), z.unknown()).optional(),
});
export type TaskError = z.infer<typeof taskErrorSchema>;

/** Progress an agent reports while it works; `total` 0 means unknown. */
export const progressSchema = z.object({
  done: z.number().min(0),
  total: z.number().min(0),
  message: z.string().max(500).optional(),
});
export type Progress = z.infer<typeof progressSchema>;

/** What the supervisor puts on the queue. Delivery is at least once: an agent must tolerate duplicates. */
export const taskEnvelopeSchema = z.object({
  task_id: z.uuid(),
  task_type: z.string(),
  requested_by: z.string(),
  requested_at: instant,
  idempotency_key: z.string().optional(),
  payload: z.record(z.string(), z.unknown()),
});
export type TaskEnvelope = z.infer<typeof taskEnvelopeSchema>;

/** Explicit headers beside the envelope in the job data. `x-retry-count` starts at 0; `failure_code` after a failure. */
export type TaskHeaders = { 'x-retry-count': number; failure_code?: string };

/** Data of the queue job of a task; the job id is the task id. */
export type TaskJobData = { envelope: TaskEnvelope; headers: TaskHeaders };

/**
 * One delivery of the task to a worker, numbered from 1 over the life of the task, or an operator's requeue between
 * deliveries (`outcome: "requeued"` with `by` and `at`). `lost` = the worker died or stalled.
 */
export const taskAttemptSchema = z.object({
  attempt: z.int().min(0),
  started_at: instant.nullable(),
  finished_at: instant.nullable(),
  outcome: z.enum(['running', 'succeeded', 'failed', 'cancelled', 'lost', 'requeued']),
  failure_code: z.string().nullable(),
  error: taskErrorSchema.nullable(),
  worker: z.string().nullable(),
  by: z.string().optional(),
  at: instant.optional(),
});
export type TaskAttempt = z.infer<typeof taskAttemptSchema>;

/** The task as `GET /tasks/{id}` and the event stream show it. */
export const taskSchema = z
  .object({
    task_id: z.uuid(),
    task_type: z.string(),
    requested_by: z.string(),
    requested_at: instant,
    status: z.enum(TASK_STATUSES),
    started_at: instant.nullable(),
    finished_at: instant.nullable(),
    result: z.record(z.string(), z.unknown()).nullable(),
    error: taskErrorSchema.nullable(),
    retry_count: z.int().min(0),
    last_error: taskErrorSchema.nullable(),
    next_retry_at: instant.nullable(),
    park: z.enum(PARKS).nullable(),
    failure_code: z.string().nullable(),
    attempts: z.array(taskAttemptSchema),
    progress: progressSchema.nullable(),
    pr_url: z.string().nullable(),
    issue_url: z.string().nullable(),
  })
  .meta({ id: 'Task' });
export type Task = z.infer<typeof taskSchema>;

/** A task in a list: everything but the attempts. */
export const taskSummarySchema = taskSchema.omit({ attempts: true }).meta({ id: 'TaskSummary' });
export type TaskSummary = z.infer<typeof taskSummarySchema>;

/** True for a status that only an operator's requeue can leave. */
export function isFinalStatus(status: TaskStatus): boolean {
  return status === 'succeeded' || status === 'failed';
}
