import { normalizeMessage } from '@nexus/failure-taxonomy';
import { bounded, defineMetric, type Logger, type Metrics } from '@nexus/runtime';
import type { FinishedAttempt } from '@nexus/task-queue';

/** Every metric of an agent's process. */
export const agentMetrics = {
  attempts: defineMetric({
    kind: 'counter',
    name: 'nexus_worker_attempts_total',
    help: 'Attempts this worker finished, by outcome (succeeded, retry, failed).',
    labels: { task_type: bounded(100), outcome: bounded(3) },
  }),
  duration: defineMetric({
    kind: 'histogram',
    name: 'nexus_worker_attempt_duration_seconds',
    help: 'How long attempts took, from their start to their end.',
    labels: { task_type: bounded(100) },
    buckets: [0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 900],
  }),
  callbackFailures: defineMetric({
    kind: 'counter',
    name: 'nexus_worker_callback_failures_total',
    help: 'Reports to the supervisor that were given up, by reported status.',
    labels: { status: bounded(3) },
  }),
};

/** Counts one finished attempt and logs it. */
export function countAttempt(
  handles: Metrics<typeof agentMetrics>['handles'],
  attempt: FinishedAttempt,
  logger: Logger,
): void {
  const { task_id, task_type } = attempt.envelope;
  const outcome = attempt.status === 'succeeded' ? 'succeeded' : attempt.willRetry ? 'retry' : 'failed';
  const milliseconds = Math.max(0, attempt.finishedAt - attempt.startedAt);
  handles.attempts.increment({ task_type, outcome });
  handles.duration.observe({ task_type }, milliseconds / 1000);
  const fields = { task_id, task_type, attempt: attempt.attempt, duration_ms: milliseconds };
  if (attempt.status === 'succeeded') {
    logger.info('An attempt succeeded', { event: 'ATTEMPT_SUCCEEDED', ...fields });
    return;
  }
  logger.warn('An attempt failed', {
    event: 'ATTEMPT_FAILED',
    ...fields,
    failure_code: attempt.failure.code,
    // Without quoted values, numbers and paths: a file's or room's name can be a person's.
    reason: normalizeMessage(attempt.failure.message),
    will_retry: attempt.willRetry,
  });
}
