import { type Client, isFinalStatus, type Task } from '@nexus/contracts';
import { failureWithCode } from '../failure-with-code.ts';

/** How often a cut stream is taken up again without any news in between, and the wait before (milliseconds). */
const MOST_RESUMES = 30;
const RESUME_MILLISECONDS = 1_000;

/** Who hears of every change, and how to wait (replaced in tests). */
export interface FollowOptions {
  readonly onChange: (task: Task) => void;
  readonly wait?: (milliseconds: number) => Promise<void>;
  readonly signal?: AbortSignal;
}

/**
 * Follows a task by its event stream until it is final; a cut stream is resumed from the last event seen.
 * Rejects when the supervisor refuses, or stays away.
 */
export async function followTask(client: Client, taskId: string, options: FollowOptions): Promise<Task> {
  const { onChange, wait = pause, signal } = options;
  let last: { id: string; task: Task } | undefined;
  for (let resumes = 0; resumes <= MOST_RESUMES; resumes++) {
    for await (const { id, data } of eventsAfter(client, taskId, { lastId: last?.id, signal })) {
      last = { id, task: data };
      resumes = 0;
      onChange(data);
      if (isFinalStatus(data.status)) return data;
    }
    if (signal?.aborted === true) throw failureWithCode('STOPPED', 'Stopped before the task had ended.');
    await wait(RESUME_MILLISECONDS);
  }
  throw failureWithCode(
    'SUPERVISOR_UNREACHABLE',
    `The supervisor no longer answers; the task ${taskId} goes on without us.`,
  );
}

/** One stream of events; ends when it is cut or the supervisor is away, rejects when the supervisor refuses. */
async function* eventsAfter(
  client: Client,
  taskId: string,
  { lastId, signal }: { lastId: string | undefined; signal: AbortSignal | undefined },
): AsyncGenerator<{ id: string; data: Task }> {
  const answer = await client.watchTask({
    params: { task_id: taskId },
    headers: lastId === undefined ? {} : { 'last-event-id': lastId },
    ...(signal === undefined ? {} : { signal }),
  });
  if (answer.ok) yield* untilCut(answer.body);
  if (answer.ok || answer.status === 0 || answer.status >= 500) return;
  throw failureWithCode(answer.code, `The supervisor does not show the task ${taskId}: ${answer.message}`);
}

/** A cut connection ends the stream like its end does: both are resumed. */
async function* untilCut<T>(stream: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* stream;
  } catch {
    return;
  }
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
