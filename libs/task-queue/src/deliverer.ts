import {
  type Progress,
  type TaskEnvelope,
  taskEnvelopeSchema,
  type TaskError,
  type TaskJobData,
} from '@nexus/contracts';
import { type Failure, failure, fingerprint, toFailure } from '@nexus/failure-taxonomy';
import type { Job } from 'bullmq';
import type { CancelWatch } from './cancel-watch.ts';
import { IsolationGate } from './isolation-gate.ts';
import type { RunScript } from './queue-scripts.ts';
import type { TaskConsumerOptions } from './task-consumer.ts';
import type { AttemptRecord } from './task-view.ts';

/** Thrown for a delivery that goes back to the queue because its worker shuts down. */
export const HANDED_BACK = new Error('handed back');

/**
 * Workers a task may lose while it runs alone before it is given up as WORKER_LOST. With the loss that made it a suspect
 * these are three; innocent neighbours of the first loss run through on their next delivery.
 */
const LOSSES_ALONE = 2;
/** Results travel through the queue and the API; anything larger is a file. */
const RESULT_LIMIT_BYTES = 256 * 1024;
/** Progress calls closer together than this are merged: the last one counts. */
const PROGRESS_EVERY_MS = 250;

type Reported = { status: string; result?: string };

export type DelivererOptions = TaskConsumerOptions & {
  run: RunScript;
  jobs: string;
  /** Aborts when the grace time of a shutdown is over. */
  shutdown: AbortSignal;
  cancelWatch: CancelWatch;
};

/** Runs the handler of one delivery and records how it failed before the queue moves the job. */
export class Deliverer {
  private readonly gate = new IsolationGate();
  private readonly options: DelivererOptions;

  constructor(options: DelivererOptions) {
    this.options = options;
  }

  /** Returns the result or throws what the handler threw, recorded; {@link HANDED_BACK} when a shutdown took the task away. */
  async deliver(job: Job<TaskJobData>, signal: AbortSignal): Promise<Record<string, unknown>> {
    const suspect = job.stalledCounter > 0;
    const leave = await this.gate.enter(suspect, signal);
    try {
      if (leave === undefined) throw this.interrupted(signal);
      // The job was on its way while the shutdown began: no signal of its own will tell.
      if (this.options.shutdown.aborted) throw HANDED_BACK;
      const settled = suspect ? await this.inspectSuspect(job) : undefined;
      return settled ?? (await this.runHandler(job, signal));
    } catch (thrown: unknown) {
      if (thrown === HANDED_BACK) throw thrown;
      if ((await this.recordFailure(job, toFailure(thrown))) !== 'cancelled') throw thrown;
      // The request was not heard in time, but a retry would be wrong now.
      const cancel = cancelled();
      await this.recordFailure(job, toFailure(cancel));
      throw cancel;
    } finally {
      leave?.();
    }
  }

  private async runHandler(job: Job<TaskJobData>, signal: AbortSignal): Promise<Record<string, unknown>> {
    const { envelope, attempt } = readEnvelope(job);
    if (this.options.cancelWatch.isRequested(envelope.task_id)) throw cancelled();
    const handler = Object.hasOwn(this.options.handlers, envelope.task_type)
      ? this.options.handlers[envelope.task_type]
      : undefined;
    if (handler === undefined) {
      throw failure('UNKNOWN_TASK_TYPE', `This worker has no handler for task type ${envelope.task_type}.`);
    }
    this.options.onStarted({ envelope, attempt });
    try {
      const progress = mergeProgress(job, this.options);
      const work = handler({ envelope, attempt, signal, progress });
      return checkResult(await Promise.race([work, this.untilShutdown(work)]));
    } catch (thrown: unknown) {
      throw signal.aborted ? this.interrupted(signal) : thrown;
    }
  }

