import { normalizeMessage } from '@nexus/failure-taxonomy';
import { maskText } from '@nexus/runtime';
import { UNPARSABLE_GROUP, type CauseCount, type DeadLetter, type GroupRecord } from '@nexus/task-queue';
import { decisionsFor, runbookFor, type TriagePolicy } from '@nexus/triage-policy';
import { countBy, sumOf } from './count-letters.ts';
import { letterDecision, unparsableDecision } from './letter-view.ts';

/** Letters of one group in one park: its causes differ in type or number of requeues, or share a message across codes. */
export type LetterGroup = { group: string; count: number; causes: CauseCount[]; largest: CauseCount };

/** Largest first. */
export function groupCauses(causes: readonly CauseCount[]): LetterGroup[] {
  const groups = new Map<string, CauseCount[]>();
  for (const cause of causes) {
    const members = groups.get(cause.group);
    if (members === undefined) groups.set(cause.group, [cause]);
    else members.push(cause);
  }
  return [...groups]
    .map(([group, members]) => ({ group, count: sumOf(members), causes: members, largest: largestOf(members) }))
    .sort((left, right) => right.count - left.count || (left.group < right.group ? -1 : 1));
}

function largestOf(causes: readonly CauseCount[]): CauseCount {
  return causes.reduce((largest, cause) => (cause.count > largest.count ? cause : largest));
}

export type GroupViewOptions = {
  policy: TriagePolicy;
  runbookBaseUrl: string;
  /** Epoch milliseconds. */
  now: number;
  /** The newest letter of the group's largest cause; undefined when it has gone meanwhile. */
  sample: DeadLetter | undefined;
  record: GroupRecord | undefined;
};

/** What the message of a letter that cannot be read says. */
const UNPARSABLE_MESSAGE = 'the data of the job is not a task';

/** A group as the list of groups shows it. Its message is that of the newest letter, masked. */
export function groupView(group: LetterGroup, { policy, runbookBaseUrl, now, sample, record }: GroupViewOptions) {
  const { causes, largest } = group;
  const unparsable = group.group === UNPARSABLE_GROUP;
  const message = unparsable ? UNPARSABLE_MESSAGE : (sample?.error.message ?? '');
  const decision = sample === undefined ? lastDecision(largest, policy) : letterDecision(sample, policy, now);
  return {
    failure_code: largest.failure_code,
    message: maskText(unparsable ? message : normalizeMessage(message)),
    count: group.count,
    first_seen: record?.first_seen ?? null,
    last_seen: record?.last_seen ?? null,
    task_types: countBy(causes, ({ task_type }) => task_type),
    sample: sample === undefined ? null : { task_id: sample.task_id, message: maskText(message) },
    decision: { ...decision, conditional: !unparsable && dependsOnLetter(causes, policy) },
    ...groupState(group.group, record),
    runbook: runbookFor(largest.failure_code, runbookBaseUrl) ?? null,
  };
}

/** What people have made of a group; one nobody touched is open. */
export function groupState(group: string, record: GroupRecord | undefined) {
  return {
    group,
    state: record?.state ?? ('open' as const),
    regression: record?.regression ?? false,
    state_by: record?.state_by ?? null,
    state_at: record?.state_at ?? null,
    state_reason: record?.state_reason ?? null,
  };
}

/** True when letters of the group may be treated differently. */
function dependsOnLetter(causes: readonly CauseCount[], policy: TriagePolicy): boolean {
  const actions = causes.flatMap((cause) => decisionsFor(cause, policy).map(({ action }) => action));
  return new Set(actions).size > 1;
}

function lastDecision(cause: CauseCount, policy: TriagePolicy) {
  if (cause.group === UNPARSABLE_GROUP) return unparsableDecision;
  const { action, reason, rule } = decisionsFor(cause, policy).at(-1) ?? unparsableDecision;
  return { action, reason, rule };
}
