import type { Frozen } from '@nexus/task-queue';
import { z } from 'zod';
import { digestInForce, frozenSchema, moveOrderSchema, type MoveOrder } from './move-order.ts';
import type { PolicyInForce } from './verdicts.ts';

const operationStateSchema = z.object({
  order: moveOrderSchema,
  frozen: frozenSchema,
  policy: z.string(),
  /** Epoch ms at which the last letter of the canary had gone; then whether it was judged good. */
  canary_since: z.number().optional(),
  canary_passed: z.boolean().optional(),
});

/** What an operation was asked to do and how far its canary is, as it lies in the operation's record. */
export type OperationState = z.output<typeof operationStateSchema>;

/** The state a new operation begins with. */
export function newOperationState(order: MoveOrder, frozen: Frozen, inForce: PolicyInForce): Record<string, unknown> {
  return recordOf({ order, frozen, policy: digestInForce(inForce) });
}

/** Plain data without absent members. */
export function recordOf(state: OperationState): Record<string, unknown> {
  return JSON.parse(JSON.stringify(state)) as Record<string, unknown>;
}

/** The state in a record; undefined when this supervisor cannot carry it out. */
export function operationStateOf(request: Record<string, unknown>): OperationState | undefined {
  const parsed = operationStateSchema.safeParse(request);
  return parsed.success ? parsed.data : undefined;
}
