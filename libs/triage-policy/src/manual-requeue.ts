import type { Cause } from './cause.ts';
import { decisionsFor } from './decide.ts';
import type { LetterCondition } from './letter-condition.ts';
import type { TriagePolicy } from './policy.ts';
import { requeueObstacle } from './requeue-guard.ts';

/** May a person requeue a letter? A refusal says which rule stands against it and, for people, what to do. */
export type RequeueVerdict =
  | { do: 'requeue' }
  | { do: 'refuse'; why: 'alarm' | 'forbidden' | 'confirm' | 'requeue-limit'; rule: string; reason: string };

/** `enforceAlarm`: letters that triage to alarm stay. `force`: a person confirmed; lifts `confirm` and the limit, nothing else. */
export type ManualRequeueOptions = { enforceAlarm: boolean; force: boolean };

type ConditionalVerdict = RequeueVerdict & { when?: LetterCondition };

/**
 * What becomes of the letters of a cause when a person requeues them: the first whose condition holds, the last one has
 * none. Only an alarm depends on the letter; the rest is the same for the whole cause.
 */
export function manualRequeue(cause: Cause, policy: TriagePolicy, options: ManualRequeueOptions): ConditionalVerdict[] {
  const otherwise = verdictOf(cause, policy, options.force);
  if (!options.enforceAlarm) return [otherwise];
  const verdicts = decisionsFor(cause, policy).map(({ action, rule, reason, when }): ConditionalVerdict => {
    const condition = when === undefined ? {} : { when };
    if (action !== 'alarm') return { ...otherwise, ...condition };
    const refused = `${reason}; letters that raise an alarm are not requeued, correct the cause first`;
    return { do: 'refuse', why: 'alarm', rule, reason: refused, ...condition };
  });
  return withoutNeedlessConditions(verdicts);
}

function verdictOf(cause: Cause, policy: TriagePolicy, force: boolean): RequeueVerdict {
  const obstacle = requeueObstacle(cause, policy);
  if (obstacle === undefined) return { do: 'requeue' };
  if (force && obstacle.why !== 'forbidden') return { do: 'requeue' };
  const { why, rule, because, advice } = obstacle;
  return { do: 'refuse', why, rule, reason: `Not requeued: ${because}; ${advice}` };
}

/** A condition before an end that says the same decides nothing. */
function withoutNeedlessConditions(verdicts: ConditionalVerdict[]): ConditionalVerdict[] {
  const last = verdicts.at(-1);
  const different = verdicts.findLastIndex((verdict) => last && kindOf(verdict) !== kindOf(last));
  return last === undefined ? verdicts : [...verdicts.slice(0, different + 1), last];
}

function kindOf(verdict: ConditionalVerdict): string {
  return verdict.do === 'requeue' ? 'requeue' : `${verdict.why} ${verdict.rule}`;
}
