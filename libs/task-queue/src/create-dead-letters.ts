import { createHash } from 'node:crypto';
import type { GroupState } from '@nexus/contracts';
import type { DeadLetters, Frozen, GroupRecord, MoveReport, MoveRequest, Tombstone } from './dead-letters.ts';
import { newestIds, readCauses } from './letter-causes.ts';
import type { DeadLettersOptions, LetterContext } from './letter-context.ts';
import {
  addCounts,
  cancelOperation,
  createOperation,
  finishOperation,
  listOperations,
  lookAtOutcome,
  operationKey,
  readOperation,
  settleOutcomes,
  writeAudit,
} from './letter-operations.ts';
import { addUnvisited, moveLetters, oldestScore, PLAN_MS, survey, UNLIMITED } from './move-letters.ts';
import { takeOperation } from './operation-step.ts';
import { pageLetters, readLetters } from './page-letters.ts';
import { queueKeys } from './queue-keys.ts';
import { bindScripts } from './queue-scripts.ts';
import { parse } from './task-view.ts';

/** How long a request that shares caps is taken to be running when it is not heard of. */
const SHARING_MS = 30_000;

/** The dead letters of a task queue. Opens nothing; the connection is the caller's. */
export function createDeadLetters(options: DeadLettersOptions): DeadLetters {
  const context: LetterContext = {
    ...options,
    keys: queueKeys(options.queueName),
    run: bindScripts(options.connection),
  };
  return {
    causes: (park, filter = {}) => readCauses(context, park, filter),
    async newest(park, causes) {
      const ids = await newestIds(context, park, causes);
      const found = await readLetters(
        context,
        ids.filter((id) => id !== undefined),
      );
      const byId = new Map(found.map((letter) => [letter?.task_id, letter]));
      return ids.map((id) => (id === undefined ? undefined : byId.get(id)));
    },
    page: (park, query) => pageLetters(context, park, query),
    read: (taskIds) => readLetters(context, taskIds),
    move: (request) => move(context, request),
    freeze: () => freeze(context),
    keepPlan: (plan) => keepPlan(context, plan),
    readPlan: async (hash) =>
      parse<Record<string, unknown>>(await context.connection.get(`${context.keys.index}plan:${hash}`)),
    groups: {
      read: (groups) => readGroups(context, groups),
      setState: (group, change) => setGroupState(context, group, change),
    },
    operations: {
      async create(creation) {
        await createOperation(context, { ...creation, direct: false });
        const record = await readOperation(context, creation.operation_id);
        if (record === undefined) throw new Error('the operation was removed while it was created');
        return record;
      },
      async read(operationId) {
        await lookAtOutcome(context, operationId, 2);
        return readOperation(context, operationId);
      },
      list: (query) => listOperations(context, query),
      async cancel(operationId) {
        const outcome = await cancelOperation(context, operationId);
        // One that nobody works on ends at once; a runner sees the request before its next step.
        const step = outcome === 'cancelled' ? await takeOperation(context, operationId) : undefined;
        await step?.update({ status: 'cancelled' });
        await step?.release();
        return outcome;
      },
      async addAlerted(operationId, count) {
        await context.connection.hincrby(operationKey(context, operationId), 'alerted', count);
      },
      take: (operationId) => takeOperation(context, operationId),
      settleOutcomes: () => settleOutcomes(context),
    },
    tombstone: async (taskId) => parse<Tombstone>(await context.connection.get(`${context.keys.index}gone:${taskId}`)),
    audit: (event, fields) => writeAudit(context, event, fields),
  };
}

