import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Client } from '@nexus/contracts';
import { failure } from '@nexus/failure-taxonomy';
import type { Logger } from '@nexus/runtime';
import type { TaskHandler } from '@nexus/task-queue';
import type { AnyTask } from './agent.ts';
import { createSupervisorFiles } from './supervisor-files.ts';

/** Turns a declared task into a queue handler: checks what comes in and goes out, and gives the run its folder. */
export function handlerFor(task: AnyTask, options: { client: Client; logger: Logger; folders: string }): TaskHandler {
  return async ({ envelope, attempt, signal, progress }) => {
    const payload = task.payload.safeParse(envelope.payload);
    if (!payload.success) {
      throw failure('PAYLOAD_INVALID', 'The payload does not fit its task type.', {
        detail: {
          issues: payload.error.issues.slice(0, 20).map(({ path, message }) => ({ path: path.join('.'), message })),
        },
      });
    }
    const temporaryDirectory = await mkdtemp(join(options.folders, 'task-'));
    try {
      const result = await task.run(payload.data as never, {
        taskId: envelope.task_id,
        attempt,
        requestedBy: envelope.requested_by,
        signal,
        progress,
        files: createSupervisorFiles(options.client, signal),
        temporaryDirectory,
        logger: options.logger.child({ task_id: envelope.task_id, task_type: envelope.task_type }),
      });
      const checked = task.result.safeParse(result);
      if (!checked.success) {
        throw failure('INTERNAL_ERROR', 'The result does not fit its task type.', {
          cause: checked.error,
          retryable: false,
        });
      }
      return checked.data as Record<string, unknown>;
    } finally {
      await rm(temporaryDirectory, { recursive: true, force: true });
    }
  };
}
