import { z } from 'zod';
import { queryBoolean, queryInteger, queryList } from './query.ts';
import { instant, PARKS } from './task.ts';

/** What triage may say about a dead letter. */
export const TRIAGE_ACTION_NAMES = ['requeue', 'hold', 'alarm', 'ignore'] as const;

const count = z.int().min(0);
const groupId = z.string().min(1).max(64);

/** Filters every letter route shares: exact matches on the effective values, each repeatable (any of them). */
export const letterFilterQuery = {
  failure_code: queryList({ maxLength: 128 }).describe('Only letters with this failure code; may be repeated.'),
  task_type: queryList({ maxLength: 128 }).describe('Only letters of this task type; may be repeated.'),
  group: groupId.optional().describe('Only letters of this group (see GET /dlq/groups).'),
};

const planHashQuery = z
  .string()
  .regex(/^[0-9a-f]{32}$/, 'must be the plan_hash of a dry run')
  .optional()
  .describe(
    'plan_hash of a dry run of this route: does exactly that plan. Filter, caps and limits are those of the plan.',
  );

const reasonQuery = z.string().max(500).optional().describe('Why; kept in the audit log.');

const acting = { dry_run: queryBoolean(false), plan_hash: planHashQuery, reason: reasonQuery };

export const peekDlqQuery = z.object({
  limit: queryInteger(10, { min: 1, max: 50 }),
  ...letterFilterQuery,
  cursor: z.string().min(1).max(1000).optional(),
  reveal: queryBoolean(false).describe('Unmasked messages; written to the audit log.'),
});

export const peekParkQuery = peekDlqQuery;

const requeueMode = z.enum(['manual', 'auto'], { error: 'must be manual or auto' });

export const requeueDlqQuery = z.object({
  limit: queryInteger(10, { min: 1, max: 200 }),
  ...letterFilterQuery,
  ...acting,
  mode: requeueMode
    .optional()
    .default('manual')
    .meta({ parameter: { enum: ['manual', 'auto'], default: 'manual' } }),
  force: queryBoolean(false).describe('Manual mode: also locked, often requeued and to-be-confirmed letters.'),
});

export const requeueParkQuery = requeueDlqQuery.omit({ mode: true });

export const purgeDlqQuery = z.object({
  limit: queryInteger(1000, { min: 1, max: 10_000 }),
  ...letterFilterQuery,
  ...acting,
});

export const purgeParkQuery = z.object({
  limit: queryInteger(1000, { min: 1, max: 5000 }),
  ...letterFilterQuery,
  ...acting,
});

export const letterSampleQuery = z.object({
  sample: queryInteger(200, { min: 10, max: 2000 }).describe(
    'Letters read one by one where counting is not enough (policies that look at age or attempts); else not needed.',
  ),
  ...letterFilterQuery,
});

const routeMode = z
  .enum(['auto', 'manual'], { error: 'must be auto or manual' })
  .optional()
  .default('auto')
  .meta({ parameter: { enum: ['auto', 'manual'], default: 'auto' } });

export const routeDlqQuery = z.object({
  limit: queryInteger(100, { min: 1, max: 500 }),
  mode: routeMode,
  ...letterFilterQuery,
  ...acting,
});

export const alarmDlqQuery = routeDlqQuery.extend({ send_alert: queryBoolean(true) });

export const applyDlqQuery = z.object({
  sample: queryInteger(500, { min: 10, max: 5000 }).describe('Letters looked at, oldest first.'),
  ...letterFilterQuery,
  ...acting,
  send_alert: queryBoolean(true),
  max_requeue: queryInteger(200, { min: 0, max: 5000 }),
  max_hold: queryInteger(200, { min: 0, max: 5000 }),
  max_alarm: queryInteger(50, { min: 0, max: 5000 }),
});

/** What every answer about letters adds: how many match, what was passed over and why, whom it touched. */
const letterCounts = {
  total: count.describe('Letters that match.'),
  truncated: z.boolean().describe('More match than were looked at or moved.'),
  skipped_age: count,
  skipped_cap: count,
  skipped_locked: count,
  skipped_policy: count,
  errors: count.describe('Letters that could not be read, or whose job had vanished.'),
};

