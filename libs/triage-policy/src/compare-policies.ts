import type { Cause } from './cause.ts';
import { decisionsFor } from './decide.ts';
import type { ConditionalDecision } from './decide.ts';
import { firstHolding, letterGrid } from './letter-grid.ts';
import type { TriagePolicy } from './policy.ts';

/** A cause of which some letters would be treated differently; `count` is that of the cause, not of these letters. */
export type PolicyDifference = {
  cause: Cause;
  count: number;
  before: ConditionalDecision[];
  after: ConditionalDecision[];
};

/**
 * The causes, in their order, for which some age and number of attempts lead to another action. Another wording, rule
 * name or order with the same outcome is no difference. Exact, in time linear in the number of causes.
 */
export function comparePolicies(
  causes: readonly (Cause & { count: number })[],
  before: TriagePolicy,
  after: TriagePolicy,
): PolicyDifference[] {
  return causes.flatMap(({ count, ...cause }) => {
    const difference = { cause, count, before: decisionsFor(cause, before), after: decisionsFor(cause, after) };
    return sameActions(difference.before, difference.after) ? [] : [difference];
  });
}

function sameActions(before: ConditionalDecision[], after: ConditionalDecision[]): boolean {
  // By far the most common case; there is nothing to lay out.
  if (before.length === 1 && after.length === 1) return before[0]?.action === after[0]?.action;
  const conditions = [...before, ...after].map(({ when }) => when);
  const grid = letterGrid(conditions, { unknownFacts: false });
  const [left, right] = [actionsOn(before, grid), actionsOn(after, grid)];
  return left.every((action, cell) => action === right[cell]);
}

function actionsOn(decisions: ConditionalDecision[], grid: ReturnType<typeof letterGrid>): (string | undefined)[] {
  const conditions = decisions.map(({ when }) => when);
  return Array.from(firstHolding(conditions, grid), (index) => decisions[index]?.action);
}
