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
 * Reads one page, newest first, by the narrowest index there is (requester, type, all), the rest filtered as read.
 * Answers 'invalid_cursor' for a cursor that is not of this query.
 */
export async function listTasks(
  query: TaskQuery,
  options: { connection: Redis; keys: QueueKeys; read: (ids: string[]) => Promise<(Task | undefined)[]> },
): Promise<TaskPage | 'invalid_cursor'> {
  const { connection, keys, read } = options;
  const index = indexFor(query, keys);
  const oldest = query.since === undefined ? '-inf' : String(Date.parse(query.since));
  const newest = query.until === undefined ? '+inf' : `(${Date.parse(query.until)}`;
  const items: TaskSummary[] = [];
  let position = query.cursor === undefined ? undefined : decodeCursor(query.cursor, query);
  if (position === undefined && query.cursor !== undefined) return 'invalid_cursor';
  let scanned = 0;
  let offset = 0;
  while (scanned < SCAN_LIMIT) {
    const upper = position?.score ?? newest;
    const rows = await connection.zrevrangebyscore(index, upper, oldest, 'WITHSCORES', 'LIMIT', offset, BATCH);
    if (rows.length === 0) return { items, next_cursor: null };
    const entries = pairs(rows).filter((entry) => isOlder(entry, position));
    // A batch that lies wholly in one already seen millisecond is skipped by offset, not by score.
    offset = entries.length === 0 ? offset + BATCH : 0;
    const tasks = await read(entries.map((entry) => entry.id));
    for (const [at, entry] of entries.entries()) {
      position = entry;
      const task = tasks[at];
      if (task === undefined || !matches(task, query)) continue;
      items.push(summaryOf(task));
      if (items.length === query.limit) return { items, next_cursor: encodeCursor(position, query) };
    }
    scanned += Math.max(1, entries.length);
  }
  return { items, next_cursor: position === undefined ? null : encodeCursor(position, query) };
}

function indexFor(query: TaskQuery, keys: QueueKeys): string {
  if (query.requested_by !== undefined) return keys.byRequester(query.requested_by);
  if (query.task_type !== undefined) return keys.byType(query.task_type);
  return keys.all;
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
