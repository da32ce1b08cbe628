import { freemem, tmpdir } from 'node:os';
import { statfsSync } from 'node:fs';
import { startTestRedis } from '@nexus/local-redis';
import { runForJson } from '../child.ts';
import type { BullmqLetters } from './letter-bullmq.ts';
import type { LetterMoves } from './letter-moves.ts';
import type { LetterReads } from './letter-reads.ts';
import { startAppending, usedMemory } from './letter-server.ts';
import { connectTo } from './letter-subject.ts';

/** Everything measured on one number of letters. `moved`: letters a round of moves. */
export type LetterFigures = {
  letters: number;
  moved: number;
  bytes_per_letter: number;
  /** One round each with the append-only file on, as the launcher's own Redis has it; where the file can be made in time. */
  appending: Record<'hold' | 'requeue', LetterMoves> | undefined;
  reads: LetterReads;
  holds: LetterMoves[];
  requeues: LetterMoves[];
  bullmq: BullmqLetters;
};

const ROUNDS = 3;
const MOVED = 20_000;
/** Letters made by one process, between two lines of progress. */
const BUILT_AT_ONCE = 100_000;

/**
 * Bytes that a letter may need while it is measured: in memory for Redis beside the fork of a rewrite, and as much on the
 * disk for two copies of the append-only file.
 */
const ROOM = 6000;

/** Writing the whole file anew for more letters than this would take longer than it tells. */
const MOST_APPENDED = 250_000;

/** As many of the wanted letters as there is room for; if not all, a whole number of rounds of moves. 0 = not even one. */
export function fittingLetters(wanted: number, { memory, disk }: { memory: number; disk: number }): number {
  const fitting = Math.min(memory, disk) / ROOM;
  return fitting >= wanted ? wanted : Math.floor(fitting / MOVED) * MOVED;
}

/** What this machine has left for a Redis of its own, in bytes. Within a container, of what the container may use. */
export function freeRoom(): { memory: number; disk: number } {
  const { bavail, bsize } = statfsSync(tmpdir());
  return { memory: Math.min(freemem(), process.availableMemory()), disk: bavail * bsize };
}

/**
 * Fills a Redis of its own with letters and measures memory, reads and moves. Before every round of moves the park is
 * filled up again, so that each meets the same number of letters.
 */
export async function measureLetters(letters: number, report: (line: string) => void): Promise<LetterFigures> {
  const redis = await startTestRedis();
  const connection = connectTo(redis.url);
  const run = <Value>(script: string, ...args: (string | number)[]) =>
    runForJson<Value>(`tools/bench/src/processes/${script}.ts`, [redis.url, ...args.map(String)]);
  let made = 0;
  async function build(count: number): Promise<void> {
    for (const end = made + count; made < end;) {
      const some = Math.min(BUILT_AT_ONCE, end - made);
      const { seconds } = await run<{ seconds: number }>('letter-build', made, some);
      made += some;
      report(`${made} letters made, the last ${some} in ${seconds.toFixed(1)} s`);
    }
  }
  async function measureAppending(): Promise<Record<'hold' | 'requeue', LetterMoves>> {
    report('the same with the append-only file');
    await startAppending(connection);
    const hold = await run<LetterMoves>('letter-moves', 'hold', MOVED);
    await build(MOVED);
    return { hold, requeue: await run<LetterMoves>('letter-moves', 'requeue', MOVED) };
  }
  try {
    const empty = await usedMemory(connection);
    await build(letters);
    const bytes_per_letter = ((await usedMemory(connection)) - empty) / letters;
    report('reading');
    const reads = await run<LetterReads>('letter-reads');
    if (reads.letters !== letters) throw new Error(`${reads.letters} letters were found of ${letters} made`);
    const moves: Record<'hold' | 'requeue', LetterMoves[]> = { hold: [], requeue: [] };
    for (let round = 1; round <= ROUNDS; round += 1) {
      for (const action of ['hold', 'requeue'] as const) {
        report(`round ${round}/${ROUNDS} of ${action}`);
        moves[action].push(await run<LetterMoves>('letter-moves', action, MOVED));
        await build(MOVED);
      }
    }
    const appending = letters > MOST_APPENDED ? undefined : await measureAppending();
    report('failed jobs of BullMQ itself');
    const bullmq = await run<BullmqLetters>('letter-bullmq', MOVED);
    return {
      letters,
      moved: MOVED,
      bytes_per_letter,
      appending,
      reads,
      holds: moves.hold,
      requeues: moves.requeue,
      bullmq,
    };
  } finally {
    connection.disconnect();
    await redis.stop();
  }
}
