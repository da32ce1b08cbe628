import type { Task, TaskError } from '@nexus/contracts';
import type { Logger } from '@nexus/runtime';
import type { UnreportedTask } from '@nexus/task-queue';
import type { MetricHandles } from '../metrics.ts';

/** A report that changed a task, whether an agent sent it or the reconciler found it undelivered. */
export type AcceptedReport = {
  task: Task;
  attempt: number;
  status: 'running' | 'succeeded' | 'failed';
  willRetry: boolean;
  error: TaskError | undefined;
  /** What the agent measured; absent = nothing to record. */
  durationMs: number | undefined;
};

export type AccountingPorts = {
  metrics: MetricHandles;
  logger: Logger;
  /** Delays of the retry steps in seconds; the last one repeats. */
  retryDelays: readonly number[];
};

/** Counts a report and writes its audit line. To be called once for each report that changed something. */
export function accountReport(ports: AccountingPorts, report: AcceptedReport, callback?: unknown): void {
  const { metrics, logger } = ports;
  const { task, status, willRetry, durationMs } = report;
  const { task_id, task_type } = task;
  const code = report.error?.code ?? 'UNKNOWN';
  metrics.taskStatus.increment({ task_type, status: willRetry ? 'queued' : status });
  if (status === 'failed') countFailure(ports, report, code);
  if (status !== 'running' && durationMs !== undefined) metrics.taskDuration.observe({ task_type }, durationMs / 1000);
  logger.info('Task updated', {
    event: 'TASK_UPDATE',
    task_id,
    task_type,
    status: task.status,
    attempt: report.attempt,
    ...(durationMs === undefined ? {} : { duration_ms: durationMs }),
    ...(status === 'failed' ? { error_code: code } : {}),
    ...(callback === undefined ? { unreported: true } : { callback }),
  });
}

function countFailure(
  { metrics, retryDelays }: AccountingPorts,
  { task, willRetry }: AcceptedReport,
  code: string,
): void {
  const { task_type } = task;
  metrics.agentFail.increment({ task_type, failure_code: code });
  if (willRetry) {
    const step = Math.min(Math.max(1, task.retry_count), retryDelays.length);
    metrics.retries.increment({ task_type, delay: `${retryDelays[step - 1] ?? 0}s` });
    return;
  }
  if (code !== 'CANCELLED') metrics.dlq.increment({ task_type, failure_code: code });
}

/** A finished task whose final callback never came, as the report it would have been. */
export function reportOfUnreported({ task, attempt }: UnreportedTask): AcceptedReport {
  const last = task.attempts.findLast((entry) => entry.attempt === attempt);
  const measured =
    last?.started_at && last.finished_at ? Date.parse(last.finished_at) - Date.parse(last.started_at) : undefined;
  return {
    task,
    attempt,
    status: task.status === 'succeeded' ? 'succeeded' : 'failed',
    willRetry: false,
    error: task.error ?? undefined,
    durationMs: measured,
  };
}
