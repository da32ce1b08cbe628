import { PARKS } from '@nexus/contracts';
import type { QueueContext } from './create-task-queue.ts';
import type { ReconcileReport, UnreportedTask } from './task-queue.ts';

const BATCH = 500;
/** Failed jobs of this last stretch are always looked at, whatever the counts say. */
const RECENT_MS = 10 * 60_000;
/** A final callback is given this long to arrive before the task is accounted for without it. */
const REPORT_GRACE_MS = 60_000;
/** Contexts this process has reconciled once. */
const seen = new WeakSet<QueueContext>();
/** Labels of the index. `cancelled` is no park: it only serves the sweeper. */
const LABELS = [...PARKS, 'cancelled'] as const;

/**
 * Makes index and queue agree again. Every step is a guarded script, so that any number of processes may run this at
 * once and a crash at any point costs nothing but the next pass.
 */
export async function reconcileTasks(context: QueueContext): Promise<ReconcileReport> {
  const settled = await settle(context);
  // Equal counts can hide one missing entry behind one too many: the first pass of a process looks at everything.
  const trusted = seen.has(context) && (await sameSize(context));
  seen.add(context);
  const parked = await park(context, trusted ? context.now() - RECENT_MS : 0);
  const unparked = trusted && (await sameSize(context)) ? 0 : await unpark(context);
  const unreported = [...(await findUnreported(context, 'completed')), ...(await findUnreported(context, 'failed'))];
  return { settled, parked, unparked, unreported };
}

async function sameSize({ connection, keys }: QueueContext): Promise<boolean> {
  const failed = await connection.zcard(`${keys.jobs}failed`);
  const indexed = await Promise.all(LABELS.map((label) => connection.zcard(`${keys.index}${label}:all`)));
  return failed === indexed.reduce((sum, count) => sum + count, 0);
}

async function settle({ connection, keys, run, now, taskLockSeconds }: QueueContext): Promise<number> {
  const ids = await connection.zrange(`${keys.index}unsettled`, '0', '-1');
  let settled = 0;
  for (const batch of batches(ids)) {
    settled += Number(await run('settle', [keys.jobs, keys.index], now(), taskLockSeconds, ...batch));
  }
  return settled;
}

async function park(context: QueueContext, sinceMs: number): Promise<number> {
  const { connection, keys, run, now, taskLockSeconds } = context;
  let parked = 0;
  for (let offset = 0; ; offset += BATCH) {
    const ids = await connection.zrangebyscore(`${keys.jobs}failed`, String(sinceMs), '+inf', 'LIMIT', offset, BATCH);
    if (ids.length === 0) return parked;
    parked += Number(await run('park', [keys.jobs, keys.index], now(), taskLockSeconds, ...ids));
  }
}

async function unpark({ connection, keys, run }: QueueContext): Promise<number> {
  let dropped = 0;
  for (const label of LABELS) {
    // From the newest down: dropping entries never moves the ones still to come.
    const size = await connection.zcard(`${keys.index}${label}:all`);
    for (let end = size - 1; end >= 0; end -= BATCH) {
      const ids = await connection.zrange(
        `${keys.index}${label}:all`,
        String(Math.max(0, end - BATCH + 1)),
        String(end),
      );
      if (ids.length > 0) dropped += Number(await run('unpark', [keys.jobs, keys.index], label, ...ids));
    }
  }
  return dropped;
}

type Unreported = [more: '0' | '1', ...found: [taskId: string, attempt: number][]];

async function findUnreported(context: QueueContext, state: 'completed' | 'failed'): Promise<UnreportedTask[]> {
  const { keys, run, now } = context;
  const found: [taskId: string, attempt: number][] = [];
  for (let more = true; more;) {
    const upTo = now() - REPORT_GRACE_MS;
    const [goesOn, ...batch] = (await run('unreported', [keys.jobs, keys.index], state, upTo, BATCH)) as Unreported;
    found.push(...batch);
    more = goesOn === '1';
  }
  const tasks: UnreportedTask[] = [];
  for (const batch of batches(found)) {
    const read = await context.readMany(batch.map(([taskId]) => taskId));
    for (const [at, [, attempt]] of batch.entries()) {
      const task = read[at];
      if (task !== undefined) tasks.push({ task, attempt });
    }
  }
  return tasks;
}

function* batches<Item>(items: Item[]): Generator<Item[]> {
  for (let from = 0; from < items.length; from += BATCH) yield items.slice(from, from + BATCH);
}
