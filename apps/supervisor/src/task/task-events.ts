import { setTimeout as delay } from 'node:timers/promises';
import { isFinalStatus, type Task } from '@nexus/contracts';
import type { EventItem } from '@nexus/runtime/http';
import { taskDigest } from './task-digest.ts';

/** Time between two signs of life of a stream; the task is read again at each. */
export const HEARTBEAT_MS = 15_000;

/** Resolves after the time, or at once when the signal aborts. Injected so that tests need not wait. */
export type Wait = (milliseconds: number, signal: AbortSignal) => Promise<void>;

/** Real time. */
export async function waitReally(milliseconds: number, signal: AbortSignal): Promise<void> {
  await delay(milliseconds, undefined, { signal, ref: false }).catch(() => undefined);
}

export type TaskEventsOptions = {
  /** The task when the stream begins. */
  first: Task;
  /** The task now; a rejection means "not known at the moment" and the stream goes on. */
  read: () => Promise<Task | undefined>;
  watch: (listener: () => void) => () => void;
  /** What the client saw last. */
  lastEventId: string | undefined;
  signal: AbortSignal;
  wait: Wait;
};

/**
 * The task at every change, until it is final or gone or the signal aborts. A snapshot the client has is not repeated;
 * snapshots between two readings are skipped: what is sent is always the present state.
 */
export async function* taskEvents(options: TaskEventsOptions): AsyncGenerator<EventItem<Task>> {
  const { read, wait, signal } = options;
  const bell = createBell(signal);
  const unwatch = options.watch(bell.ring);
  try {
    let sent = options.lastEventId;
    // The task may have changed between the first reading and the watch.
    for (let task = (await latest(read, options.first)) ?? undefined; task !== undefined && !signal.aborted;) {
      const id = taskDigest(task);
      if (id !== sent) yield { id, data: task };
      sent = id;
      if (isFinalStatus(task.status)) return;
      const woken = await bell.wait((stop) => wait(HEARTBEAT_MS, stop));
      if (!woken && !signal.aborted) yield { comment: 'heartbeat' };
      task = await latest(read, task);
    }
  } finally {
    unwatch();
  }
}

async function latest(read: () => Promise<Task | undefined>, known: Task): Promise<Task | undefined> {
  try {
    return await read();
  } catch {
    // The store is away; the next heartbeat asks again.
    return known;
  }
}

/** Remembers rings between waits, so that no change is slept through. */
function createBell(signal: AbortSignal) {
  let rung = false;
  let wake: () => void = () => undefined;
  signal.addEventListener('abort', () => wake(), { once: true });
  return {
    ring: (): void => {
      rung = true;
      wake();
    },
    /** True when rung, false when the time was over or the stream ends. */
    wait: async (elapse: (stop: AbortSignal) => Promise<void>): Promise<boolean> => {
      const stop = new AbortController();
      const woken = new Promise<void>((resolve) => (wake = resolve));
      if (!rung && !signal.aborted) await Promise.race([woken, elapse(stop.signal)]);
      stop.abort();
      const answer = rung;
      rung = false;
      return answer;
    },
  };
}
