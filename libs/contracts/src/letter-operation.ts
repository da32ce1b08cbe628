import { z } from 'zod';
import { queryInteger } from './query.ts';
import { instant, PARKS } from './task.ts';

/** What an operation does with the letters it is scoped to. `apply` does with each what triage says. */
export const OPERATION_ACTIONS = ['requeue', 'hold', 'alarm', 'purge', 'apply'] as const;
export type OperationAction = (typeof OPERATION_ACTIONS)[number];

/**
 * `running`; `canary` = the first letters went and their outcome is awaited; `succeeded` = done; `stopped` = the canary
 * failed and the rest stayed; `cancelled`; `failed` = could not go on (see error).
 */
export const OPERATION_STATUSES = ['running', 'canary', 'succeeded', 'stopped', 'cancelled', 'failed'] as const;
export type OperationStatus = (typeof OPERATION_STATUSES)[number];

const count = z.int().min(0);
const names = z.array(z.string().min(1).max(128)).max(50);

export const letterScopeSchema = z.strictObject({
  failure_code: names.optional(),
  task_type: names.optional(),
  group: z.string().min(1).max(64).optional(),
});

/** The first `first` letters are requeued; the rest follow only if `min_success` (share) of them succeed in time. */
export const canarySchema = z.strictObject({
  first: z.int().min(1).max(1000),
  min_success: z.number().min(0).max(1).default(0.8),
  timeout_seconds: z.int().min(1).max(86_400).default(3600),
});

/** Body of POST /dlq/operations. Nothing named = every letter of the park; new letters that arrive later are not touched. */
export const createOperationSchema = z
  .strictObject({
    action: z.enum(OPERATION_ACTIONS),
    park: z.enum(PARKS).default('dlq'),
    filter: letterScopeSchema.default({}),
    name: z.string().min(1).max(100).optional(),
    reason: z.string().max(500).optional(),
    mode: z
      .enum(['manual', 'auto'])
      .default('manual')
      .describe('requeue, hold and alarm: auto takes only what triage says.'),
    force: z.boolean().default(false),
    max: z.int().min(0).max(10_000_000).optional().describe('Most letters this operation may move; none = all.'),
    max_requeue: z.int().min(0).max(10_000_000).optional().describe('apply: most requeues; none = all.'),
    max_hold: z.int().min(0).max(10_000_000).optional(),
    max_alarm: z.int().min(0).max(10_000_000).optional(),
    per_second: z.int().min(1).max(10_000).optional().describe('Most letters a second; none = as fast as is harmless.'),
    canary: canarySchema.optional(),
    send_alert: z.boolean().default(true),
    plan_hash: z.string().optional().describe('Of a dry run of this route: does exactly that plan.'),
    dry_run: z.boolean().default(false),
  })
  .meta({ id: 'CreateOperation' });
export type CreateOperation = z.infer<typeof createOperationSchema>;

const movedCounts = z.object({ requeue: count, hold: count, alarm: count, purge: count, ignore: count });

/** How the letters that an operation requeued ended. */
export const operationOutcomeSchema = z.object({
  requeued: count,
  pending: count.describe('Not ended yet.'),
  succeeded: count,
  failed_again: count,
  failed_same_cause: count.describe('Of failed_again: those whose cause (group) is the same as before.'),
  gone: count.describe('Removed before anybody could see how they ended.'),
});

export const operationSchema = z
  .object({
    operation_id: z.string(),
    name: z.string(),
    action: z.enum(OPERATION_ACTIONS),
    status: z.enum(OPERATION_STATUSES),
    park: z.enum(PARKS),
    filter: letterScopeSchema,
    mode: z.enum(['manual', 'auto']),
    force: z.boolean(),
    by: z.string().describe('Kind and fingerprint of the key.'),
    reason: z.string().nullable(),
    started_at: instant,
    updated_at: instant,
    finished_at: instant.nullable(),
    progress: z.object({ done: count, total: count }),
    acted: movedCounts,
    skipped_age: count,
    skipped_cap: count,
    skipped_locked: count,
    skipped_policy: count,
    errors: count,
    alerted: count,
    per_second: z.int().nullable(),
    canary: canarySchema.nullable(),
    outcome: operationOutcomeSchema,
    error: z.string().nullable(),
  })
  .meta({ id: 'Operation' });
export type Operation = z.infer<typeof operationSchema>;

/** Answer to a dry run of an operation. */
export const operationPlanSchema = z
  .object({
    dry_run: z.literal(true),
    plan_hash: z.string(),
    total: count,
    scanned: count,
    truncated: z.boolean(),
    acted: movedCounts,
    skipped_age: count,
    skipped_cap: count,
    skipped_locked: count,
    skipped_policy: count,
    errors: count,
    ids: z.array(z.string()),
  })
  .meta({ id: 'OperationPlan' });

export const listOperationsQuery = z.object({
  limit: queryInteger(20, { min: 1, max: 200 }),
  status: z.enum(OPERATION_STATUSES).optional(),
});

export const operationsSchema = z.object({ items: z.array(operationSchema) }).meta({ id: 'Operations' });
