import type { OperationRecord } from '@nexus/task-queue';
import type { OperationState } from './operation-state.ts';
import type { TriagePorts } from './triage-ports.ts';

export type CanaryVerdict = { verdict: 'wait' } | { verdict: 'go' } | { verdict: 'stop'; why: string };

/**
 * Looks how the first letters of an operation ended: all ended, or the time is over, and enough of them succeeded? One
 * that has not ended by then, or is gone, has not succeeded.
 */
export async function judgeCanary(
  { letters, now }: Pick<TriagePorts, 'letters' | 'now'>,
  { operation, state }: { operation: OperationRecord; state: OperationState },
): Promise<CanaryVerdict> {
  const { canary } = state.order;
  if (canary === undefined) return { verdict: 'go' };
  const { outcome } = (await letters.operations.read(operation.operation_id)) ?? operation;
  const { requeued, pending, succeeded } = outcome;
  const late = now() >= (state.canary_since ?? 0) + canary.timeout_seconds * 1000;
  if (pending > 0 && !late) return { verdict: 'wait' };
  // Nothing was tried: nothing speaks against the rest.
  if (requeued === 0 || succeeded / requeued >= canary.min_success) return { verdict: 'go' };
  const ended = pending > 0 ? `; ${pending} had not ended after ${canary.timeout_seconds} seconds` : '';
  const why = `${succeeded} of the first ${requeued} letters succeeded, fewer than the ${Math.round(canary.min_success * 100)} % asked for${ended}; the rest stayed where it was`;
  return { verdict: 'stop', why };
}
