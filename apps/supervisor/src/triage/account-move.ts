import type { MoveReport } from '@nexus/task-queue';
import type { MoveOrder } from './move-order.ts';
import type { Actor, TriagePorts } from './triage-ports.ts';

/** Event of a route's log line and audit record. */
const events: Readonly<Record<string, string>> = {
  dlqRequeue: 'DLQ_REQUEUE',
  dlqPurge: 'DLQ_PURGE',
  dlqRoute: 'DLQ_ROUTE',
  dlqAlarm: 'DLQ_ALARM',
  dlqApply: 'DLQ_APPLY',
  holdPurge: 'HOLD_PURGE',
  holdRequeue: 'HOLD_REQUEUE',
  alarmPurge: 'ALARM_PURGE',
  alarmRequeue: 'ALARM_REQUEUE',
  dlqCreateOperation: 'DLQ_OPERATION',
};

/** Event of what an order does, e.g. `DLQ_REQUEUE`. */
export function auditEventOf({ route }: Pick<MoveOrder, 'route'>): string {
  return events[route] ?? 'DLQ_MOVE';
}

export type AccountedMove = {
  order: MoveOrder;
  report: MoveReport;
  dryRun: boolean;
  alerted: number;
  operationId: string | undefined;
};

/** Writes the log line of a move and counts what moved. Once for each move, dry runs included: they count nothing. */
export function accountMove(ports: TriagePorts, move: AccountedMove, actor: Actor): void {
  const { order, report, dryRun, operationId } = move;
  if (!dryRun) countMoved(ports, order, report);
  ports.logger.info(dryRun ? 'Letters counted for a move' : 'Letters moved', {
    event: auditEventOf(order),
    queue: ports.parkLabels[order.park],
    ...countsOf(order, report),
    dry_run: dryRun,
    mode: order.mode,
    force: order.force,
    filter: order.filter,
    total: report.total,
    scanned: report.scanned,
    skipped_age: report.skipped_age,
    skipped_cap: report.skipped_cap,
    skipped_locked: report.skipped_locked,
    skipped_policy: report.skipped_policy,
    errors: report.errors,
    alerted: move.alerted,
    by: actor.by,
    ...(actor.reason === undefined ? {} : { reason: actor.reason }),
    ...(operationId === undefined ? {} : { operation_id: operationId }),
  });
}

/** Counts letters that really moved, by where they came from and what they were. */
export function countMoved({ metrics }: Pick<TriagePorts, 'metrics'>, order: MoveOrder, report: MoveReport): void {
  for (const { failure_code, task_type, disposition, count } of report.moved) {
    metrics.lettersMoved.increment({ park: order.park, action: disposition, task_type, failure_code }, count);
  }
}

/** Letters moved, of whatever kind. */
export function movedBy({ acted }: Pick<MoveReport, 'acted'>): number {
  return acted.requeue + acted.hold + acted.alarm + acted.purge;
}

function countsOf({ action }: MoveOrder, report: MoveReport): Record<string, unknown> {
  if (action === 'purge') return { purged: report.acted.purge };
  return action === 'apply' ? { acted: report.acted } : { moved: movedBy(report) };
}
