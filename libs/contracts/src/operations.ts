import { z } from 'zod';

/** Answer of `GET /health`: always 200 and true to the moment. `rabbit_ok` is the older name of `queue_ok`. */
export const healthSchema = z
  .object({
    status: z.enum(['ok', 'degraded']),
    time: z.iso.datetime(),
    llm_provider: z.string(),
    redis_ok: z.boolean(),
    queue_ok: z.boolean(),
    rabbit_ok: z.boolean(),
  })
  .meta({ id: 'Health' });
export type Health = z.infer<typeof healthSchema>;

/** Answer of `GET /health/live`. */
export const livenessSchema = z.object({ status: z.literal('ok') }).meta({ id: 'Liveness' });

/** Answer of `GET /health/ready`, both as 200 and as 503. */
export const readinessSchema = z
  .object({
    status: z.enum(['ok', 'degraded']),
    checks: z.record(z.string(), z.object({ ok: z.boolean(), message: z.string().optional() })),
  })
  .meta({ id: 'Readiness' });
export type Readiness = z.infer<typeof readinessSchema>;
