import type { Redis } from 'ioredis';

/** Ids are remembered this long: a request may arrive before the worker has heard that the job is its own. */
const REMEMBER = 10_000;

/**
 * Hears cancel requests for running tasks: at once by publish/subscribe, and by looking at the jobs in hand when it has
 * subscribed and every few seconds, since a message sent before that, or while the connection was away, is gone.
 */
export class CancelWatch {
  private readonly options: CancelWatchOptions;
  private readonly requested = new Set<string>();
  private timer: NodeJS.Timeout | undefined;

  constructor(options: CancelWatchOptions) {
    this.options = options;
  }

  start(): void {
    const { subscriber, channel, lookEveryMs } = this.options;
    subscriber.on('message', (_channel: string, taskId: string) => this.note(taskId));
    subscriber
      .subscribe(channel)
      .then(() => this.look())
      .catch(this.options.onError);
    this.timer = setInterval(() => void this.look().catch(this.options.onError), lookEveryMs);
    this.timer.unref();
  }

  /** True when a request for this task was heard; asked when its handler is about to start. */
  isRequested(taskId: string): boolean {
    return this.requested.has(taskId);
  }

  forget(taskId: string): void {
    this.requested.delete(taskId);
  }

  stop(): void {
    clearInterval(this.timer);
    this.options.subscriber.disconnect();
  }

  private note(taskId: string): void {
    this.requested.add(taskId);
    // Requests for other workers' tasks are dropped oldest first: sets keep their order of insertion.
    for (const oldest of this.requested) {
      if (this.requested.size <= REMEMBER) break;
      this.requested.delete(oldest);
    }
    this.options.onCancel(taskId);
  }

  private async look(): Promise<void> {
    const { connection, jobs, inHand } = this.options;
    for (const taskId of inHand()) {
      if ((await connection.hexists(`${jobs}${taskId}`, 'xk')) === 1) this.note(taskId);
    }
  }
}

export type CancelWatchOptions = {
  /** Own connection: subscribing takes it over. Closed by {@link CancelWatch.stop}. */
  subscriber: Redis;
  connection: Redis;
  channel: string;
  /** Prefix of the job keys. */
  jobs: string;
  /** Ids of the tasks this process runs now. */
  inHand: () => string[];
  onCancel: (taskId: string) => void;
  onError: (error: unknown) => void;
  lookEveryMs: number;
};
