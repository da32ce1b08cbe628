import { createHash } from 'node:crypto';
import type { Task, TaskSummary } from '@nexus/contracts';
import type { Redis } from 'ioredis';
import type { QueueKeys } from './queue-keys.ts';
import type { TaskPage, TaskQuery } from './task-queue.ts';

/** Rows one request may look at: a narrow filter answers with what it found so far and a cursor, never with a timeout. */
const SCAN_LIMIT = 2000;
const BATCH = 100;

type Position = { score: string; id: string };

/**
 * Reads one page, newest first, by the narrowest index there is (requester, type, else every type merged), the rest
 * filtered as read. Answers 'invalid_cursor' for a cursor that is not of this query.
 */
export async function listTasks(
  query: TaskQuery,
  options: { connection: Redis; keys: QueueKeys; read: (ids: string[]) => Promise<(Task | undefined)[]> },
): Promise<TaskPage | 'invalid_cursor'> {
  const items: TaskSummary[] = [];
  let position = query.cursor === undefined ? undefined : decodeCursor(query.cursor, query);
  if (position === undefined && query.cursor !== undefined) return 'invalid_cursor';
  const indexes = await indexesFor(query, options);
  let scanned = 0;
  let width = BATCH;
  while (scanned < SCAN_LIMIT) {
    const { entries, complete } = await entriesBelow(position, {
      query,
      indexes,
      width,
      connection: options.connection,
    });
    const tasks = await options.read(entries.map((entry) => entry.id));
    for (const [at, entry] of entries.entries()) {
      position = entry;
      const task = tasks[at];
      if (task === undefined || !matches(task, query)) continue;
      items.push(summaryOf(task));
      if (items.length === query.limit) return { items, next_cursor: encodeCursor(position, query) };
    }
    if (complete) return { items, next_cursor: null };
    // A whole batch of one already seen millisecond: look further.
    width = entries.length === 0 ? width * 2 : BATCH;
    scanned += Math.max(1, entries.length);
  }
  return { items, next_cursor: position === undefined ? null : encodeCursor(position, query) };
}

async function indexesFor(
  query: TaskQuery,
  { connection, keys }: { connection: Redis; keys: QueueKeys },
): Promise<string[]> {
  if (query.requested_by !== undefined) return [keys.byRequester(query.requested_by)];
  if (query.task_type !== undefined) return [keys.byType(query.task_type)];
  return (await connection.smembers(keys.types)).map((type) => keys.byType(type));
}

type Look = { query: TaskQuery; indexes: string[]; width: number; connection: Redis };

/** The next entries over all indexes, newest first, as far as every index was read; `complete` = there are no more. */
async function entriesBelow(
  position: Position | undefined,
  { query, indexes, width, connection }: Look,
): Promise<{ entries: Position[]; complete: boolean }> {
  const oldest = query.since === undefined ? '-inf' : String(Date.parse(query.since));
  const newest = query.until === undefined ? '+inf' : `(${Date.parse(query.until)}`;
  const lists = await Promise.all(
    indexes.map(async (index) =>
      pairs(
        await connection.zrevrangebyscore(index, position?.score ?? newest, oldest, 'WITHSCORES', 'LIMIT', 0, width),
      ),
    ),
  );
  const cut = lists.filter((list) => list.length === width).flatMap((list) => list.at(-1) ?? []);
  const horizon = cut.toSorted(newestFirst)[0];
  const entries = lists
    .flat()
    .filter((entry) => isOlder(entry, position) && (horizon === undefined || newestFirst(entry, horizon) <= 0))
    .sort(newestFirst);
  return { entries, complete: cut.length === 0 };
}

function newestFirst(left: Position, right: Position): number {
  if (left.score !== right.score) return Number(right.score) - Number(left.score);
  return left.id < right.id ? 1 : left.id > right.id ? -1 : 0;
}

function pairs(rows: string[]): Position[] {
  const entries: Position[] = [];
  for (let at = 0; at + 1 < rows.length; at += 2) entries.push({ id: rows[at] ?? '', score: rows[at + 1] ?? '' });
  return entries;
}

function isOlder(entry: Position, position: Position | undefined): boolean {
  if (position === undefined || Number(entry.score) < Number(position.score)) return true;
  return entry.score === position.score && entry.id < position.id;
}

function matches(task: Task, query: TaskQuery): boolean {
  if (query.status !== undefined && task.status !== query.status) return false;
  if (query.task_type !== undefined && task.task_type !== query.task_type) return false;
  if (query.requested_by !== undefined && task.requested_by !== query.requested_by) return false;
  if (query.park !== undefined && task.park !== query.park) return false;
  return query.failure_code === undefined || task.failure_code === query.failure_code;
}

function summaryOf(task: Task): TaskSummary {
  const { attempts, ...summary } = task;
  return summary;
}

function encodeCursor(position: Position, query: TaskQuery): string {
  return Buffer.from(JSON.stringify([position.score, position.id, filterDigest(query)])).toString('base64url');
}

function decodeCursor(cursor: string, query: TaskQuery): Position | undefined {
  try {
    const [score, id, digest] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    if (typeof score === 'string' && typeof id === 'string' && digest === filterDigest(query)) return { score, id };
  } catch {
    // Falls through to the one answer for every cursor that is not ours.
  }
  return undefined;
}

function filterDigest(query: TaskQuery): string {
  const { limit, cursor, ...filters } = query;
  const ordered = Object.entries(filters).sort(([left], [right]) => (left < right ? -1 : 1));
  return createHash('sha256').update(JSON.stringify(ordered)).digest('base64url').slice(0, 12);
}
