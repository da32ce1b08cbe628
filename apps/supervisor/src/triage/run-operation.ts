import type { MoveLimits, MoveRequest, OperationRecord, OperationStep } from '@nexus/task-queue';
import { countMoved, movedBy } from './account-move.ts';
import { deliverAlerts } from './deliver-alerts.ts';
import { judgeCanary } from './judge-canary.ts';
import { moveRequestOf } from './move-letters.ts';
import { digestInForce } from './move-order.ts';
import { recordOf, type OperationState } from './operation-state.ts';
import type { TriagePorts } from './triage-ports.ts';

/** How an operation ended, and what a person has to know about it. */
export type OperationEnd = { status: 'succeeded' | 'stopped' | 'cancelled' | 'failed'; error?: string };

/** An operation that this process holds the lease of. */
export type RunningOperation = { step: OperationStep; state: OperationState };

/** Most letters moved by one step: some milliseconds of Redis. */
const BATCH = 500;

const otherPolicy =
  'the triage policy has changed since it was created; what it moved stays moved, create it again for the rest';

/** Moves letters until it has ended, somebody else has it ('lost'), or it has to wait. Rejects when the store is away. */
export async function runOperation(
  ports: TriagePorts,
  running: RunningOperation,
): Promise<OperationEnd | 'lost' | 'waits'> {
  const { step } = running;
  let { state } = running;
  if (step.operation.cancelled) return { status: 'cancelled' };
  if (dependsOnPolicy(state) && state.policy !== digestInForce(ports)) return { status: 'failed', error: otherPolicy };
  if (step.operation.status === 'canary') {
    const verdict = await judgeCanary(ports, { operation: step.operation, state });
    if (verdict.verdict === 'wait') return 'waits';
    if (verdict.verdict === 'stop') return { status: 'stopped', error: verdict.why };
    state = { ...state, canary_passed: true };
    await step.update({ status: 'running', request: recordOf(state) });
  }
  return moveOn(ports, { step, state });
}

async function moveOn(ports: TriagePorts, { step, state }: RunningOperation): Promise<OperationEnd | 'lost' | 'waits'> {
  const { per_second, canary } = state.order;
  const canaryLeft = () => (canary === undefined || state.canary_passed ? Infinity : canary.first - requeued);
  let requeued = step.operation.acted.requeue;
  while (!ports.closing.aborted) {
    if (canaryLeft() <= 0) {
      await step.update({ status: 'canary', request: recordOf({ ...state, canary_since: ports.now() }) });
      return 'waits';
    }
    const moves = Math.min(BATCH, per_second ?? BATCH, canaryLeft());
    const advanced = await step.advance(requestOf(ports, { step, state }), moves);
    if (advanced === 'lost') return 'lost';
    if (advanced === 'cancelled') return { status: 'cancelled' };
    const { report, finished } = advanced;
    countMoved(ports, state.order, report);
    await deliverAlerts(ports, { operationId: step.operation.operation_id, entries: report.alerts });
    requeued += report.acted.requeue;
    if (finished) return { status: 'succeeded' };
    if (per_second !== undefined) await ports.wait((1000 * moves) / per_second, ports.closing);
  }
  return 'waits';
}

/**
 * What is left of the caps when the operation was taken counts under a key of its own: the record never forgets what was
 * moved, whereas budgets do when a canary or an outage takes long. Only the holder of the lease moves.
 */
function requestOf(ports: TriagePorts, { step, state }: RunningOperation): MoveRequest {
  const { operation_id, name, by, reason, acted } = step.operation;
  const actor = { by, ...(reason === null ? {} : { reason }) };
  return {
    ...moveRequestOf(state.order, ports, { operationId: operation_id, actor, name }),
    limits: remaining(state.order.limits, acted),
    frozen: state.frozen,
    budget: { key: `op:${operation_id}:${movedBy({ acted })}`, kept: true },
  };
}

function remaining(limits: MoveLimits, acted: OperationRecord['acted']): MoveLimits {
  const left = (limit: number | undefined, used: number) =>
    limit === undefined ? undefined : Math.max(0, limit - used);
  return {
    moves: left(limits.moves, movedBy({ acted })),
    requeue: left(limits.requeue, acted.requeue),
    hold: left(limits.hold, acted.hold),
    alarm: left(limits.alarm, acted.alarm),
  };
}

/** Purges and manual moves between parks do not ask the policy. */
function dependsOnPolicy({ order }: OperationState): boolean {
  const { action, mode } = order;
  return action === 'apply' || action === 'requeue' || (mode === 'auto' && action !== 'purge');
}
