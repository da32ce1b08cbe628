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
  /** How logs call what waits for a retry (followed by the delay) and what became a dead letter. */
  queueLabels: { retryPrefix: string; dlq: string };
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
    ...(status === 'failed' ? { error_code: code, ...queueOf(ports, report, code) } : {}),
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
    metrics.retries.increment({ task_type, delay: delayOf(task, retryDelays) });
    return;
  }
  if (code !== 'CANCELLED') metrics.dlq.increment({ task_type, failure_code: code });
}

/** The step of a retry as labels name it, e.g. `30s`. */
function delayOf({ retry_count }: Task, retryDelays: readonly number[]): string {
  const step = Math.min(Math.max(1, retry_count), retryDelays.length);
  return `${retryDelays[step - 1] ?? 0}s`;
}

/** Where a failed task went: into the row of its retry or among the dead letters; a cancelled one went nowhere. */
function queueOf({ queueLabels, retryDelays }: AccountingPorts, report: AcceptedReport, code: string) {
  if (report.willRetry) return { queue: `${queueLabels.retryPrefix}.${delayOf(report.task, retryDelays)}` };
  return code === 'CANCELLED' ? {} : { queue: queueLabels.dlq };
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
