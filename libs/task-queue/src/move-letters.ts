import type { Disposition, Frozen, LetterCause, LetterVerdict, MoveReport, MoveRequest } from './dead-letters.ts';
import { UNPARSABLE_GROUP } from './dead-letters.ts';
import { type CauseSize, parseCause, sizeCauses } from './letter-causes.ts';
import type { LetterContext } from './letter-context.ts';

/**
 * Letters one call of the script looks at: some ten milliseconds during which Redis serves nobody else. A relabel costs a
 * third of what a requeue or a purge does.
 */
const LOOKS = { relabel: 400, other: 200 };
/** How many affected ids a report names. */
const NAMED_IDS = 20;
/** Callers that share caps only while they run hold them this long after their last step. */
const SHARED_CAPS_MS = 30_000;
/** How long a plan is kept, and with it what it has used of its caps. */
export const PLAN_MS = 900_000;
/** More than there can be. */
export const UNLIMITED = 1_000_000_000;

/** Where a move stands between two calls of the script. */
export type Position = { from: string; skip: number };

/** How far a call goes: at most so many moves; `lease` proves that a background operation is still its runner's. */
export type MoveBounds = { position: Position; moves: number; visits: number; lease: string };

type Counts = Record<
  'requeue' | 'hold' | 'alarm' | 'purge' | 'stay' | 'pass' | 'policy' | 'cap' | 'locked' | 'errors',
  number
>;
type Row = [cell: string, action: Disposition, count: number];
type Reply = [
  state: 'more' | 'done' | 'lost' | 'cancelled',
  from: string,
  skip: number,
  counts: string,
  ids: string[],
  alerts: string[],
  rows: Row[],
];

export type MoveOutcome = { state: 'done' | 'more' | 'lost' | 'cancelled'; report: MoveReport; position: Position };

/** The causes of a request, sorted by what has to be done about them. */
export type Survey = {
  total: number;
  /** Causes whose letters are looked at one by one. */
  visited: { cell: string; verdicts: LetterVerdict[]; eligible: number }[];
  /** Letters that are counted without being looked at. */
  bulk: { age: number; stay: number; pass: number; policy: number; errors: number };
};

/** Looks at the index once: what there is, what of it is concerned, and what can be counted without reading a letter. */
export async function survey(context: LetterContext, request: MoveRequest, frozen: Frozen): Promise<Survey> {
  const { park, filter } = request;
  const oldest = oldestScore(request, frozen);
  const olderThan = oldest === '-inf' ? '' : oldest;
  const sizes = await sizeCauses(context, park, { filter, upTo: frozen.score, olderThan });
  const found: Survey = { total: 0, visited: [], bulk: { age: 0, stay: 0, pass: 0, policy: 0, errors: 0 } };
  for (const size of sizes) {
    found.total += size.count;
    place(size, verdictsFor(size.cause, request), found);
  }
  return found;
}

/** A letter that is not a task cannot be moved, only purged. */
function verdictsFor(cause: LetterCause, request: MoveRequest): LetterVerdict[] | 'unparsable' {
  const verdicts = request.verdicts(cause);
  if (cause.group !== UNPARSABLE_GROUP) return verdicts;
  return verdicts[0]?.do === 'purge' ? verdicts : 'unparsable';
}

function place({ cell, count, older }: CauseSize, verdicts: LetterVerdict[] | 'unparsable', found: Survey): void {
  const eligible = count - older;
  if (verdicts === 'unparsable') {
    found.bulk.errors += count;
    return;
  }
  const only = verdicts[0]?.when === undefined ? verdicts[0]?.do : undefined;
  if (only === 'pass' || verdicts.length === 0) {
    found.bulk.pass += count;
    return;
  }
  found.bulk.age += older;
  if (only === 'stay') found.bulk.stay += eligible;
  else if (only === 'refuse') found.bulk.policy += eligible;
  else if (eligible > 0) found.visited.push({ cell, verdicts, eligible });
}

/** Carries out a request up to its bounds, some letters a script call, or counts what it would do. */
export async function moveLetters(
  context: LetterContext,
  request: MoveRequest,
  { frozen, found, bounds }: { frozen: Frozen; found: Survey; bounds: MoveBounds },
): Promise<MoveOutcome> {
  const report = emptyReport(found.total);
  let position = bounds.position;
  let passed = 0;
  if (found.visited.length === 0) return { state: 'done', report, position };
  const body = JSON.stringify(scriptRequest(context, request, { frozen, found }));
  const heavy = found.visited.some(({ verdicts }) =>
    verdicts.some((each) => each.do === 'requeue' || each.do === 'purge'),
  );
  const looks = heavy ? LOOKS.other : LOOKS.relabel;
  for (;;) {
    const batch = {
      from: position.from,
      skip: position.skip,
      looks,
      visits: bounds.visits - (report.scanned - passed),
      moves: bounds.moves - sumOf(report.acted, ['requeue', 'hold', 'alarm', 'purge']),
      lease: bounds.lease,
      ...(request.dryRun ? { used: usedBy(report) } : {}),
    };
    if (batch.visits <= 0 || batch.moves <= 0) return { state: 'more', report, position };
    const reply = (await context.run(
      'move',
      [context.keys.jobs, context.keys.index],
      body,
      JSON.stringify(batch),
    )) as Reply;
    if (reply[0] === 'lost' || reply[0] === 'cancelled') return { state: reply[0], report, position };
    position = { from: reply[1], skip: Number(reply[2]) };
    passed += add(report, reply).pass;
    if (reply[0] === 'done') return { state: 'done', report, position };
  }
}

