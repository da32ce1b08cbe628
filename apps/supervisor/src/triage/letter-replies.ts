import type { MoveReport } from '@nexus/task-queue';
import { movedBy } from './account-move.ts';
import type { MoveOutcome } from './move-letters.ts';

/** What every answer about letters has in common. */
export type LetterCounts = Pick<
  MoveReport,
  'total' | 'truncated' | 'skipped_age' | 'skipped_cap' | 'skipped_locked' | 'skipped_policy' | 'errors'
>;

/** Counts of an answer that only reads: nothing is passed over. */
export function readingCounts(counts: { total: number; truncated: boolean; errors: number }): LetterCounts {
  return { ...counts, skipped_age: 0, skipped_cap: 0, skipped_locked: 0, skipped_policy: 0 };
}

/** The counts of a move that every answer carries. */
export function letterCounts(report: MoveReport): LetterCounts {
  const { total, truncated, skipped_age, skipped_cap, skipped_locked, skipped_policy, errors } = report;
  return { total, truncated, skipped_age, skipped_cap, skipped_locked, skipped_policy, errors };
}

function acting({ report, dryRun, planHash, operationId }: MoveOutcome) {
  return {
    scanned: report.scanned,
    dry_run: dryRun,
    ...letterCounts(report),
    ids: report.ids.slice(0, 20),
    ...(planHash === undefined ? {} : { plan_hash: planHash }),
    ...(operationId === undefined ? {} : { operation_id: operationId }),
  };
}

/** Answer of the requeue routes. */
export function requeueReply(outcome: MoveOutcome) {
  const { report, order } = outcome;
  return { status: 200 as const, body: { ...acting(outcome), moved: report.acted.requeue, mode: order.mode } };
}

/** Answer of the purge routes. */
export function purgeReply(outcome: MoveOutcome) {
  return { status: 200 as const, body: { ...acting(outcome), purged: outcome.report.acted.purge } };
}

/** Answer of POST /dlq/route. */
export function routeReply(outcome: MoveOutcome) {
  const { report, order } = outcome;
  return { status: 200 as const, body: { ...acting(outcome), moved: movedBy(report), mode: order.mode } };
}

/** Answer of POST /dlq/alarm. */
export function alarmReply(outcome: MoveOutcome) {
  const { body } = routeReply(outcome);
  return { status: 200 as const, body: { ...body, send_alert: outcome.order.send_alert, alerted: outcome.alerted } };
}

/** Answer of POST /dlq/apply. */
export function applyReply(outcome: MoveOutcome) {
  const { order, report, alerted } = outcome;
  const { requeue, hold, alarm, stay } = report.acted;
  const body = {
    ...acting(outcome),
    send_alert: order.send_alert,
    acted: { requeue, hold, alarm, ignore: stay },
    alerted,
  };
  return { status: 200 as const, body };
}

/** What an operation did, by what it did. */
export function actedCounts({ requeue, hold, alarm, purge, stay }: MoveReport['acted']) {
  return { requeue, hold, alarm, purge, ignore: stay };
}
