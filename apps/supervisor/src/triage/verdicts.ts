import type { OperationAction } from '@nexus/contracts';
import { UNPARSABLE_GROUP, type Disposition, type LetterCause, type LetterVerdict } from '@nexus/task-queue';
import { decisionsFor, manualRequeue, type TriageAction, type TriagePolicy } from '@nexus/triage-policy';

/** What somebody wants done with letters. `auto` takes only what triage says; `force` is a person's confirmation of a manual requeue. */
export type MoveIntent = { action: OperationAction; mode: 'manual' | 'auto'; force: boolean };

/** The policy in force; `enforceAlarm` = letters that triage to alarm are not requeued by hand either. */
export type PolicyInForce = { policy: TriagePolicy; enforceAlarm: boolean };

type Verdicts = (cause: LetterCause) => LetterVerdict[];

const all = (disposition: Disposition): LetterVerdict[] => [{ do: disposition }];

/** What becomes of the letters of each cause. Pure; conditions that change nothing are left out. */
export function verdictsOf(intent: MoveIntent, inForce: PolicyInForce): Verdicts {
  const { action, mode } = intent;
  if (action === 'purge') return () => all('purge');
  const decide = verdictsBesidesPurge(intent, inForce);
  const manualRelabel = action !== 'apply' && action !== 'requeue' && mode === 'manual';
  // Nothing can be said about a letter that cannot be read: it is counted and stays.
  const unparsable = mode === 'manual' || action === 'apply' ? all('stay') : all('pass');
  if (manualRelabel) return (cause) => (cause.group === UNPARSABLE_GROUP ? unparsable : all(action));
  return (cause) => (cause.group === UNPARSABLE_GROUP ? unparsable : withoutNeedlessConditions(decide(cause)));
}

function verdictsBesidesPurge({ action, mode, force }: MoveIntent, { policy, enforceAlarm }: PolicyInForce): Verdicts {
  const triaged = (dispositionOf: (action: TriageAction) => Disposition): Verdicts => {
    return (cause) =>
      decisionsFor(cause, policy).map((decision) => ({
        do: dispositionOf(decision.action),
        ...(decision.when === undefined ? {} : { when: decision.when }),
      }));
  };
  if (action === 'apply') return triaged((decided) => (decided === 'ignore' ? 'stay' : decided));
  if (mode === 'auto') return triaged((decided) => (decided === action ? decided : 'pass'));
  return (cause) =>
    manualRequeue(cause, policy, { enforceAlarm, force }).map((verdict) => ({
      do: verdict.do,
      ...(verdict.when === undefined ? {} : { when: verdict.when }),
    }));
}

/** A condition before an end that says the same decides nothing. */
function withoutNeedlessConditions(verdicts: LetterVerdict[]): LetterVerdict[] {
  const last = verdicts.at(-1);
  if (last === undefined) return verdicts;
  const different = verdicts.findLastIndex((verdict) => verdict.do !== last.do);
  return [...verdicts.slice(0, different + 1), last];
}

/**
 * True when the alarm policy alone keeps every one of these causes from a manual requeue: at least in part, and nothing
 * else is in the way of any. What is left of them, if anything, may be requeued.
 */
export function onlyAlarmRefuses(
  causes: readonly LetterCause[],
  intent: MoveIntent,
  { policy, enforceAlarm }: PolicyInForce,
): boolean {
  if (causes.length === 0 || intent.action !== 'requeue' || intent.mode === 'auto') return false;
  return causes.every((cause) => {
    if (cause.group === UNPARSABLE_GROUP) return false;
    const verdicts = manualRequeue(cause, policy, { enforceAlarm, force: intent.force });
    const refusals = verdicts.filter((verdict) => verdict.do === 'refuse');
    return refusals.length > 0 && refusals.every((verdict) => verdict.why === 'alarm');
  });
}
