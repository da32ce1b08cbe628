/**
 * What looking at dead letters costs while nothing else happens.
 * Usage: node letter-reads.ts REDIS_URL. Prints {@link LetterReads}.
 */
import type { CauseCount, LetterFilter } from '@nexus/task-queue';
import { percentile } from '../row.ts';
import { CODES, openLetters } from './letter-subject.ts';

/** Milliseconds of one kind of read. */
export type Timing = { p50: number; p99: number };

/** `letters`: how many there are. `ping`: a bare round trip on the same connection. Middle pages start at a cursor. */
export type LetterReads = {
  letters: number;
  ping: Timing;
  stats: Timing;
  groups: Timing;
  page: Timing;
  middle: Timing;
  middle_unfiltered: Timing;
};

const SAMPLES = 300;
const PAGE = 50;
const FILTER: LetterFilter = { failure_code: ['CODE_3'], task_type: ['type_3'] };

const [url = ''] = process.argv.slice(2);
const { letters, connection } = openLetters(url);

async function time(act: () => Promise<unknown>): Promise<Timing> {
  for (let at = 0; at < SAMPLES / 10; at += 1) await act();
  const taken: number[] = [];
  for (let at = 0; at < SAMPLES; at += 1) {
    const started = performance.now();
    await act();
    taken.push(performance.now() - started);
  }
  return { p50: percentile(taken, 0.5), p99: percentile(taken, 0.99) };
}

/** What GET /dlq/groups asks of the store: the causes by group, then states and a letter of the largest 20. */
async function readGroups(): Promise<void> {
  const groups = new Map<string, CauseCount>();
  for (const cause of await letters.causes('dlq')) {
    const known = groups.get(cause.group);
    if (known === undefined || known.count < cause.count) groups.set(cause.group, cause);
  }
  const shown = [...groups.values()].toSorted((left, right) => right.count - left.count).slice(0, 20);
  const [, samples] = await Promise.all([
    letters.groups.read(shown.map(({ group }) => group)),
    letters.newest('dlq', shown),
  ]);
  if (groups.size !== CODES || samples.includes(undefined))
    throw new Error(`${groups.size} groups instead of ${CODES}, or one without a letter`);
}

async function readPage(filter: LetterFilter, cursor: string | undefined, limit = PAGE) {
  const page = await letters.page('dlq', { filter, limit, cursor });
  if (page === 'invalid_cursor' || page.letters.length !== limit) throw new Error(`a page of ${limit} was not full`);
  return page;
}

/** The cursor behind the first half of the letters, found by reading them. */
async function middleCursor(filter: LetterFilter, step: number): Promise<string | undefined> {
  let cursor: string | undefined;
  for (let read = 0; ; read += step) {
    const page = await readPage(filter, cursor, step);
    cursor = page.next_cursor ?? undefined;
    if (read + step >= page.total / 2) return cursor;
  }
}

const total = (await letters.causes('dlq')).reduce((sum, { count }) => sum + count, 0);
const ping = await time(() => connection.ping());
const stats = await time(() => letters.causes('dlq'));
const groups = await time(readGroups);
const page = await time(() => readPage(FILTER, undefined));
const [middle, everywhere] = [await middleCursor(FILTER, 1), await middleCursor({}, 500)];
const reads: LetterReads = {
  letters: total,
  ping,
  stats,
  groups,
  page,
  middle: await time(() => readPage(FILTER, middle)),
  middle_unfiltered: await time(() => readPage({}, everywhere)),
};
process.stdout.write(`${JSON.stringify(reads)}\n`);
process.exit(0);
