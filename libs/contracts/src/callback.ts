import { z } from 'zod';
import { instant, progressSchema, TASK_STATUSES } from './task.ts';

/**
 * Body of `POST /agent/callback`. Unknown members are accepted and ignored. Idempotent by
 * `(task_id, attempt, status)`; `attempt` defaults to the record's current attempt.
 */
export const callbackSchema = z
  .looseObject({
    task_id: z.uuid(),
    status: z.enum(['running', 'succeeded', 'failed']),
    attempt: z.int().min(1).optional(),
    will_retry: z.boolean().default(false),
    finished_at: instant.optional(),
    result: z.record(z.string(), z.unknown()).optional(),
    error: z
      .object({
        code: z.string().min(1).max(100),
        message: z.string().max(4000),
        detail: z.record(z.string(), z.unknown()).optional(),
      })
      .optional(),
    metrics: z.object({ duration_ms: z.int().min(0).optional(), retries: z.int().min(0).optional() }).optional(),
    progress: progressSchema.optional(),
  })
  .meta({ id: 'AgentCallback' });
export type Callback = z.infer<typeof callbackSchema>;
/** What a sender writes: defaults may be left out. */
export type CallbackInput = z.input<typeof callbackSchema>;

/** Answer to a callback. `duplicate`: told before; `ignored`: it would go backwards. Neither changed anything. */
export const callbackAnswerSchema = z
  .object({
    ok: z.literal(true),
    task_id: z.uuid(),
    status: z.enum(TASK_STATUSES),
    duplicate: z.boolean().optional(),
    ignored: z.boolean().optional(),
  })
  .meta({ id: 'CallbackAnswer' });
export type CallbackAnswer = z.infer<typeof callbackAnswerSchema>;
