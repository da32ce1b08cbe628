/**
 * One round of moving dead letters of all causes, oldest first, with a PING beside it, and the bases of the same minute.
 * Usage: node letter-moves.ts REDIS_URL hold|requeue COUNT. Prints {@link LetterMoves}.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { MoveRequest } from '@nexus/task-queue';
import { redisCpuMicroseconds } from './letter-server.ts';
import { watchStalls } from './letter-stall.ts';
import { openLetters } from './letter-subject.ts';

/** `idle_stall_ms`: the longest PING over as long a time with nothing going on. Rates are letters or LMOVEs a second. */
export type LetterMoves = {
  per_second: number;
  stall_ms: number;
  idle_stall_ms: number;
  redis_us: number;
  pipelined_lmove: number;
  sequential_lmove: number;
};

const PIPELINE = 500;
const SEQUENTIAL = 3000;

const [url = '', action = 'hold', moves = '20000'] = process.argv.slice(2);
const count = Number(moves);
const { letters, connection } = openLetters(url);

function moveRequest(dryRun: boolean): MoveRequest {
  const id = randomUUID();
  return {
    park: 'dlq',
    filter: {},
    verdicts: () => [{ do: action === 'requeue' ? 'requeue' : 'hold' }],
    limits: { moves: count },
    locks: 'respect',
    dryRun,
    budget: { key: id, kept: false },
    alert: false,
    record: { operation_id: id, name: 'bench', action, by: 'bench', audit: {} },
  };
}

async function moveAll(dryRun: boolean): Promise<void> {
  const { acted, errors } = await letters.move(moveRequest(dryRun));
  const moved = acted.hold + acted.requeue;
  if (moved !== count) throw new Error(`${moved} of ${count} letters were moved, ${errors} could not be`);
}

async function rate(amount: number, work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return (amount * 1000) / (performance.now() - started);
}

/** LMOVEs between two lists of task ids, the least a move of a job from one list to another can cost. */
async function measureLmove(): Promise<{ pipelined_lmove: number; sequential_lmove: number }> {
  const [from, to] = [`{nexus}:bench:${randomUUID()}`, `{nexus}:bench:${randomUUID()}`];
  for (let at = 0; at < count; at += PIPELINE)
    await connection.rpush(from, ...Array.from({ length: PIPELINE }, () => randomUUID()));
  const sequential_lmove = await rate(SEQUENTIAL, async () => {
    for (let at = 0; at < SEQUENTIAL; at += 1) await connection.lmove(from, to, 'LEFT', 'RIGHT');
  });
  const pipelined_lmove = await rate(count, async () => {
    for (let at = 0; at < count; at += PIPELINE) {
      const pipeline = connection.pipeline();
      for (let each = 0; each < PIPELINE; each += 1) pipeline.lmove(from, to, 'LEFT', 'RIGHT');
      await pipeline.exec();
    }
  });
  await connection.unlink(from, to);
  return { pipelined_lmove, sequential_lmove };
}

const bases = await measureLmove();
// Changes nothing, but has both sides know the script.
await moveAll(true);
const before = await redisCpuMicroseconds(connection);
const { took_ms, stall_ms } = await watchStalls(url, () => moveAll(false));
const redis_us = ((await redisCpuMicroseconds(connection)) - before) / count;
const idle = await watchStalls(url, () => wait(took_ms));
const figures: LetterMoves = {
  per_second: (count * 1000) / took_ms,
  stall_ms,
  idle_stall_ms: idle.stall_ms,
  redis_us,
  ...bases,
};
process.stdout.write(`${JSON.stringify(figures)}\n`);
process.exit(0);
