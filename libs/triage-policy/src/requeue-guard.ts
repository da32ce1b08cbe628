import { comparableCode, shownCode } from './cause.ts';
import type { Cause } from './cause.ts';
import type { TriageDecision } from './code-decision.ts';
import { REQUEUE_RULES } from './policy.ts';
import type { RequeueRule, TriagePolicy } from './policy.ts';

/** Names of the guards as decisions give them in `rule`; no rule of a file may take one. */
export const GUARD_RULES = ['requeue-forbidden', 'requeue-confirm', 'requeue-limit'] as const;

/** Why letters of a cause may not be requeued without further ado, and what a person can do about it. */
export type RequeueObstacle = {
  why: 'forbidden' | 'confirm' | 'requeue-limit';
  rule: (typeof GUARD_RULES)[number];
  because: string;
  advice: string;
};

type Source = { rule: RequeueRule; subject: string };

/** What stands in the way of a requeue of this cause: its requeue rule, then the limit; undefined = nothing. */
export function requeueObstacle(cause: Cause, policy: TriagePolicy): RequeueObstacle | undefined {
  const { rule, subject } = requeueRule(cause, policy);
  if (rule === 'forbidden') {
    const because = `the policy forbids requeueing ${subject}`;
    return { why: rule, rule: 'requeue-forbidden', because, advice: 'correct the cause and create a new task' };
  }
  if (rule === 'confirm') {
    const because = `the policy lets only a person requeue ${subject}`;
    const advice = 'find out what the task has already done, then requeue it with force';
    return { why: rule, rule: 'requeue-confirm', because, advice };
  }
  // Also stops at a count that is no number: what cannot be counted is not repeated without end.
  if (cause.requeues < policy.requeueLimit) return undefined;
  const because =
    policy.requeueLimit === 0
      ? 'the policy has a requeue limit of 0'
      : `the task failed again after ${cause.requeues} requeues and the limit is ${policy.requeueLimit}`;
  return {
    why: 'requeue-limit',
    rule: 'requeue-limit',
    because,
    advice: 'correct the cause, then requeue it with force',
  };
}

/** Turns a requeue that meets an obstacle into a hold that says who wanted it and what to do. Other actions pass as they are. */
export function guardRequeue(decision: TriageDecision, cause: Cause, policy: TriagePolicy): TriageDecision {
  if (decision.action !== 'requeue') return decision;
  const obstacle = requeueObstacle(cause, policy);
  if (obstacle === undefined) return decision;
  const wanted = `Rule ${decision.rule} wants ${shownCode(cause.failure_code)} requeued`;
  return { action: 'hold', reason: `${wanted}, but ${obstacle.because}; ${obstacle.advice}`, rule: obstacle.rule };
}

/** The stricter one of type and code; the default only where neither is named. */
function requeueRule(cause: Cause, { requeue }: TriagePolicy): Source {
  const code = comparableCode(cause.failure_code);
  const named: Source[] = Object.entries(requeue.byFailureCode)
    .filter(([name]) => comparableCode(name) === code)
    .map(([, rule]) => ({ rule, subject: `tasks that failed with ${code}` }));
  const ofType = Object.hasOwn(requeue.byTaskType, cause.task_type) ? requeue.byTaskType[cause.task_type] : undefined;
  if (ofType !== undefined) named.push({ rule: ofType, subject: `tasks of type ${cause.task_type}` });
  if (named.length === 0) return { rule: requeue.default, subject: 'any task for which it names no other rule' };
  return named.reduce((strictest, next) => (strictness(next) > strictness(strictest) ? next : strictest));
}

function strictness({ rule }: Source): number {
  return REQUEUE_RULES.indexOf(rule);
}
