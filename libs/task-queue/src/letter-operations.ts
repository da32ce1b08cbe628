import type { OperationStatus } from '@nexus/contracts';
import type { MoveRecord, OperationRecord } from './dead-letters.ts';
import type { LetterContext } from './letter-context.ts';
import type { Unvisited } from './move-letters.ts';

/** Pending letters one look goes through, and looks a pass may make for an operation. */
const LOOK = 500;
const LOOKS = 20;
/** What people made of a group is remembered this long after its latest letter. */
const GROUPS_KEPT_MS = 180 * 86_400_000;
/** Finished operations are remembered at least this long, whatever the tasks' TTL. */
const KEPT_AT_LEAST_MS = 86_400_000;

type Creation = MoveRecord & { request: Record<string, unknown>; total: number; direct: boolean };

export function operationKey({ keys }: LetterContext, operationId: string): string {
  return `${keys.index}op:${operationId}`;
}

/** Writes the record of an operation that is about to begin. `direct` = a request carries it out itself. */
export async function createOperation(context: LetterContext, creation: Creation): Promise<void> {
  const { connection, keys } = context;
  const now = context.now();
  const key = operationKey(context, creation.operation_id);
  await connection
    .multi()
    .hset(key, {
      name: creation.name,
      action: creation.action,
      status: 'running',
      by: creation.by,
      started: now,
      updated: now,
      total: creation.total,
      request: JSON.stringify(creation.request),
      direct: creation.direct ? '1' : '0',
      audit: JSON.stringify(creation.audit),
      ...(creation.reason === undefined ? {} : { reason: creation.reason }),
    })
    .zadd(`${keys.index}ops`, now, creation.operation_id)
    .zadd(`${keys.index}ops:running`, now, creation.operation_id)
    .exec();
}

/** Ends an operation once, together with its line in the audit stream. */
export async function finishOperation(
  { run, keys, now }: LetterContext,
  operationId: string,
  { status, error = '' }: { status: OperationStatus; error?: string | undefined },
): Promise<void> {
  await run('finishOperation', [keys.index], operationId, status, error, now());
}

/** Puts a record on the audit stream, which is kept as long as tasks are. */
export async function writeAudit(
  { connection, keys }: LetterContext,
  event: string,
  fields: Record<string, string>,
): Promise<void> {
  await connection.xadd(keys.audit, '*', 'event', event, ...Object.entries(fields).flat());
}

/** Adds letters that needed no look to an operation's counts. */
export async function addCounts(context: LetterContext, operationId: string, counts: Unvisited): Promise<void> {
  const pipeline = context.connection.multi();
  for (const [field, count] of Object.entries(counts)) {
    if (count > 0) pipeline.hincrby(operationKey(context, operationId), field, count);
  }
  await pipeline.exec();
}

export async function readOperation(context: LetterContext, operationId: string): Promise<OperationRecord | undefined> {
  const key = operationKey(context, operationId);
  const [fields, pending] = await Promise.all([
    context.connection.hgetall(key),
    context.connection.scard(`${key}:pending`),
  ]);
  return fields['status'] === undefined ? undefined : viewOperation(operationId, fields, pending);
}

function viewOperation(operationId: string, fields: Record<string, string>, pending: number): OperationRecord {
  const count = (name: string) => Number(fields[name] ?? 0);
  const instant = (name: string) => new Date(count(name)).toISOString();
  return {
    operation_id: operationId,
    name: fields['name'] ?? '',
    action: fields['action'] ?? '',
    status: fields['status'] as OperationStatus,
    by: fields['by'] ?? '',
    reason: fields['reason'] ?? null,
    started_at: instant('started'),
    updated_at: instant('updated'),
    finished_at: fields['finished'] === undefined ? null : instant('finished'),
    total: count('total'),
    done: count('done'),
    acted: {
      requeue: count('requeue'),
      hold: count('hold'),
      alarm: count('alarm'),
      purge: count('purge'),
      stay: count('stay'),
    },
    skipped_age: count('age'),
    skipped_cap: count('cap'),
    skipped_locked: count('locked'),
    skipped_policy: count('policy'),
    errors: count('errors'),
    alerted: count('alerted'),
    request: JSON.parse(fields['request'] ?? '{}') as Record<string, unknown>,
    outcome: {
      requeued: count('requeued'),
      pending,
      succeeded: count('succeeded'),
      failed_again: count('failed_again'),
      failed_same_cause: count('failed_same_cause'),
      gone: count('gone'),
    },
    error: fields['error'] ?? null,
    cancelled: fields['cancelled'] === '1',
  };
}

