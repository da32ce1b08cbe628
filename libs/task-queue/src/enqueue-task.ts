import { setTimeout as delay } from 'node:timers/promises';
import type { TaskEnvelope } from '@nexus/contracts';
import type { QueueContext } from './create-task-queue.ts';
import { retrySteps } from './retry-policy.ts';
import type { AuditFields, EnqueueOutcome, IdempotencyKey } from './task-queue.ts';

/** How long a claimed key without a job counts as "still being handled" before a later request takes it over. */
const CLAIM_GRACE_MS = 10_000;
/** A request that meets one in flight looks again this often before it answers so. */
const IN_FLIGHT_LOOKS = 25;
const LOOK_EVERY_MS = 20;

type Reserved = [outcome: 'new' | 'resume' | 'replay' | 'reused' | 'in_flight', taskId?: string, requestedAt?: string];
type Request = { idempotency?: IdempotencyKey; audit: AuditFields };
type Envelope = Omit<TaskEnvelope, 'idempotency_key'>;

/**
 * Reserves, then adds the job under the reserved id. Repeating it is safe at every step: the key is claimed once and a
 * job id exists once. Throws when Redis cannot be reached; the caller then resolves the outcome by reading the id.
 */
export async function enqueueTask(
  context: QueueContext,
  envelope: Envelope,
  request: Request,
): Promise<EnqueueOutcome> {
  const queued = (replayed: boolean, taskId = envelope.task_id, at = envelope.requested_at): EnqueueOutcome => ({
    outcome: 'queued',
    task_id: taskId,
    requested_at: at,
    replayed,
  });
  if (request.idempotency === undefined) {
    // Nothing can refuse this create, so both halves travel together and Redis runs them in order.
    await Promise.all([reserve(context, envelope, request), addJob(context, envelope)]);
    return queued(false);
  }
  for (let look = 0; look < IN_FLIGHT_LOOKS; look += 1) {
    const [outcome, taskId, requestedAt] = await reserve(context, envelope, request);
    if (outcome === 'reused') return { outcome: 'key_reused' };
    if (outcome === 'replay') return queued(true, taskId, requestedAt);
    if (outcome !== 'in_flight') {
      const id = taskId ?? envelope.task_id;
      const at = requestedAt ?? envelope.requested_at;
      await addJob(context, { ...envelope, task_id: id, requested_at: at, idempotency_key: request.idempotency.key });
      return queued(outcome === 'resume', id, at);
    }
    await delay(LOOK_EVERY_MS);
  }
  return { outcome: 'in_flight' };
}

async function reserve(context: QueueContext, envelope: Envelope, request: Request): Promise<Reserved> {
  const { keys, run, taskTtlSeconds, now } = context;
  const { idempotency, audit } = request;
  const requestedMs = Date.parse(envelope.requested_at);
  return (await run(
    'reserve',
    [
      keys.jobs,
      idempotency === undefined ? '' : keys.idempotency(idempotency.scope, idempotency.key),
      keys.all,
      keys.byType(envelope.task_type),
      keys.byRequester(envelope.requested_by),
      keys.audit,
    ],
    envelope.task_id,
    requestedMs,
    idempotency?.fingerprint ?? '',
    taskTtlSeconds,
    CLAIM_GRACE_MS,
    envelope.requested_at,
    now() - taskTtlSeconds * 1000,
    'task_type',
    envelope.task_type,
    'requested_by',
    envelope.requested_by,
    'requested_at',
    envelope.requested_at,
    'client_ip',
    audit.client_ip,
    'payload_hash',
    audit.payload_hash,
    'actor',
    audit.actor,
  )) as Reserved;
}

async function addJob(context: QueueContext, envelope: TaskEnvelope): Promise<void> {
  const queue = await context.queue();
  await queue.add(
    envelope.task_type,
    { envelope, headers: { 'x-retry-count': 0 } },
    { jobId: envelope.task_id, timestamp: Date.parse(envelope.requested_at), ...retrySteps(context.retry) },
  );
}
