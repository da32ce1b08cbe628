import { createOperationSchema, OPERATION_ACTIONS, PARKS, type ProblemReply } from '@nexus/contracts';
import type { DeadLetters, Frozen } from '@nexus/task-queue';
import { policyDigest } from '@nexus/triage-policy';
import { z } from 'zod';
import type { PolicyInForce } from './verdicts.ts';

const limit = z.int().min(0).optional();
const names = z.array(z.string()).optional();

/** Everything that decides what a move does, ready to be kept as a plan or in the record of an operation. */
export const moveOrderSchema = z.object({
  /** Operation id of the route it came by: a plan is only good for its own route. */
  route: z.string(),
  action: z.enum(OPERATION_ACTIONS),
  park: z.enum(PARKS),
  filter: z.object({ failure_code: names, task_type: names, group: z.string().optional() }),
  mode: z.enum(['manual', 'auto']),
  force: z.boolean(),
  limits: z.object({ moves: limit, visits: limit, requeue: limit, hold: limit, alarm: limit }),
  max_age_seconds: z.number().min(0).optional(),
  send_alert: z.boolean(),
  per_second: z.int().min(1).optional(),
  canary: createOperationSchema.shape.canary,
});
export type MoveOrder = z.output<typeof moveOrderSchema>;

/** The moment of a plan as it is kept. */
export const frozenSchema = z.object({ now: z.number(), sequence: z.number(), score: z.string() });

const planSchema = z.object({ order: moveOrderSchema, frozen: frozenSchema, policy: z.string() });

/** A plan that was kept: an order, the moment it was made at, and the policy it was made under. */
export type MovePlan = z.output<typeof planSchema>;

/** Changes when the policy in force does. */
export function digestInForce({ policy, enforceAlarm }: PolicyInForce): string {
  return `${policyDigest(policy)}${enforceAlarm ? '' : '-unenforced'}`;
}

/** Keeps a plan for 900 s and returns its hash. */
export function keepPlan(
  letters: Pick<DeadLetters, 'keepPlan'>,
  { order, frozen }: { order: MoveOrder; frozen: Frozen },
  inForce: PolicyInForce,
): Promise<string> {
  return letters.keepPlan({ order: withoutAbsent(order), frozen, policy: digestInForce(inForce) });
}

/** Absent members are left out, not undefined: equal plans are equal texts. */
function withoutAbsent(order: MoveOrder): Record<string, unknown> {
  return JSON.parse(JSON.stringify(order)) as Record<string, unknown>;
}

export type OpenedPlan = { ok: true; plan: MovePlan } | { ok: false; reply: ProblemReply<'PLAN_STALE'> };

/** The plan of a hash, when it is still good for this route and under this policy. */
export async function openPlan(
  letters: Pick<DeadLetters, 'readPlan'>,
  { hash, order }: { hash: string; order: Pick<MoveOrder, 'route' | 'action' | 'park'> },
  inForce: PolicyInForce,
): Promise<OpenedPlan> {
  const kept = planSchema.safeParse(await letters.readPlan(hash));
  if (!kept.success) return stale('is not known; plans are kept for 900 seconds');
  const { order: planned, policy } = kept.data;
  const same = planned.route === order.route && planned.action === order.action && planned.park === order.park;
  if (!same) return stale('is of another route, action or park');
  if (policy !== digestInForce(inForce)) return stale('was made under another triage policy');
  return { ok: true, plan: kept.data };
}

function stale(why: string): OpenedPlan {
  const message = `this plan_hash ${why}; nothing was done. Make a new plan with dry_run=true, look at it, and pass its plan_hash`;
  return { ok: false, reply: { problem: 'PLAN_STALE', message } };
}