async function move(context: LetterContext, request: MoveRequest): Promise<MoveReport> {
  const frozen = request.frozen ?? (await freeze(context));
  const found = await survey(context, request, frozen);
  const { limits, record, budget } = request;
  const bounds = {
    position: { from: oldestScore(request, frozen), skip: 0 },
    moves: limits.moves ?? UNLIMITED,
    visits: limits.visits ?? UNLIMITED,
    lease: '',
  };
  const carryOut = async () => (await moveLetters(context, request, { frozen, found, bounds })).report;
  if (request.dryRun) {
    const report = await carryOut();
    addUnvisited(report, found, limits.visits);
    return report;
  }
  await createOperation(context, { ...record, request: record.audit, total: found.total, direct: true });
  const report = await (budget.kept ? carryOut() : sharing(context, budget.key, carryOut));
  await addCounts(context, record.operation_id, addUnvisited(report, found, limits.visits));
  await finishOperation(context, record.operation_id, { status: 'succeeded' });
  return report;
}

/** Callers of one key share its caps from the first that starts to the last that ends. */
async function sharing<Result>(context: LetterContext, key: string, work: () => Promise<Result>): Promise<Result> {
  const { connection, keys } = context;
  const budget = `${keys.index}budget:${key}`;
  await connection.multi().hincrby(budget, 'callers', 1).pexpire(budget, SHARING_MS).exec();
  try {
    return await work();
  } finally {
    const left = await connection.hincrby(budget, 'callers', -1).catch(() => 1);
    if (left <= 0) await connection.unlink(budget).catch(() => undefined);
  }
}

async function freeze({ connection, keys, now }: LetterContext): Promise<Frozen> {
  const [sequence, newest] = await Promise.all([
    connection.get(`${keys.index}sequence`),
    connection.zrevrange(`${keys.jobs}failed`, '0', '0', 'WITHSCORES'),
  ]);
  return { now: now(), sequence: Number(sequence ?? 0), score: String(Number(newest[1] ?? now()) * 1000 + 999) };
}

async function keepPlan({ connection, keys }: LetterContext, plan: Record<string, unknown>): Promise<string> {
  const text = JSON.stringify(plan);
  const hash = createHash('sha256').update(text).digest('hex').slice(0, 32);
  await connection.set(`${keys.index}plan:${hash}`, text, 'PX', PLAN_MS);
  return hash;
}

async function readGroups({ connection, keys }: LetterContext, groups: string[]): Promise<GroupRecord[]> {
  const pipeline = connection.pipeline();
  for (const group of groups) pipeline.hgetall(`${keys.index}group:${group}`);
  const answers = (await pipeline.exec()) ?? [];
  return groups.map((group, at) => {
    const [error, fields] = answers[at] ?? [];
    if (error instanceof Error) throw error;
    return groupRecord(group, fields as Record<string, string>);
  });
}

function instantOf(milliseconds: string | undefined): string | null {
  return milliseconds === undefined ? null : new Date(Number(milliseconds)).toISOString();
}

function groupRecord(group: string, fields: Record<string, string>): GroupRecord {
  const at = fields['at'];
  return {
    group,
    failure_code: fields['code'] ?? '',
    state: (fields['state'] as GroupState | undefined) ?? 'open',
    regression: fields['regression'] === '1',
    state_by: fields['by'] ?? null,
    state_at: at === undefined ? null : new Date(Number(at)).toISOString(),
    state_reason: fields['reason'] ?? null,
    first_seen: instantOf(fields['first']),
    last_seen: instantOf(fields['last']),
  };
}

async function setGroupState(
  context: LetterContext,
  group: string,
  { state, by, reason }: { state: GroupState; by: string; reason?: string | undefined },
): Promise<GroupRecord | undefined> {
  const { connection, keys, now } = context;
  const key = `${keys.index}group:${group}`;
  if ((await connection.exists(key)) === 0) return undefined;
  const change = connection.multi().hset(key, { state, by, at: now() }).hdel(key, 'regression', 'reason');
  if (reason !== undefined) change.hset(key, 'reason', reason);
  await change.exec();
  await writeAudit(context, 'GROUP_STATE', { group, state, by, ...(reason === undefined ? {} : { reason }) });
  return (await readGroups(context, [group]))[0];
}
