import { causeOf, comparableCode } from './cause.ts';
import type { Cause, TriageLetter } from './cause.ts';
import { decideByCode } from './code-decision.ts';
import type { TriageDecision } from './code-decision.ts';
import { conditionHolds, conditionOf, within } from './letter-condition.ts';
import type { LetterCondition } from './letter-condition.ts';
import { firstHolding, letterGrid } from './letter-grid.ts';
import type { PolicyRule, TriagePolicy } from './policy.ts';
import { guardRequeue } from './requeue-guard.ts';

/** In a list the first whose condition holds decides; the last one has no condition. */
export type ConditionalDecision = TriageDecision & { when?: LetterCondition };

/**
 * What is to become of the letters of a cause: rules of the policy file in their order, configured lists (hold, alarm,
 * requeue), heuristics on the code, else ignore; then the guards, which turn a requeue that needs a person into a hold.
 * Entries that decide no letter are left out. Never empty, the last has no condition. Pure: the same for every process.
 */
export function decisionsFor(cause: Cause, policy: TriagePolicy): ConditionalDecision[] {
  const decisions: ConditionalDecision[] = [];
  for (const rule of policy.rules) {
    if (!matchesCause(rule, cause)) continue;
    const decision = decisionOf(rule, cause);
    decisions.push(decision);
    if (decision.when === undefined) return finished(decisions, cause, policy);
  }
  decisions.push(decideByCode(cause.failure_code, policy));
  return finished(decisions, cause, policy);
}

/** Decides about one letter: the first of {@link decisionsFor} whose condition holds. An unknown age or count meets no bound. */
export function decide(letter: TriageLetter, policy: TriagePolicy): TriageDecision {
  const cause = causeOf(letter);
  const facts = { age_seconds: letter.age_seconds, attempts: letter.attempts };
  const found = decisionsFor(cause, policy).find(({ when }) => conditionHolds(when, facts));
  const { action, reason, rule } = found ?? decideByCode(cause.failure_code, policy);
  return { action, reason, rule };
}

function matchesCause({ match }: PolicyRule, cause: Cause): boolean {
  const code = comparableCode(cause.failure_code);
  if (match.failure_code && !match.failure_code.some((entry) => comparableCode(entry) === code)) return false;
  if (match.task_type && !match.task_type.includes(cause.task_type)) return false;
  if (match.group && !match.group.includes(cause.group)) return false;
  return within(cause.requeues, match.requeues ?? {});
}

function decisionOf({ name, match, action, reason }: PolicyRule, cause: Cause): ConditionalDecision {
  const when = conditionOf({ min: match.age?.min_seconds, max: match.age?.max_seconds }, match.attempts ?? {});
  const because = reason ?? `${cause.failure_code} meets the rule ${name} of the policy file`;
  return { action, reason: because, rule: name, ...(when === undefined ? {} : { when }) };
}

function finished(decisions: ConditionalDecision[], cause: Cause, policy: TriagePolicy): ConditionalDecision[] {
  return withoutUnreachable(decisions).map((decision) => ({
    ...guardRequeue(decision, cause, policy),
    ...(decision.when === undefined ? {} : { when: decision.when }),
  }));
}

function withoutUnreachable(decisions: ConditionalDecision[]): ConditionalDecision[] {
  if (decisions.length === 1) return decisions;
  const conditions = decisions.map(({ when }) => when);
  const reached = new Set(firstHolding(conditions, letterGrid(conditions, { unknownFacts: true })));
  return decisions.filter((_, index) => reached.has(index));
}
