import { taskTypes, type CreatedTask, type ProblemReply, type TaskEnvelope } from '@nexus/contracts';
import { canonicalHash, iso } from '@nexus/runtime';
import type { Credential } from '@nexus/runtime/http';
import type { EnqueueOutcome, IdempotencyKey } from '@nexus/task-queue';
import { actorOf, type TaskPorts } from './task-ports.ts';

/** A create as both routes ask for it. */
export type CreateRequest = {
  taskType: string;
  requestedBy: string;
  payload: Record<string, unknown>;
  /** From the body. */
  bodyKey: string | undefined;
  /** From the header. */
  headerKey: string | undefined;
  credential: Credential | undefined;
  peer: string;
};

export type CreateProblem =
  | 'BAD_REQUEST'
  | 'UNKNOWN_TASK_TYPE'
  | 'PAYLOAD_INVALID'
  | 'IDEMPOTENCY_KEY_REUSED'
  | 'QUEUE_PUBLISH_FAIL'
  | 'STORE_UNAVAILABLE';

export type CreateReply = { body: CreatedTask; headers: Record<string, string> } | ProblemReply<CreateProblem>;

type NewEnvelope = Omit<TaskEnvelope, 'idempotency_key'>;

/**
 * Creates a task exactly once per idempotency key. A failure whose outcome is unknown is resolved by the task's id before
 * anything is reported: the task exists, or the client is told that it does not.
 */
export async function createTask(ports: TaskPorts, request: CreateRequest): Promise<CreateReply> {
  const { bodyKey, headerKey, taskType } = request;
  if (bodyKey !== undefined && headerKey !== undefined && bodyKey !== headerKey) {
    return {
      problem: 'BAD_REQUEST',
      message: 'the header Idempotency-Key and the member idempotency_key differ; send one of them',
    };
  }
  const payload = fittingPayload(taskType, request.payload);
  if (!payload.ok) return payload.reply;
  const envelope: NewEnvelope = {
    task_id: ports.newId(),
    task_type: taskType,
    requested_by: request.requestedBy,
    requested_at: iso(ports.now()),
    payload: payload.value,
  };
  const key = headerKey ?? bodyKey;
  const outcome = await enqueue(ports, envelope, {
    request,
    idempotency: key === undefined ? undefined : idempotencyOf(key, request),
  });
  if ('problem' in outcome) return outcome;
  return replyTo(ports, outcome, { envelope, peer: request.peer });
}

type Fitting =
  | { ok: true; value: Record<string, unknown> }
  | { ok: false; reply: ProblemReply<'UNKNOWN_TASK_TYPE' | 'PAYLOAD_INVALID'> };

function fittingPayload(taskType: string, payload: Record<string, unknown>): Fitting {
  if (!Object.hasOwn(taskTypes, taskType)) {
    const known = Object.keys(taskTypes);
    const message = `there is no task type ${JSON.stringify(taskType)}; known: ${known.join(', ')}`;
    return { ok: false, reply: { problem: 'UNKNOWN_TASK_TYPE', message, detail: { known } } };
  }
  const parsed = taskTypes[taskType as keyof typeof taskTypes].safeParse(payload);
  if (parsed.success) return { ok: true, value: parsed.data };
  const issues = parsed.error.issues.map((issue) => ({
    path: ['payload', ...issue.path].join('.'),
    message: issue.message,
  }));
  const message = `the payload does not fit ${taskType}: ${issues[0]?.path}: ${issues[0]?.message}`;
  return { ok: false, reply: { problem: 'PAYLOAD_INVALID', message, detail: { issues: issues.slice(0, 50) } } };
}

/** The key holds for one credential and one task type; the fingerprint is of the body without the key. */
function idempotencyOf(key: string, request: CreateRequest): IdempotencyKey {
  const { taskType, requestedBy, payload, credential } = request;
  return {
    scope: `${credential?.fingerprint ?? ''}:${taskType}`,
    key,
    fingerprint: canonicalHash({ task_type: taskType, requested_by: requestedBy, payload }),
  };
}

type Enqueueing = { request: CreateRequest; idempotency: IdempotencyKey | undefined };

async function enqueue(
  ports: TaskPorts,
  envelope: NewEnvelope,
  { request, idempotency }: Enqueueing,
): Promise<EnqueueOutcome | ProblemReply<'QUEUE_PUBLISH_FAIL'>> {
  const audit = {
    client_ip: request.peer,
    payload_hash: canonicalHash(envelope.payload),
    actor: actorOf(request.credential),
  };
  try {
    return await ports.queue.enqueue(envelope, { audit, ...(idempotency === undefined ? {} : { idempotency }) });
  } catch (error) {
    return resolveUnknown(ports, envelope, error);
  }
}

/** Reading throws when the store is away: then nobody can know, and the client is told to ask again. */
async function resolveUnknown(
  { queue, metrics, logger }: TaskPorts,
  envelope: NewEnvelope,
  error: unknown,
): Promise<EnqueueOutcome | ProblemReply<'QUEUE_PUBLISH_FAIL'>> {
  const { task_id, task_type, requested_at } = envelope;
  logger.warn('A create failed with an unknown outcome', { event: 'QUEUE_PUBLISH_FAIL', task_id, task_type, error });
  const found = await queue.read(task_id).catch((reason: unknown) => {
    metrics.queuePublishFail.increment({ task_type });
    throw reason;
  });
  if (found) return { outcome: 'queued', task_id, requested_at, replayed: false };
  metrics.queuePublishFail.increment({ task_type });
  return {
    problem: 'QUEUE_PUBLISH_FAIL',
    message: 'the task could not be queued and does not exist; send it again',
    detail: { task_id },
  };
}

type Created = { envelope: NewEnvelope; peer: string };

function replyTo(ports: TaskPorts, outcome: EnqueueOutcome, { envelope, peer }: Created): CreateReply {
  if (outcome.outcome === 'key_reused') {
    return {
      problem: 'IDEMPOTENCY_KEY_REUSED',
      message: 'this idempotency key was used with another body; use a new key',
    };
  }
  const { task_type, payload } = envelope;
  const { task_id, replayed } = outcome;
  if (!replayed) {
    ports.metrics.taskCreate.increment({ task_type });
    ports.metrics.taskStatus.increment({ task_type, status: 'queued' });
    ports.logger.info('Task created', { event: 'TASK_CREATE', ip: peer, task_id, task_type, payload });
  }
  return {
    body: { task_id, task_type, status: 'queued' },
    headers: { location: `/tasks/${task_id}`, ...(replayed ? { 'idempotency-replayed': 'true' } : {}) },
  };
}
