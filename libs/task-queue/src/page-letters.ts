import { createHash } from 'node:crypto';
import type { Park } from '@nexus/contracts';
import type { DeadLetter, LetterFilter, LetterPage } from './dead-letters.ts';
import { causeNames, sizeCauses } from './letter-causes.ts';
import type { LetterContext } from './letter-context.ts';
import { LETTER_FIELDS, type LetterRow, viewLetter } from './letter-view.ts';

type Page = [nextScore: string, nextSkip: number, ...rows: [id: string, ...row: LetterRow][]];
type Query = { filter: LetterFilter; limit: number; cursor?: string | undefined };

/** Reads one page, oldest first, by the index alone: what it costs does not depend on how many letters there are. */
export async function pageLetters(
  context: LetterContext,
  park: Park,
  { filter, limit, cursor }: Query,
): Promise<LetterPage | 'invalid_cursor'> {
  const { keys, run } = context;
  const start = cursor === undefined ? { score: '-inf', skip: 0 } : decodeCursor(cursor, digest(park, filter));
  if (start === undefined) return 'invalid_cursor';
  const causes = await causeNames(context, park, filter);
  if (causes.length === 0) return { letters: [], total: 0, next_cursor: null };
  const [sizes, page] = await Promise.all([
    sizeCauses(context, park, { filter, upTo: '', olderThan: '' }),
    run(
      'letters',
      [keys.jobs, keys.index],
      park,
      JSON.stringify(causes),
      start.score,
      start.skip,
      limit,
      ...LETTER_FIELDS,
    ) as Promise<Page>,
  ]);
  const [score, skip, ...rows] = page;
  const letters = rows.map(([id, ...row]) => viewLetter(id, row)).filter((letter) => letter !== undefined);
  return {
    letters,
    total: sizes.reduce((sum, { count }) => sum + count, 0),
    next_cursor: rows.length < limit ? null : encodeCursor({ score, skip }, digest(park, filter)),
  };
}

/** Letters by their task ids, in one consistent view; undefined where there is no letter. */
export async function readLetters(context: LetterContext, taskIds: string[]): Promise<(DeadLetter | undefined)[]> {
  if (taskIds.length === 0) return [];
  const { keys, run } = context;
  const rows = (await run(
    'letter',
    [keys.jobs],
    keys.index,
    LETTER_FIELDS.length,
    ...LETTER_FIELDS,
    ...taskIds,
  )) as LetterRow[];
  return taskIds.map((id, at) => viewLetter(id, rows[at] ?? [0]));
}

function digest(park: Park, { failure_code, task_type, group }: LetterFilter): string {
  const text = JSON.stringify([park, failure_code?.toSorted(), task_type?.toSorted(), group]);
  return createHash('sha256').update(text).digest('base64url').slice(0, 12);
}

function encodeCursor({ score, skip }: { score: string; skip: number }, of: string): string {
  return Buffer.from(JSON.stringify([score, skip, of])).toString('base64url');
}

function decodeCursor(cursor: string, of: string): { score: string; skip: number } | undefined {
  try {
    const [score, skip, filter] = JSON.parse(Buffer.from(cursor, 'base64url').toString()) as unknown[];
    const usable = typeof score === 'string' && /^\d{1,17}$/.test(score) && Number.isSafeInteger(skip);
    if (usable && Number(skip) >= 0 && filter === of) return { score, skip: Number(skip) };
  } catch {
    // Falls through to the one answer for every cursor that is not ours.
  }
  return undefined;
}
