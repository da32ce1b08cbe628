import type { MoveLimits, MoveRequest, OperationRecord, OperationStep } from '@nexus/task-queue';
import { isStoreUnavailable } from '../ops/store-unavailable.ts';
import { countMoved, movedBy } from './account-move.ts';
import { judgeCanary } from './judge-canary.ts';
import { deliverAlerts } from './deliver-alerts.ts';
import { moveRequestOf } from './move-letters.ts';
import { digestInForce } from './move-order.ts';
import { operationStateOf, recordOf, type OperationState } from './operation-state.ts';
import type { TriagePorts } from './triage-ports.ts';

/** Runs the operations of all supervisors, one at a time in this process. */
export type OperationRunner = {
  /** Looks for operations to run, on the side; returns at once. */
  kick(): void;
  /** Resolves when nothing runs on the side. */
  idle(): Promise<void>;
};

/** Most letters moved by one step: some milliseconds of Redis. */
const BATCH = 500;

type Running = { step: OperationStep; state: OperationState };
type Ended = 'succeeded' | 'stopped' | 'cancelled' | 'failed';

/**
 * Carries operations out step by step. Position and counts lie in Redis and change with every step, so that an operation
 * whose supervisor died goes on in any other one. Ends when the process shuts down.
 */
export function createOperationRunner(ports: TriagePorts): OperationRunner {
  const { logger, closing } = ports;
  let round: Promise<void> | undefined;
  let again = false;

  async function rounds(): Promise<void> {
    do {
      again = false;
      await runRound(ports);
    } while (again && !closing.aborted);
  }

  return {
    kick() {
      again = true;
      if (round !== undefined || closing.aborted) return;
      round = rounds()
        .catch((error: unknown) => {
          if (closing.aborted || isStoreUnavailable(error)) return;
          logger.error('Operations could not be looked for', { event: 'OPERATIONS_FAILED', error });
        })
        .finally(() => (round = undefined));
    },
    idle: async () => round,
  };
}

/** Runs what there is to run. Operations that have to wait stay taken until the end, so that each is looked at once. */
async function runRound(ports: TriagePorts): Promise<void> {
  const waiting: OperationStep[] = [];
  while (!ports.closing.aborted) {
    const step = await ports.letters.operations.take();
    if (step === undefined) break;
    if ((await runStep(ports, step)) === 'waits') waiting.push(step);
  }
  for (const step of waiting) await step.release();
}

/** Never rejects for what is wrong with one operation: the others are to run. */
async function runStep(ports: TriagePorts, step: OperationStep): Promise<'waits' | 'over'> {
  const { logger, closing } = ports;
  const { operation_id, request } = step.operation;
  try {
    const state = operationStateOf(request);
    const ended =
      state === undefined
        ? { status: 'failed' as const, error: unreadable }
        : await runOperation(ports, { step, state });
    if (ended === 'waits') return 'waits';
    if (ended !== 'lost') await end(ports, step, ended);
  } catch (error) {
    // The lease runs out, and any supervisor goes on from where this one stopped.
    if (closing.aborted || isStoreUnavailable(error)) return 'over';
    logger.error('An operation broke', { event: 'OPERATION_FAILED', operation_id, error });
    const reason = error instanceof Error ? error.message : String(error);
    await end(ports, step, { status: 'failed', error: reason }).catch(() => undefined);
  }
  return 'over';
}

const unreadable = 'what it was asked to do cannot be read by this release; look at a new dry run and create it again';
const otherPolicy =
  'the triage policy has changed since it was created; what it moved stays moved, create it again for the rest';

type End = { status: Ended; error?: string };

/** Moves until it has ended, somebody else has it ('lost'), or it has to wait. */
async function runOperation(ports: TriagePorts, running: Running): Promise<End | 'lost' | 'waits'> {
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

async function moveOn(ports: TriagePorts, { step, state }: Running): Promise<End | 'lost' | 'waits'> {
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
function requestOf(ports: TriagePorts, { step, state }: Running): MoveRequest {
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

async function end(ports: TriagePorts, step: OperationStep, { status, error }: End): Promise<void> {
  await step.update({ status, ...(error === undefined ? {} : { error }) });
  await step.release();
  const { operation_id } = step.operation;
  const record = (await ports.letters.operations.read(operation_id)) ?? step.operation;
  tellEnd(ports, record, { status, ...(error === undefined ? {} : { error }) });
}

function tellEnd({ metrics, logger }: TriagePorts, record: OperationRecord, { status, error }: End): void {
  const { operation_id, name, action, by, done, total, acted } = record;
  metrics.letterOperations.increment({ action, status });
  const facts = { operation_id, name, action, status, by, done, total, acted };
  logger.info('An operation has ended', {
    event: 'OPERATION_FINISHED',
    ...facts,
    ...(error === undefined ? {} : { reason: error }),
  });
}
