import type { Callback } from '@nexus/contracts';
import { fingerprint } from '@nexus/failure-taxonomy';
import type { QueueContext } from './create-task-queue.ts';
import type { ReportOutcome } from './task-queue.ts';

type Reported = [outcome: 'not_found' | 'accepted' | 'duplicate' | 'ignored', attempt?: number];

/** Applies a callback in one script: monotonic inside a cycle, at most once per (task_id, attempt, status). */
export async function applyReport(context: QueueContext, callback: Callback): Promise<ReportOutcome> {
  const { keys, run, now } = context;
  const error = callback.error ?? { code: 'UNKNOWN', message: 'The agent gave no reason.' };
  const failed = callback.status === 'failed';
  const [outcome, attempt] = (await run(
    'report',
    [keys.jobs, keys.index],
    callback.task_id,
    callback.attempt ?? 0,
    callback.status,
    callback.will_retry ? '1' : '0',
    now(),
    callback.finished_at === undefined ? now() : Date.parse(callback.finished_at),
    callback.result === undefined ? '' : JSON.stringify(callback.result),
    failed ? error.code : '',
    failed ? JSON.stringify(error) : '',
    callback.progress === undefined ? '' : JSON.stringify(callback.progress),
    context.taskLockSeconds,
    failed ? fingerprint(error).hash : '',
  )) as Reported;
  const task = outcome === 'not_found' ? undefined : (await context.readMany([callback.task_id]))[0];
  if (outcome === 'not_found' || task === undefined) return { outcome: 'not_found' };
  return { outcome, task, attempt: Number(attempt) };
}
