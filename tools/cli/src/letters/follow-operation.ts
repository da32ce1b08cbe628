import type { Client, Operation } from '@nexus/contracts';
import { SupervisorRefusal } from './subcommand.ts';

/** Between two looks (milliseconds), and how many looks in a row may go unanswered. */
const LOOK_MILLISECONDS = 500;
const MOST_MISSES = 60;

/** How an operation is followed. */
export interface FollowOperationOptions {
  readonly onChange: (operation: Operation) => void;
  /** A look went unanswered, for the n-th time in a row. */
  readonly onMiss: (misses: number) => void;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly signal: AbortSignal;
  /** Also wait until every letter that it requeued has ended. */
  readonly untilSettled: boolean;
}

/**
 * Looks at an operation until it has ended; undefined when told to stop before. A supervisor that is away for less than
 * half a minute is waited for: the operation survives it. Throws SupervisorRefusal when it stays away or refuses.
 */
export async function followOperation(
  client: Client,
  operationId: string,
  { onChange, onMiss, wait, signal, untilSettled }: FollowOperationOptions,
): Promise<Operation | undefined> {
  let misses = 0;
  while (!signal.aborted) {
    const answer = await client.dlqOperation({ params: { operation_id: operationId } });
    if (answer.ok) {
      misses = 0;
      onChange(answer.body);
      if (isOver(answer.body, untilSettled)) return answer.body;
    } else {
      misses += 1;
      if ((answer.status !== 0 && answer.status < 500) || misses > MOST_MISSES) throw new SupervisorRefusal(answer);
      onMiss(misses);
    }
    if (!signal.aborted) await wait(LOOK_MILLISECONDS);
  }
  return undefined;
}

/** Whether an operation no longer moves letters, and, if wanted, whether those it requeued have ended. */
export function isOver({ status, outcome }: Operation, untilSettled: boolean): boolean {
  if (status === 'running' || status === 'canary') return false;
  return !untilSettled || outcome.pending === 0;
}

/** 1 for an operation that ended without having done what it was asked. */
export function exitStatusOf({ status, errors }: Pick<Operation, 'status' | 'errors'>): number {
  return errors > 0 || status === 'stopped' || status === 'failed' || status === 'cancelled' ? 1 : 0;
}