const actingCounts = {
  ...letterCounts,
  ids: z.array(z.string()).describe('The first 20 affected task ids.'),
  plan_hash: z.string().optional().describe('Of a dry run: pass it back to do exactly this.'),
  operation_id: z.string().optional().describe('Of a real run: GET /dlq/operations/{operation_id} tells how it went.'),
};

/** A decision with its reason, and the rule that fired. */
export const letterDecisionSchema = z.object({
  action: z.enum(TRIAGE_ACTION_NAMES),
  reason: z.string(),
  rule: z.string(),
});

/** One dead letter: headers and message as the queue would deliver them, masked unless revealed. */
export const letterSchema = z
  .object({
    delivery_tag: z.string().describe('Opaque, stable for the letter.'),
    correlation_id: z.string().describe('The task id.'),
    headers: z.object({ 'x-retry-count': count, failure_code: z.string() }),
    message: z
      .record(z.string(), z.unknown())
      .describe('The task body with its failure envelope, or {"unparsable": true}.'),
    park: z.enum(PARKS),
    group: z.string(),
    failed_at: instant.nullable(),
    attempts: count.describe('Deliveries over the life of the task.'),
    requeues: count.describe('How often an operator or a policy sent it back.'),
    locked: z.boolean().describe('Automatic requeue is refused for now.'),
    decision: letterDecisionSchema,
    runbook: z.string().nullable(),
    pr_url: z.string().nullable(),
    issue_url: z.string().nullable(),
  })
  .meta({ id: 'DeadLetter' });

export const letterPageSchema = z
  .object({
    count,
    scanned: count,
    items: z.array(letterSchema),
    next_cursor: z.string().nullable(),
    ...letterCounts,
  })
  .meta({ id: 'DeadLetterPage' });

export const requeueReplySchema = z
  .object({ scanned: count, moved: count, dry_run: z.boolean(), mode: requeueMode, ...actingCounts })
  .meta({ id: 'RequeueReply' });

export const purgeReplySchema = z
  .object({ purged: count, dry_run: z.boolean(), scanned: count, ...actingCounts })
  .meta({ id: 'PurgeReply' });

const countsByName = z.record(z.string(), count);

export const letterStatsSchema = z
  .object({
    scanned: count,
    by_failure_code: countsByName.describe('Highest first.'),
    by_task_type: countsByName.describe('Highest first.'),
    ...letterCounts,
  })
  .meta({ id: 'DeadLetterStats' });

const actionCounts = z.object({ requeue: count, hold: count, alarm: count, ignore: count });

export const letterTriageSchema = z
  .object({ scanned: count, counts: actionCounts, by_failure_code: countsByName, ...letterCounts })
  .meta({ id: 'DeadLetterTriage' });

export const routeReplySchema = z
  .object({ moved: count, scanned: count, mode: z.enum(['auto', 'manual']), dry_run: z.boolean(), ...actingCounts })
  .meta({ id: 'RouteReply' });

export const alarmReplySchema = z
  .object({
    moved: count,
    scanned: count,
    mode: z.enum(['auto', 'manual']),
    dry_run: z.boolean(),
    send_alert: z.boolean(),
    alerted: count.describe('Alerts that were delivered; equal ones within the dedupe time are one.'),
    ...actingCounts,
  })
  .meta({ id: 'AlarmReply' });

export const applyReplySchema = z
  .object({
    scanned: count,
    dry_run: z.boolean(),
    send_alert: z.boolean(),
    acted: actionCounts,
    alerted: count,
    ...actingCounts,
  })
  .meta({ id: 'ApplyReply' });

/** Answer to POST /alerts/test. */
export const alertTestSchema = z
  .object({ ok: z.boolean(), status_code: z.int().nullable(), error: z.string().nullable() })
  .meta({ id: 'AlertTest' });

/** GET /hold/pr: a pull request or issue as it would be opened; nothing is. */
export const holdTemplatesSchema = z
  .object({ count, items: z.array(z.object({ title: z.string(), body: z.string() })) })
  .meta({ id: 'HoldTemplates' });
