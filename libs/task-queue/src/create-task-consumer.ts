import type { TaskEnvelope, TaskJobData } from '@nexus/contracts';
import { fingerprint, toFailure } from '@nexus/failure-taxonomy';
import { type Job, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import { CancelWatch } from './cancel-watch.ts';
import { closeWithin } from './close-within.ts';
import { Deliverer, HANDED_BACK } from './deliverer.ts';
import { KEY_PREFIX, queueKeys } from './queue-keys.ts';
import { bindScripts } from './queue-scripts.ts';
import { parkLetters } from './park-letters.ts';
import { nextDelayMs, STEPPED_BACKOFF } from './retry-policy.ts';
import type { FinishedAttempt, TaskConsumer, TaskConsumerOptions } from './task-consumer.ts';

/**
 * BullMQ's own limit on stalls would dead-letter an innocent task that shared a process with a poisonous one, so it is out
 * of reach here: a task is given up as WORKER_LOST only for workers it lost while it ran alone (see Deliverer).
 */
const BULLMQ_STALL_LIMIT = 1_000_000;

/** How long handing back may take once the grace time is over. */
const HAND_BACK_MS = 2_000;

/** Consumes one task queue: runs handlers, retries by policy, parks what failed for good, honours cancel requests. */
export function createTaskConsumer(options: TaskConsumerOptions): TaskConsumer {
  const keys = queueKeys(options.queueName);
  const connection = options.connect();
  const run = bindScripts(connection);
  const shutdown = new AbortController();
  const inHand = new Set<string>();
  const cancelWatch = new CancelWatch({
    subscriber: options.connect(),
    connection,
    channel: keys.cancelChannel,
    jobs: keys.jobs,
    inHand: () => [...inHand],
    onCancel: (taskId) => worker.cancelJob(taskId, 'cancelled'),
    onError: options.onError,
    lookEveryMs: 5_000,
  });
  const deliverer = new Deliverer({ ...options, run, jobs: keys.jobs, shutdown: shutdown.signal, cancelWatch });

  async function process(job: Job<TaskJobData>, token: string | undefined, signal: AbortSignal | undefined) {
    const taskId = job.id ?? '';
    inHand.add(taskId);
    try {
      return await deliverer.deliver(job, signal ?? new AbortController().signal);
    } catch (thrown: unknown) {
      if (thrown === HANDED_BACK) {
        await run('handBack', [keys.jobs], taskId);
        await job.moveToWait(token);
        throw new WaitingError();
      }
      const failed = toFailure(thrown);
      if (failed.retryable) throw Object.assign(new Error(failed.message), { failure: failed });
      throw Object.assign(new UnrecoverableError(failed.message), { failure: failed });
    } finally {
      inHand.delete(taskId);
      cancelWatch.forget(taskId);
    }
  }

  const worker: Worker<TaskJobData, Record<string, unknown>> = new Worker(options.queueName, process, {
    connection,
    prefix: KEY_PREFIX,
    name: options.workerName,
    concurrency: options.concurrency,
    lockDuration: options.lockMs,
    stalledInterval: Math.max(100, options.lockMs / 2),
    maxStalledCount: BULLMQ_STALL_LIMIT,
    drainDelay: 5,
    autorun: false,
    settings: {
      // eslint-disable-next-line @typescript-eslint/max-params -- BullMQ's signature
      backoffStrategy: (failedAttempts, type, error, job) => {
        if (type !== STEPPED_BACKOFF) return -1;
        const steps = (job?.opts.backoff ?? {}) as { delays?: number[]; jitterRatio?: number };
        return nextDelayMs(failedAttempts, steps, {
          retryAfterSeconds: failureOf(error)?.retry_after_s,
          random: options.random,
        });
      },
    },
  });
  worker.on('error', options.onError);
  worker.on('completed', (job, result) => options.onFinished({ ...finished(job), status: 'succeeded', result }));
  worker.on('failed', (job, error) => {
    if (job === undefined) return options.onError(error);
    const willRetry = job.finishedOn === undefined;
    const failed = toFailure(failureOf(error) ?? error);
    if (!willRetry) {
      const letter = { taskId: job.id ?? '', group: fingerprint(failed).hash };
      parkLetters({ ...options, run, keys }, [letter]).catch(options.onError);
    }
    options.onFinished({
      ...finished(job),
      status: 'failed',
      failure: failed,
      willRetry,
    });
  });

  function finished(job: Job<TaskJobData>): Omit<FinishedAttempt, 'status' | 'result'> {
    return {
      envelope: envelopeOf(job),
      attempt: job.attemptsStarted,
      startedAt: job.processedOn ?? options.now(),
      finishedAt: job.finishedOn ?? options.now(),
      retries: Math.max(0, job.attemptsMade - 1),
    };
  }

  let closing: Promise<void> | undefined;
  async function close(graceMs: number): Promise<void> {
    await worker.pause(true);
    const timer = setTimeout(() => {
      shutdown.abort();
      worker.cancelAllJobs('shutdown');
    }, graceMs);
    await closeWithin(graceMs + HAND_BACK_MS, [worker], options.onError);
    clearTimeout(timer);
    cancelWatch.stop();
    connection.disconnect();
  }

  const started = worker.waitUntilReady().then(() => {
    // Closed before Redis first answered: there is nothing to start any more.
    if (closing !== undefined) return;
    cancelWatch.start();
    worker.run().catch(options.onError);
  });
  started.catch(options.onError);
  return {
    ready: () => started,
    close: ({ graceMs }) => (closing ??= close(graceMs)),
  };
}

function envelopeOf(job: Job<TaskJobData>): TaskEnvelope {
  return job.data.envelope;
}

function failureOf(error: unknown): ReturnType<typeof toFailure> | undefined {
  return typeof error === 'object' && error !== null && 'failure' in error
    ? (error.failure as ReturnType<typeof toFailure>)
    : undefined;
}
