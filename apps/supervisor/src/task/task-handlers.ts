import type { CreatedTask, ProblemReply, Routes, Task } from '@nexus/contracts';
import { isFinalStatus } from '@nexus/contracts';
import type { Handlers } from '@nexus/runtime/http';
import type { DeadLetters, TaskQuery } from '@nexus/task-queue';
import { createTask, type CreateReply } from './create-task.ts';
import { taskDigest } from './task-digest.ts';
import { taskEvents, type Wait } from './task-events.ts';
import { actorOf, type TaskPorts } from './task-ports.ts';

type TaskRoutes = Pick<
  Routes,
  'createTask' | 'createExcelKakao' | 'listTasks' | 'getTask' | 'cancelTask' | 'watchTask'
>;

export type TaskHandlerPorts = TaskPorts & {
  /** Remembers purged tasks. */
  letters: Pick<DeadLetters, 'tombstone'>;
  wait: Wait;
  /** Event streams served at the same time; further ones are refused. */
  maxStreams: number;
};

const notFound = {
  problem: 'NOT_FOUND',
  message: 'no task has this id; it never existed or its time to live is over',
} as const;

/** Create, list, read, cancel and follow tasks. */
export function createTaskHandlers(ports: TaskHandlerPorts): Handlers<TaskRoutes> {
  const { queue, metrics } = ports;
  let streams = 0;

  function countStreams(change: number): void {
    streams += change;
    metrics.eventStreams.set({}, streams);
  }

  return {
    async createTask({ body, headers, credential, peer }) {
      const reply = await createTask(ports, {
        taskType: body.task_type,
        requestedBy: body.requested_by,
        payload: body.payload,
        bodyKey: body.idempotency_key,
        headerKey: headers['idempotency-key'],
        credential,
        peer,
      });
      return withStatus(202, reply);
    },

    async createExcelKakao({ body, headers, credential, peer }) {
      const reply = await createTask(ports, {
        taskType: 'excel_kakao',
        requestedBy: body.requested_by,
        payload: body.payload,
        bodyKey: body.idempotency_key,
        headerKey: headers['idempotency-key'],
        credential,
        peer,
      });
      return withStatus(200, reply);
    },

    async listTasks({ query }) {
      // Parameters that were not sent are absent, not undefined: zod leaves them out.
      const page = await queue.list(query as TaskQuery);
      if (page !== 'invalid_cursor') return { status: 200, body: page };
      return {
        problem: 'BAD_REQUEST',
        message: 'this cursor does not belong to this query; start again without a cursor',
      };
    },

    async getTask({ params, headers }) {
      const task = await queue.read(params.task_id);
      if (!task) return absent(ports, params.task_id);
      metrics.taskGet.increment({ task_type: task.task_type });
      const etag = `"${taskDigest(task)}"`;
      if (matches(headers['if-none-match'], etag)) return { status: 304, headers: { etag } };
      return { status: 200, body: task, headers: { etag } };
    },

    async cancelTask({ params, body, credential }) {
      const reason = body?.reason;
      const outcome = await queue.cancel(params.task_id, {
        by: actorOf(credential),
        ...(reason === undefined ? {} : { reason }),
      });
      if (outcome.outcome === 'not_found') return absent(ports, params.task_id);
      if (outcome.outcome === 'terminal') return alreadyOver(outcome.task);
      if (outcome.outcome === 'cancelled') countCancelled(ports, outcome.task);
      return { status: 202, body: outcome.task };
    },

    async watchTask({ params, headers, signal }) {
      const first = await queue.read(params.task_id);
      if (!first) return absent(ports, params.task_id);
      if (streams >= ports.maxStreams) {
        const message = `this supervisor serves ${streams} event streams already; poll GET /tasks/{task_id} or try again`;
        return { problem: 'TOO_MANY_STREAMS', message, retryAfter: 5 };
      }
      const source = taskEvents({
        first,
        read: () => queue.read(params.task_id),
        watch: (listener) => queue.watch(params.task_id, listener),
        lastEventId: headers['last-event-id'],
        signal,
        wait: ports.wait,
      });
      return { status: 200, events: counted(source, countStreams) };
    },
  };
}

/** A task that is not there: purged by somebody, or unknown. */
async function absent(
  { letters }: TaskHandlerPorts,
  taskId: string,
): Promise<ProblemReply<'NOT_FOUND'> | ProblemReply<'TASK_GONE'>> {
  const tombstone = await letters.tombstone(taskId);
  if (tombstone === undefined) return notFound;
  const message = 'the task was a dead letter and was purged; create it again if it is still needed';
  return { problem: 'TASK_GONE', message, detail: { ...tombstone } };
}

/** Counts a stream from its first event to its end; one that never starts is never counted. */
async function* counted<Item>(source: AsyncGenerator<Item>, count: (change: number) => void): AsyncGenerator<Item> {
  count(1);
  try {
    yield* source;
  } finally {
    count(-1);
  }
}

type Created<Status> = { status: Status; body: CreatedTask; headers: Record<string, string> };

function withStatus<Status extends number>(
  status: Status,
  reply: CreateReply,
): Created<Status> | Extract<CreateReply, ProblemReply> {
  return 'problem' in reply ? reply : { status, ...reply };
}

function alreadyOver(task: Task): ProblemReply<'TASK_TERMINAL'> {
  const message = `the task is ${task.status} already; there is nothing to cancel`;
  return { problem: 'TASK_TERMINAL', message, detail: { status: task.status, final: isFinalStatus(task.status) } };
}

function countCancelled({ metrics, logger }: TaskPorts, { task_id, task_type, status }: Task): void {
  metrics.taskStatus.increment({ task_type, status });
  logger.info('Task cancelled', { event: 'TASK_CANCEL', task_id, task_type, status });
}

/** RFC 9110: a list of tags, weak ones included, or `*`. */
function matches(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
}
