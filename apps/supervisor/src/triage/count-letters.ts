import { UNPARSABLE_GROUP, type CauseCount, type DeadLetters, type LetterFilter } from '@nexus/task-queue';
import type { Park } from '@nexus/contracts';
import { decisionsFor, type TriageAction, type TriagePolicy } from '@nexus/triage-policy';
import { readingCounts } from './letter-replies.ts';
import { letterDecision } from './letter-view.ts';

/** Counts by what triage says. */
export type ActionCounts = Record<TriageAction, number>;

/** The most letters one page may have. */
const PAGE = 100;

/** Answer of GET /dlq/stats: exact over all letters of these causes. */
export function letterStats(causes: readonly CauseCount[]) {
  const total = sumOf(causes);
  const errors = sumOf(causes.filter(isUnparsable));
  return {
    scanned: total,
    by_failure_code: countBy(causes, ({ failure_code }) => failure_code),
    by_task_type: countBy(causes, ({ task_type }) => task_type),
    ...readingCounts({ total, truncated: false, errors }),
  };
}

export type TriageCounts = { counts: ActionCounts; scanned: number; total: number; truncated: boolean };

export type CountOptions = {
  letters: Pick<DeadLetters, 'page'>;
  park: Park;
  policy: TriagePolicy;
  /** Most letters to read one by one. */
  sample: number;
  /** Epoch milliseconds. */
  now: number;
};

/**
 * Counts what triage says of the letters of these causes. Exact without reading a letter, but for causes that a rule
 * splits by age or attempts: of these at most `sample` letters are read, oldest first, and the rest is not counted.
 */
export async function countTriage(causes: readonly CauseCount[], options: CountOptions): Promise<TriageCounts> {
  const counts: ActionCounts = { requeue: 0, hold: 0, alarm: 0, ignore: 0 };
  const open: CauseCount[] = [];
  for (const cause of causes) {
    const action = actionOfAll(cause, options.policy);
    if (action === undefined) open.push(cause);
    else counts[action] += cause.count;
  }
  const total = sumOf(causes);
  let scanned = total - sumOf(open);
  let left = options.sample;
  for (const cell of cellsOf(open)) {
    if (left <= 0) break;
    const read = await readCell(cell, { ...options, sample: left });
    for (const action of read) counts[action] += 1;
    left -= read.length;
    scanned += read.length;
  }
  // Letters come and go between counting and reading.
  return { counts, scanned, total: Math.max(total, scanned), truncated: scanned < total };
}

/** What triage says of every letter of the cause, when age and attempts make no difference. */
function actionOfAll(cause: CauseCount, policy: TriagePolicy): TriageAction | undefined {
  if (isUnparsable(cause)) return 'ignore';
  const actions = new Set(decisionsFor(cause, policy).map(({ action }) => action));
  return actions.size === 1 ? [...actions][0] : undefined;
}

type Cell = { filter: LetterFilter; requeues: Set<number> };

/** Letters are read by code, type and group; the numbers of requeues of a cell are told apart afterwards. */
function cellsOf(causes: readonly CauseCount[]): Cell[] {
  const cells = new Map<string, Cell>();
  for (const { failure_code, task_type, group, requeues } of causes) {
    const key = JSON.stringify([failure_code, task_type, group]);
    const filter = { failure_code: [failure_code], task_type: [task_type], group };
    const cell = cells.get(key) ?? { filter, requeues: new Set() };
    cell.requeues.add(requeues);
    cells.set(key, cell);
  }
  return [...cells.values()];
}

async function readCell({ filter, requeues }: Cell, options: CountOptions): Promise<TriageAction[]> {
  const { letters, park, policy, sample, now } = options;
  const actions: TriageAction[] = [];
  let cursor: string | undefined;
  while (actions.length < sample) {
    const page = await letters.page(park, { filter, limit: Math.min(PAGE, sample - actions.length), cursor });
    if (page === 'invalid_cursor') break;
    for (const letter of page.letters) {
      if (requeues.has(letter.requeues)) actions.push(letterDecision(letter, policy, now).action);
    }
    if (page.next_cursor === null) break;
    cursor = page.next_cursor;
  }
  return actions;
}

function isUnparsable({ group }: CauseCount): boolean {
  return group === UNPARSABLE_GROUP;
}

/** Letters of these causes. */
export function sumOf(causes: readonly Pick<CauseCount, 'count'>[]): number {
  return causes.reduce((sum, { count }) => sum + count, 0);
}

/** Letters by name, highest first, equal ones by name. A missing name is `unknown`. */
export function countBy(causes: readonly CauseCount[], nameOf: (cause: CauseCount) => string): Record<string, number> {
  const counts = new Map<string, number>();
  for (const cause of causes) {
    const name = nameOf(cause) || 'unknown';
    counts.set(name, (counts.get(name) ?? 0) + cause.count);
  }
  // An object keeps this order but for names that are whole numbers, which no code or type is.
  const sorted = [...counts].sort(([left, most], [right, next]) => next - most || (left < right ? -1 : 1));
  return Object.fromEntries(sorted);
}
