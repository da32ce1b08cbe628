import type { CallbackInput, TaskEnvelope } from '@nexus/contracts';
import type { FinishedAttempt } from '@nexus/task-queue';

/** The report that an attempt has begun. */
export function startReportOf({ envelope, attempt }: { envelope: TaskEnvelope; attempt: number }): CallbackInput {
  return { task_id: envelope.task_id, attempt, status: 'running' };
}

/** The report of how an attempt ended. Messages are cut to what the contract allows. */
export function reportOf(attempt: FinishedAttempt): CallbackInput {
  const report = {
    task_id: attempt.envelope.task_id,
    attempt: attempt.attempt,
    finished_at: new Date(attempt.finishedAt).toISOString(),
    metrics: {
      duration_ms: Math.max(0, Math.round(attempt.finishedAt - attempt.startedAt)),
      retries: attempt.retries,
    },
  };
  // The result is in the queue already; sending it along would only risk the API's size limit.
  if (attempt.status === 'succeeded') return { ...report, status: 'succeeded' };
  const { code, message } = attempt.failure;
  return {
    ...report,
    status: 'failed',
    will_retry: attempt.willRetry,
    error: { code, message: message.slice(0, 4000) },
  };
}