function scriptRequest(
  { keys, taskTtlSeconds, now }: LetterContext,
  request: MoveRequest,
  { frozen, found }: { frozen: Frozen; found: Survey },
) {
  const programs: unknown[] = [];
  const known = new Map<string, number>();
  const numberOf = (verdicts: LetterVerdict[]) => {
    const program = verdicts.map(scriptRule);
    const text = JSON.stringify(program);
    const at = known.get(text) ?? programs.push(program);
    known.set(text, at);
    return at;
  };
  const { limits, budget, record } = request;
  const at = new Date(now()).toISOString();
  return {
    park: request.park,
    causes: found.visited.map(({ cell }) => cell),
    program: found.visited.map(({ verdicts }) => numberOf(verdicts)),
    programs,
    now: frozen.now,
    sequence: frozen.sequence,
    to: frozen.score,
    caps: { moves: limits.moves, requeue: limits.requeue, hold: limits.hold, alarm: limits.alarm },
    budget: `${keys.index}budget:${budget.key}`,
    budget_ms: budget.kept ? PLAN_MS : SHARED_CAPS_MS,
    dry: request.dryRun,
    locks: request.locks,
    alert: request.alert,
    operation: record.operation_id,
    by: record.by,
    by_json: JSON.stringify(record.by),
    at,
    at_json: JSON.stringify(at),
    tombstone: taskTtlSeconds,
  };
}

function scriptRule({ do: action, when }: LetterVerdict) {
  if (when === undefined) return { do: action };
  const milliseconds = (seconds: number | undefined) => (seconds === undefined ? undefined : seconds * 1000);
  return {
    do: action,
    when: {
      age_min: milliseconds(when.age_min_seconds),
      age_max: milliseconds(when.age_max_seconds),
      attempts_min: when.attempts_min,
      attempts_max: when.attempts_max,
    },
  };
}

export function emptyReport(total: number): MoveReport {
  return {
    total,
    scanned: 0,
    truncated: false,
    acted: { requeue: 0, hold: 0, alarm: 0, purge: 0, stay: 0 },
    skipped_age: 0,
    skipped_cap: 0,
    skipped_locked: 0,
    skipped_policy: 0,
    errors: 0,
    ids: [],
    moved: [],
    alerts: [],
  };
}

function add(report: MoveReport, [, , , encoded, ids, alerts, rows]: Reply): Counts {
  const counts = JSON.parse(encoded) as Counts;
  for (const name of ['requeue', 'hold', 'alarm', 'purge', 'stay'] as const) report.acted[name] += counts[name];
  report.skipped_policy += counts.policy;
  report.skipped_cap += counts.cap;
  report.skipped_locked += counts.locked;
  report.errors += counts.errors;
  report.scanned += Object.values(counts).reduce((sum, count) => sum + count, 0);
  report.ids.push(...ids.slice(0, NAMED_IDS - report.ids.length));
  report.alerts.push(...alerts);
  for (const [cell, disposition, count] of rows) addMoved(report, { cell, disposition, count });
  return counts;
}

function addMoved(
  report: MoveReport,
  { cell, disposition, count }: { cell: string; disposition: Disposition; count: number },
): void {
  const { failure_code, task_type } = parseCause(cell);
  const known = report.moved.find(
    (each) => each.failure_code === failure_code && each.task_type === task_type && each.disposition === disposition,
  );
  if (known === undefined) report.moved.push({ failure_code, task_type, disposition, count });
  else known.count += count;
}

function usedBy({ acted }: MoveReport): Record<string, number> {
  const { requeue, hold, alarm } = acted;
  return { requeue, hold, alarm, moves: sumOf(acted, ['requeue', 'hold', 'alarm', 'purge']) };
}

export function sumOf<Name extends string>(counts: Record<Name, number>, names: readonly Name[]): number {
  return names.reduce((sum, name) => sum + counts[name], 0);
}

/** Letters that were counted without being looked at. `done` is their sum as far as they are concerned at all. */
export type Unvisited = { age: number; stay: number; policy: number; errors: number; done: number };

/** Adds what needs no look to a report, as far as the limit on visits allows, and says whether anything was left out. */
export function addUnvisited(report: MoveReport, { bulk }: Survey, visits: number | undefined): Unvisited {
  let room = (visits ?? UNLIMITED) - report.scanned;
  const take = (letters: number) => {
    const taken = Math.max(0, Math.min(room, letters));
    room -= taken;
    return taken;
  };
  const counted = { age: take(bulk.age), stay: take(bulk.stay), policy: take(bulk.policy), errors: take(bulk.errors) };
  const done = sumOf(counted, ['age', 'stay', 'policy', 'errors']);
  report.skipped_age += counted.age;
  report.acted.stay += counted.stay;
  report.skipped_policy += counted.policy;
  report.errors += counted.errors;
  report.scanned += done + bulk.pass;
  report.truncated = report.scanned < report.total;
  return { ...counted, done };
}

/** Score below which letters are too old for a request. */
export function oldestScore({ maxAgeSeconds }: MoveRequest, { now }: Frozen): string {
  return maxAgeSeconds === undefined ? '-inf' : String((now - maxAgeSeconds * 1000) * 1000);
}
