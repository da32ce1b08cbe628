import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, jest, test } from '@jest/globals';
import { PARKS } from '@nexus/contracts';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { Queue, Worker } from 'bullmq';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import type { Disposition, MoveRequest } from './dead-letters.ts';
import { openQueue, type QueueFixture } from './testing/queue-fixture.ts';
import { expectOnePlaceEach } from './testing/one-place-each.ts';

jest.setTimeout(120_000);

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

/** One thing that somebody does to the letters; those of a `together` happen at the same time. */
type Act =
  | {
      kind: 'move';
      park: 'dlq' | 'hold' | 'alarm';
      to: Disposition;
      moves: number;
      code: string | undefined;
      dry: boolean;
    }
  | { kind: 'fail'; task: number; code: string }
  | { kind: 'work'; succeeds: boolean }
  | { kind: 'board-retry'; task: number }
  | { kind: 'board-retry-all' }
  | { kind: 'board-remove'; task: number }
  | { kind: 'cancel'; task: number }
  | { kind: 'reconcile' }
  | { kind: 'outcomes' };

const TASKS = 6;
const codes = ['PROVIDER_TIMEOUT', 'SCHEMA_PARSE_ERROR', 'A|B'];
const task = fc.nat({ max: TASKS - 1 });
const anyAct: fc.Arbitrary<Act> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constant('move' as const),
      park: fc.constantFrom(...PARKS),
      to: fc.constantFrom('requeue' as const, 'hold' as const, 'alarm' as const, 'purge' as const),
      moves: fc.integer({ min: 1, max: TASKS }),
      code: fc.option(fc.constantFrom(...codes), { nil: undefined }),
      dry: fc.boolean(),
    }),
  },
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('fail' as const), task, code: fc.constantFrom(...codes) }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('work' as const), succeeds: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('board-retry' as const), task }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'board-retry-all' } as const) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('board-remove' as const), task }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), task }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'reconcile' } as const) },
  { weight: 2, arbitrary: fc.constant({ kind: 'outcomes' } as const) },
);

type World = { fixture: QueueFixture; ids: string[]; board: Queue; worker: Worker };

async function perform(act: Act, { fixture, ids, board, worker }: World): Promise<unknown> {
  if (act.kind === 'move') return fixture.letters.move(moveOf(act));
  if (act.kind === 'reconcile') return fixture.queue.reconcile();
  if (act.kind === 'outcomes') return fixture.letters.operations.settleOutcomes();
  if (act.kind === 'board-retry-all') return board.retryJobs({ state: 'failed' });
  if (act.kind === 'work') return work(worker, act.succeeds);
  const id = ids[act.task] ?? '';
  if (act.kind === 'cancel') return fixture.queue.cancel(id, { by: 'kim' });
  if (act.kind === 'board-remove') return board.remove(id).catch(() => undefined);
  if (act.kind === 'board-retry') return (await board.getJob(id))?.retry('failed').catch(() => undefined);
  return fixture.queue.report({
    task_id: id,
    status: 'failed',
    will_retry: false,
    error: { code: act.code, message: `no answer after ${act.task} ms` },
  });
}

function moveOf({ park, to, moves, code, dry }: Act & { kind: 'move' }): MoveRequest {
  const operation_id = randomUUID();
  return {
    park,
    filter: { failure_code: code === undefined ? undefined : [code] },
    verdicts: () => [{ do: to === park ? 'stay' : to }],
    limits: { moves },
    locks: 'release',
    dryRun: dry,
    budget: { key: operation_id, kept: false },
    alert: false,
    record: { operation_id, name: 'law', action: 'requeue', by: 'law', audit: {} },
  };
}

async function work(worker: Worker, succeeds: boolean): Promise<void> {
  const job = await worker.getNextJob(randomUUID(), { block: false });
  if (job === undefined) return;
  const token = job.token ?? '';
  if (succeeds) await job.moveToCompleted({}, token, false);
  else await job.moveToFailed(new Error('boom'), token, false);
}

test('whatever operators, workers and other tools do at once: one place each, the failed set is the index', async () => {
  const step = fc.array(anyAct, { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const fixture = openQueue(redis.url, { retry: { maxRetries: 0, delaysSeconds: [0], jitter: false } });
      const connection = new Redis(redis.url, { maxRetriesPerRequest: null, disconnectTimeout: 50 });
      const board = new Queue(fixture.queueName, { connection, prefix: '{nexus}' });
      const worker = new Worker(fixture.queueName, null, {
        connection,
        prefix: '{nexus}',
        autorun: false,
        settings: { backoffStrategy: () => -1 },
      });
      board.on('error', () => undefined);
      worker.on('error', () => undefined);
      try {
        const ids = await Promise.all(Array.from({ length: TASKS }, () => fixture.add()));
        const world = { fixture, ids, board, worker };
        for (const together of steps) await Promise.all(together.map((act) => perform(act, world)));
        await fixture.queue.reconcile();
        await expectOnePlaceEach(fixture, ids);
      } finally {
        await worker.close();
        await board.close();
        connection.disconnect();
        await fixture.close();
      }
    }),
    { numRuns: 150 },
  );
});
