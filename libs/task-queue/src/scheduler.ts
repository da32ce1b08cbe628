import { type Job, Queue, Worker } from 'bullmq';
import { closeWithin } from './close-within.ts';
import { familyOf, type ConnectionFamily } from './connection-family.ts';
import type { TaskQueueOptions } from './create-task-queue.ts';
import { KEY_PREFIX } from './queue-keys.ts';

/** How long a running loop may take to finish at the end. */
const CLOSE_MS = 2_000;

type ScheduledJobs = Record<string, { everySeconds: number; run: () => Promise<void> }>;

/** Runs background loops as BullMQ job schedulers: any number of supervisors runs each of them once per interval. */
export type Scheduler = { schedule(jobs: ScheduledJobs): Promise<void>; close(): Promise<void> };

/** The scheduler of one task queue. A failing run is reported and the next one comes all the same. */
export function createScheduler(options: TaskQueueOptions): Scheduler {
  const name = `${options.queueName}.loops`;
  let worker: Worker | undefined;
  let queue: Queue | undefined;
  let family: ConnectionFamily | undefined;
  async function close(): Promise<void> {
    const opened = [worker, queue].filter((each) => each !== undefined);
    await closeWithin(CLOSE_MS, opened, options.onError);
    family?.cut();
  }
  return {
    async schedule(jobs) {
      // A second try after a first that broke off half-way.
      await close();
      family = familyOf(options.connectBlocking());
      const { connection } = family;
      const opened = new Queue(name, { connection, prefix: KEY_PREFIX });
      queue = opened;
      opened.on('error', options.onError);
      worker = new Worker(name, (job: Job) => runNamed(jobs, job), {
        connection,
        prefix: KEY_PREFIX,
        concurrency: 1,
        maxStalledCount: 1_000,
      });
      worker.on('error', options.onError);
      worker.on('failed', (_job, error) => options.onError(error));
      await opened.waitUntilReady();
      await dropRetired(opened, jobs);
      for (const [id, { everySeconds }] of Object.entries(jobs)) {
        await opened.upsertJobScheduler(
          id,
          { every: Math.round(everySeconds * 1000) },
          { name: id, opts: { removeOnComplete: true, removeOnFail: { count: 20 } } },
        );
      }
    },
    close,
  };
}

async function runNamed(jobs: ScheduledJobs, job: Job): Promise<void> {
  await jobs[job.name]?.run();
}

/** A loop that an earlier release had and this one does not would otherwise fire for ever. */
async function dropRetired(queue: Queue, jobs: ScheduledJobs): Promise<void> {
  for (const scheduler of await queue.getJobSchedulers()) {
    if (jobs[scheduler.key] === undefined) await queue.removeJobScheduler(scheduler.key);
  }
}