export async function listOperations(
  context: LetterContext,
  { limit, status }: { limit: number; status?: OperationStatus | undefined },
): Promise<OperationRecord[]> {
  const found: OperationRecord[] = [];
  for (let offset = 0; found.length < limit && offset < 2000; offset += 100) {
    const ids = await context.connection.zrevrange(`${context.keys.index}ops`, String(offset), String(offset + 99));
    const records = await Promise.all(ids.map((id) => readOperation(context, id)));
    found.push(
      ...records.filter((each) => each !== undefined).filter((each) => status === undefined || each.status === status),
    );
    if (ids.length < 100) break;
  }
  return found.slice(0, limit);
}

/** Asks an operation to stop before its next step. */
export async function cancelOperation(
  context: LetterContext,
  operationId: string,
): Promise<'cancelled' | 'terminal' | 'not_found'> {
  const record = await readOperation(context, operationId);
  if (record === undefined) return 'not_found';
  if (record.status !== 'running' && record.status !== 'canary') return 'terminal';
  await context.connection.hset(operationKey(context, operationId), 'cancelled', '1');
  return 'cancelled';
}

/** One bounded look at what became of an operation's letters. */
export async function lookAtOutcome(context: LetterContext, operationId: string, looks = LOOKS): Promise<number> {
  const { run, keys } = context;
  const rounds = Math.ceil((await context.connection.scard(`${operationKey(context, operationId)}:pending`)) / LOOK);
  let settled = 0;
  for (let look = 0; look < Math.min(looks, Math.max(1, rounds)); look += 1) {
    const [, found] = (await run('outcomes', [keys.jobs, keys.index], operationId, LOOK)) as [number, number];
    settled += found;
  }
  return settled;
}

/** Looks at every operation whose letters have not all ended, and forgets operations and groups whose time is over. */
export async function settleOutcomes(context: LetterContext): Promise<number> {
  const { connection, keys } = context;
  let settled = 0;
  for (const id of await connection.smembers(`${keys.index}ops:awaiting`)) settled += await lookAtOutcome(context, id);
  await forgetOld(context);
  await forgetGroups(context);
  return settled;
}

async function forgetOld(context: LetterContext): Promise<void> {
  const { connection, keys, taskTtlSeconds, now } = context;
  const before = now() - Math.max(taskTtlSeconds * 1000, KEPT_AT_LEAST_MS);
  for (const id of await connection.zrangebyscore(`${keys.index}ops`, '-inf', String(before), 'LIMIT', 0, 100)) {
    const key = operationKey(context, id);
    if ((await connection.zscore(`${keys.index}ops:running`, id)) !== null) continue;
    await connection
      .multi()
      .unlink(key, `${key}:pending`)
      .srem(`${keys.index}ops:awaiting`, id)
      .zrem(`${keys.index}ops`, id)
      .exec();
  }
}

async function forgetGroups({ connection, keys, now }: LetterContext): Promise<void> {
  const before = String(now() - GROUPS_KEPT_MS);
  const groups = await connection.zrangebyscore(`${keys.index}groups`, '-inf', before, 'LIMIT', 0, 100);
  if (groups.length === 0) return;
  await connection
    .multi()
    .unlink(...groups.map((group) => `${keys.index}group:${group}`))
    .zrem(`${keys.index}groups`, ...groups)
    .exec();
}
