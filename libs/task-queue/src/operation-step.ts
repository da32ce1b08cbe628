import type { OperationStep } from './dead-letters.ts';
import type { LetterContext } from './letter-context.ts';
import { addCounts, finishOperation, operationKey, readOperation } from './letter-operations.ts';
import { addUnvisited, emptyReport, moveLetters, oldestScore, survey, UNLIMITED } from './move-letters.ts';

/** A runner that is not heard of for this long has died; every step renews it. */
const LEASE_MS = 15_000;
const INTERRUPTED = 'The request that did this ended before it was through; what it moved stays moved.';

/** Takes an operation that runs and that nobody works on. */
export async function takeOperation(context: LetterContext, operationId = ''): Promise<OperationStep | undefined> {
  const { run, keys, newToken, now } = context;
  const lease = newToken();
  const [id, abandoned] = (await run('operation', [keys.index], operationId, lease, LEASE_MS, now())) as [
    id: string,
    abandoned: string[],
  ];
  for (const over of abandoned) await finishOperation(context, over, { status: 'failed', error: INTERRUPTED });
  const operation = id === '' ? undefined : await readOperation(context, id);
  if (operation === undefined) return undefined;
  const key = operationKey(context, id);

  const advance: OperationStep['advance'] = async (request, moves) => {
    const frozen = request.frozen;
    if (frozen === undefined) throw new Error('an operation is carried out as of the moment it was created');
    const found = await survey(context, request, frozen);
    const [from, skip] = await context.connection.hmget(key, 'from', 'skip');
    const outcome = await moveLetters(context, request, {
      frozen,
      found,
      bounds: {
        position: { from: from ?? oldestScore(request, frozen), skip: Number(skip ?? 0) },
        moves,
        visits: UNLIMITED,
        lease,
      },
    });
    if (outcome.state === 'lost' || outcome.state === 'cancelled') return outcome.state;
    if (outcome.state === 'done') {
      await addCounts(context, id, addUnvisited(emptyReport(0), found, undefined));
    }
    return { report: outcome.report, finished: outcome.state === 'done' };
  };

  return {
    operation,
    advance,
    async update({ status, error, request }) {
      if (request !== undefined) await context.connection.hset(key, 'request', JSON.stringify(request));
      if (status === 'running' || status === 'canary') await context.connection.hset(key, 'status', status);
      else if (status !== undefined) await finishOperation(context, id, { status, error });
    },
    async release() {
      if ((await context.connection.get(`${key}:lease`)) === lease) await context.connection.del(`${key}:lease`);
    },
  };
}
