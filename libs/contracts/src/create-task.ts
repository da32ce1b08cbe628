import { z } from 'zod';
import { TASK_STATUSES, PARKS, taskSummarySchema } from './task.ts';
import { queryInteger } from './query.ts';

const idempotencyKey = z.string().min(1).max(255);
const requestedBy = z.string().min(1).max(200);

/** Body of `POST /tasks`. Which payload fits is decided by the task type. */
export const createTaskSchema = z
  .object({
    task_type: z.string().min(1).max(100),
    requested_by: requestedBy,
    payload: z.record(z.string(), z.unknown()),
    idempotency_key: idempotencyKey.optional(),
  })
  .meta({ id: 'CreateTask' });

/** Body of `POST /excel-kakao`. */
export const createExcelKakaoSchema = z
  .object({
    requested_by: requestedBy.default('system'),
    payload: z.record(z.string(), z.unknown()),
    idempotency_key: idempotencyKey.optional(),
  })
  .meta({ id: 'CreateExcelKakao' });

/** Answer to a create. */
export const createdTaskSchema = z
  .object({ task_id: z.uuid(), task_type: z.string(), status: z.literal('queued') })
  .meta({ id: 'CreatedTask' });
export type CreatedTask = z.infer<typeof createdTaskSchema>;

/** Request header of a create: the same key as `idempotency_key` of the body. */
export const idempotencyHeadersSchema = z.object({
  'idempotency-key': idempotencyKey
    .optional()
    .describe('Same key and same body: the first answer again. May be given here or as idempotency_key in the body.'),
});

/** Query of `GET /tasks`. `since` is inclusive, `until` exclusive, both on requested_at. */
export const listTasksSchema = z.object({
  limit: queryInteger(50, { min: 1, max: 200 }),
  cursor: z.string().min(1).max(1000).optional(),
  status: z.enum(TASK_STATUSES).optional(),
  task_type: z.string().min(1).max(100).optional(),
  requested_by: z.string().min(1).max(200).optional(),
  park: z.enum(PARKS).optional(),
  failure_code: z.string().min(1).max(100).optional(),
  since: z.iso.datetime().optional(),
  until: z.iso.datetime().optional(),
});

/** A page of tasks, newest first; it may be short, or empty, and still have a next cursor. */
export const taskPageSchema = z
  .object({ items: z.array(taskSummarySchema), next_cursor: z.string().nullable() })
  .meta({ id: 'TaskPage' });

/** Body of `POST /tasks/{task_id}/cancel`. */
export const cancelTaskSchema = z.object({ reason: z.string().max(500).optional() }).meta({ id: 'CancelTask' });
