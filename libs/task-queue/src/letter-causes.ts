import type { Park } from '@nexus/contracts';
import type { CauseCount, LetterCause, LetterFilter } from './dead-letters.ts';
import type { LetterContext } from './letter-context.ts';

/** A row of the causes script: {cause, letters, older letters}. */
type CauseRow = [cell: string, count: number, older: number];

/** Reads the name under which the index keeps a cause: group|requeues|type|code; only the code may hold the separator. */
export function parseCause(cell: string): LetterCause {
  const [group = '', requeues = '0', task_type = '', ...code] = cell.split('|');
  return { group, requeues: Number(requeues), task_type, failure_code: code.join('|') };
}

/** True when letters of this cause pass the filter. */
export function matchesFilter(cause: LetterCause, filter: LetterFilter): boolean {
  if (filter.failure_code !== undefined && !filter.failure_code.includes(cause.failure_code)) return false;
  if (filter.task_type !== undefined && !filter.task_type.includes(cause.task_type)) return false;
  return filter.group === undefined || filter.group === cause.group;
}

export async function readCauses(context: LetterContext, park: Park, filter: LetterFilter): Promise<CauseCount[]> {
  const sizes = await sizeCauses(context, park, { filter, upTo: '', olderThan: '' });
  return sizes.map(({ cause, count }) => ({ ...cause, count }));
}

/** The name under which the index keeps a cause. */
function cellOf({ group, requeues, task_type, failure_code }: LetterCause): string {
  return [group, requeues, task_type, failure_code].join('|');
}

/** Task id of the newest letter of each cause; undefined where there is none. */
export async function newestIds(
  { connection, keys }: LetterContext,
  park: Park,
  causes: LetterCause[],
): Promise<(string | undefined)[]> {
  const pipeline = connection.pipeline();
  for (const cause of causes) pipeline.zrevrange(`${keys.index}${park}:c:${cellOf(cause)}`, '0', '0');
  const answers = (await pipeline.exec()) ?? [];
  return answers.map(([error, ids]) => {
    if (error !== null) throw error;
    return (ids as string[])[0];
  });
}

/** How many letters a cause has up to a score, and how many of them are older than another. */
export type CauseSize = { cell: string; cause: LetterCause; count: number; older: number };

export async function sizeCauses(
  context: LetterContext,
  park: Park,
  { filter, upTo, olderThan }: { filter: LetterFilter; upTo: string; olderThan: string },
): Promise<CauseSize[]> {
  const rows = (await context.run('causes', [context.keys.index], park, upTo, olderThan)) as CauseRow[];
  return rows
    .map(([cell, count, older]) => ({ cell, cause: parseCause(cell), count, older }))
    .filter(({ cause }) => matchesFilter(cause, filter));
}

/** Names of the causes that pass the filter. */
export async function causeNames(context: LetterContext, park: Park, filter: LetterFilter): Promise<string[]> {
  const cells = await context.connection.smembers(`${context.keys.index}${park}:cells`);
  return cells.filter((cell) => matchesFilter(parseCause(cell), filter)).sort();
}
