import { maskText } from '@nexus/runtime';
import type { OperationRecord, OperationStep } from '@nexus/task-queue';
import { isStoreUnavailable } from '../ops/store-unavailable.ts';
import { operationStateOf } from './operation-state.ts';
import { runOperation, type OperationEnd } from './run-operation.ts';
import type { TriagePorts } from './triage-ports.ts';

/** Runs the operations of all supervisors, one at a time in this process. */
export type OperationRunner = {
  /** Looks for operations to run, on the side; returns at once. */
  kick(): void;
  /** Resolves when nothing runs on the side. */
  idle(): Promise<void>;
};

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
    const reason = maskText(error instanceof Error ? error.message : String(error));
    await end(ports, step, { status: 'failed', error: reason }).catch(() => undefined);
  }
  return 'over';
}

const unreadable = 'what it was asked to do cannot be read by this release; look at a new dry run and create it again';
async function end(ports: TriagePorts, step: OperationStep, { status, error }: OperationEnd): Promise<void> {
  await step.update({ status, ...(error === undefined ? {} : { error }) });
  await step.release();
  const { operation_id } = step.operation;
  const record = (await ports.letters.operations.read(operation_id)) ?? step.operation;
  tellEnd(ports, record, { status, ...(error === undefined ? {} : { error }) });
}

function tellEnd({ metrics, logger }: TriagePorts, record: OperationRecord, { status, error }: OperationEnd): void {
  const { operation_id, name, action, by, done, total, acted } = record;
  metrics.letterOperations.increment({ action, status });
  const facts = { operation_id, name, action, status, by, done, total, acted };
  logger.info('An operation has ended', {
    event: 'OPERATION_FINISHED',
    ...facts,
    ...(error === undefined ? {} : { reason: error }),
  });
}
