import { PARKS } from '@nexus/contracts';
import type { QueueContext } from './create-task-queue.ts';
import { parkLetters } from './park-letters.ts';
import type { ReconcileReport, UnreportedTask } from './task-queue.ts';

const BATCH = 500;
/** Failed jobs of this last stretch are always looked at, whatever the counts say. */
const RECENT_MS = 10 * 60_000;
/** A final callback is given this long to arrive before the task is accounted for without it. */
const REPORT_GRACE_MS = 60_000;
/** Contexts this process has reconciled once. */
const seen = new WeakSet<QueueContext>();

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

async function sameSize({ connection, keys, run }: QueueContext): Promise<boolean> {
  const failed = await connection.zcard(`${keys.jobs}failed`);
  let indexed = await connection.zcard(`${keys.index}cancelled`);
  for (const park of PARKS) {
    const causes = (await run('causes', [keys.index], park, '', '')) as [cell: string, count: number][];
    indexed += causes.reduce((sum, [, count]) => sum + count, 0);
  }
  return failed === indexed;
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
  const { connection, keys } = context;
  let parked = 0;
  for (let offset = 0; ; offset += BATCH) {
    const ids = await connection.zrangebyscore(`${keys.jobs}failed`, String(sinceMs), '+inf', 'LIMIT', offset, BATCH);
    if (ids.length === 0) return parked;
    parked += await parkLetters(
      context,
      ids.map((taskId) => ({ taskId, group: '' })),
    );
  }
}

async function unpark(context: QueueContext): Promise<number> {
  const { connection, keys } = context;
  let dropped = await dropStale(context, 'cancelled', '', `${keys.index}cancelled`);
  for (const label of PARKS) {
    for (const cell of await connection.smembers(`${keys.index}${label}:cells`)) {
      dropped += await dropStale(context, label, cell, `${keys.index}${label}:c:${cell}`);
    }
  }
  return dropped;
}

/** From the newest down: dropping entries never moves the ones still to come. */
// eslint-disable-next-line @typescript-eslint/max-params -- label and cause name the set that the key is
async function dropStale({ connection, keys, run }: QueueContext, label: string, cell: string, key: string) {
  let dropped = 0;
  for (let end = (await connection.zcard(key)) - 1; end >= 0; end -= BATCH) {
    const ids = await connection.zrange(key, String(Math.max(0, end - BATCH + 1)), String(end));
    if (ids.length > 0) dropped += Number(await run('unpark', [keys.jobs, keys.index], label, cell, ...ids));
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
