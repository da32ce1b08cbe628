import type { TaskEnvelope } from '@nexus/contracts';
import type { QueueContext } from './create-task-queue.ts';
import type { AuditFields, EnqueueOutcome, IdempotencyKey } from './task-queue.ts';

type Created = [outcome: 'new' | 'replay' | 'reused', taskId?: string, requestedAt?: string];
type Request = { idempotency?: IdempotencyKey; audit: AuditFields };

/**
 * Creates the task in one script: it exists whole or not at all. Throws when Redis cannot be reached or does not answer;
 * the caller then resolves the outcome by reading the id.
 */
export async function enqueueTask(
  context: QueueContext,
  envelope: Omit<TaskEnvelope, 'idempotency_key'>,
  request: Request,
): Promise<EnqueueOutcome> {
  const { keys, run, taskTtlSeconds, now, jobOptions } = context;
  const { idempotency, audit } = request;
  const whole: TaskEnvelope = idempotency === undefined ? envelope : { ...envelope, idempotency_key: idempotency.key };
  const [outcome, taskId, requestedAt] = (await run(
    'create',
    [
      keys.jobs,
      idempotency === undefined ? '' : keys.idempotency(idempotency.scope, idempotency.key),
      keys.types,
      keys.byType(envelope.task_type),
      keys.byRequester(envelope.requested_by),
      keys.audit,
    ],
    envelope.task_id,
    Date.parse(envelope.requested_at),
    envelope.requested_at,
    envelope.task_type,
    JSON.stringify({ envelope: whole, headers: { 'x-retry-count': 0 } }),
    jobOptions,
    idempotency?.fingerprint ?? '',
    taskTtlSeconds,
    now() - taskTtlSeconds * 1000,
    ...['task_type', envelope.task_type, 'requested_by', envelope.requested_by, 'requested_at', envelope.requested_at],
    ...['client_ip', audit.client_ip, 'payload_hash', audit.payload_hash, 'actor', audit.actor],
  )) as Created;
  if (outcome === 'reused') return { outcome: 'key_reused' };
  return {
    outcome: 'queued',
    task_id: taskId ?? envelope.task_id,
    requested_at: requestedAt ?? envelope.requested_at,
    replayed: outcome === 'replay',
  };
}