  /** Rejects when the grace time is over: a handler that does not listen to its signal is left behind. */
  private untilShutdown(work: Promise<unknown>): Promise<never> {
    const { shutdown } = this.options;
    return new Promise((_resolve, reject) => {
      const giveUp = () => reject(HANDED_BACK);
      shutdown.addEventListener('abort', giveUp, { once: true });
      const done = () => shutdown.removeEventListener('abort', giveUp);
      work.then(done, done);
    });
  }

  private interrupted(signal: AbortSignal): Error {
    return signal.reason === 'cancelled' ? cancelled() : HANDED_BACK;
  }

  /** A job whose worker died: what happened meanwhile may already have decided it. */
  private async inspectSuspect(job: Job<TaskJobData>): Promise<Record<string, unknown> | undefined> {
    const { run, jobs, now } = this.options;
    const lost: AttemptRecord = {
      attempt: job.attemptsStarted - 1,
      to: now(),
      outcome: 'lost',
      failure_code: 'WORKER_LOST',
      error: { code: 'WORKER_LOST', message: 'The worker died or stalled while it held the task.' },
    };
    const [lossesAlone, cancelRequest, reported] = (await run(
      'suspect',
      [jobs],
      job.id ?? '',
      lost.attempt,
      JSON.stringify(lost),
    )) as [number, string | null, string | null];
    const outcome = reported === null ? undefined : (JSON.parse(reported) as Reported);
    if (outcome?.status === 'succeeded') return JSON.parse(outcome.result ?? '{}') as Record<string, unknown>;
    if (outcome?.status === 'failed')
      throw failure('UNKNOWN', 'The agent reported a failure before its worker died.', { retryable: false });
    if (cancelRequest !== null) throw cancelled();
    if (lossesAlone >= LOSSES_ALONE) {
      throw failure(
        'WORKER_LOST',
        `The task lost ${lossesAlone + 1} workers, the last ${lossesAlone} while it ran alone.`,
      );
    }
    return undefined;
  }

  private async recordFailure(job: Job<TaskJobData>, failed: Failure): Promise<unknown> {
    const { run, jobs, now, workerName } = this.options;
    const error: TaskError = {
      code: failed.code,
      message: failed.message,
      ...(failed.type === undefined ? {} : { type: failed.type }),
      ...(failed.detail === undefined ? {} : { detail: failed.detail }),
    };
    const record: AttemptRecord = {
      attempt: job.attemptsStarted,
      from: job.processedOn,
      to: now(),
      outcome: failed.code === 'CANCELLED' ? 'cancelled' : undefined,
      error,
      worker: workerName,
    };
    return run('failAttempt', [jobs], job.id ?? '', failed.code, JSON.stringify(record), fingerprint(failed).hash);
  }
}

function readEnvelope(job: Job<TaskJobData>): { envelope: TaskEnvelope; attempt: number } {
  const parsed = taskEnvelopeSchema.safeParse((job.data as Partial<TaskJobData> | undefined)?.envelope);
  if (!parsed.success) throw failure('PAYLOAD_INVALID', 'The job holds no task envelope.', { cause: parsed.error });
  return { envelope: parsed.data, attempt: job.attemptsStarted };
}

function cancelled(): Error {
  return failure('CANCELLED', 'Stopped on request.');
}

function checkResult(result: Record<string, unknown>): Record<string, unknown> {
  const bytes = Buffer.byteLength(JSON.stringify(result) ?? '');
  if (bytes <= RESULT_LIMIT_BYTES) return result;
  throw failure(
    'INTERNAL_ERROR',
    `The result has ${bytes} bytes; at most ${RESULT_LIMIT_BYTES} fit. Store it as a file and return its file_id.`,
    { retryable: false },
  );
}

function mergeProgress(job: Job<TaskJobData>, options: DelivererOptions): (progress: Progress) => Promise<void> {
  let last = Number.NEGATIVE_INFINITY;
  return async (progress) => {
    const complete = progress.total > 0 && progress.done >= progress.total;
    if (!complete && options.now() - last < PROGRESS_EVERY_MS) return;
    last = options.now();
    // Progress is for people: losing one never fails the task.
    await job.updateProgress(progress).catch(options.onError);
  };
}
