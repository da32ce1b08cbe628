import type { CallbackInput, ClientFailure } from '@nexus/contracts';

/** Sends one callback, signed afresh; undefined when it was accepted. */
export type SendCallback = (callback: CallbackInput) => Promise<ClientFailure | undefined>;

export type CallbackOutboxOptions = {
  send: SendCallback;
  /** Waits; ends early when the outbox is told to hurry. */
  delay: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  random: () => number;
  now: () => number;
  /** A report that will never arrive: refused by the supervisor, or undeliverable for too long. */
  onUndelivered: (callback: CallbackInput, failure: ClientFailure) => void;
};

const FIRST_DELAY_MS = 250;
const LONGEST_DELAY_MS = 30_000;
/** A report nobody accepts is given up after this long; the supervisor accounts for the task from the queue itself. */
const GIVE_UP_AFTER_MS = 15 * 60_000;
/** Tries for a report that a later one makes superfluous anyway. */
const PASSING_TRIES = 3;

/**
 * Delivers an agent's reports: in order for each task, retried with backoff on network errors, 408, 429 and 5xx, given up
 * at once on any other refusal. A final report supersedes passing ones that still wait. The task itself never depends on
 * it: its state is in the queue, and a report lost with its process is made up for by the supervisor.
 */
export class CallbackOutbox {
  private readonly options: CallbackOutboxOptions;
  private readonly waiting = new Map<string, CallbackInput[]>();
  private readonly working = new Map<string, Promise<void>>();
  private readonly hurry = new AbortController();

  constructor(options: CallbackOutboxOptions) {
    this.options = options;
  }

  /** Reports not yet accepted. */
  get depth(): number {
    return this.working.size;
  }

  /** Takes a report; returns at once and never throws. */
  post(callback: CallbackInput): void {
    const queue = this.waiting.get(callback.task_id) ?? [];
    this.waiting.set(
      callback.task_id,
      isPassing(callback) ? [...queue, callback] : [...queue.filter(isFinal), callback],
    );
    if (!this.working.has(callback.task_id)) {
      const work = this.deliverAll(callback.task_id).finally(() => this.working.delete(callback.task_id));
      this.working.set(callback.task_id, work);
    }
  }

  /** Waits until everything is delivered or the time is over; what is left then is reported as undelivered. */
  async drain(deadlineMs: number): Promise<void> {
    const timer = setTimeout(() => this.hurry.abort(), deadlineMs);
    await Promise.all(this.working.values());
    clearTimeout(timer);
  }

  private async deliverAll(taskId: string): Promise<void> {
    for (let next = this.take(taskId); next !== undefined; next = this.take(taskId)) await this.deliver(next);
    this.waiting.delete(taskId);
  }

  private take(taskId: string): CallbackInput | undefined {
    return this.waiting.get(taskId)?.shift();
  }

  private async deliver(callback: CallbackInput): Promise<void> {
    const { send, delay, now, random, onUndelivered } = this.options;
    const started = now();
    for (let tries = 1; ; tries += 1) {
      const failed = await send(callback);
      if (failed === undefined) return;
      const superseded = isPassing(callback) && (this.waiting.get(callback.task_id)?.length ?? 0) > 0;
      const tooLong = isPassing(callback) ? tries >= PASSING_TRIES : now() - started >= GIVE_UP_AFTER_MS;
      if (superseded) return;
      if (!isTransient(failed) || tooLong || this.hurry.signal.aborted) return onUndelivered(callback, failed);
      const backoff = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (tries - 1)) * (0.5 + random() / 2);
      await delay(Math.max(backoff, (failed.retry_after ?? 0) * 1000), this.hurry.signal);
    }
  }
}

function isFinal(callback: CallbackInput): boolean {
  return !isPassing(callback);
}

function isPassing(callback: CallbackInput): boolean {
  return callback.status === 'running';
}

/** Contract 4.6: network errors, 408, 429 and 5xx are tried again. */
function isTransient({ status }: ClientFailure): boolean {
  return status === 0 || status === 408 || status === 429 || status >= 500;
}
