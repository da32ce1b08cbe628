import type { Operation } from '@nexus/contracts';
import type { ApplyAnswer } from '../../letters/views/apply-view.ts';
import type { LetterGroups } from '../../letters/views/groups-view.ts';

/** A sum that must agree: what it is about, how it is added up, and both sides. */
export interface Sum {
  readonly what: SumName;
  readonly expected: number;
  readonly parts: Readonly<Record<string, number>>;
  readonly agrees: boolean;
}

export type SumName = 'groups' | 'cause' | 'plan' | 'accounted' | 'applied' | 'outcome' | 'canary' | 'end';

/** Every task that failed is in exactly one group, and each cause is one group of its own size. */
export function groupSums(groups: LetterGroups, expected: ReadonlyMap<string, number>): Sum[] {
  const sizes = Object.fromEntries(groups.items.map(({ failure_code, count }) => [failure_code, count]));
  const tasks = [...expected.values()].reduce((sum, count) => sum + count, 0);
  const byCause = [...expected].map(([code, count]) => sum('cause', count, { [code]: sizes[code] ?? 0 }));
  const whole = sum('groups', tasks, sizes);
  return [{ ...whole, agrees: whole.agrees && groups.items.length === expected.size }, ...byCause];
}

/** The plan and what was done are the same, and every letter looked at is accounted for. */
export function applySums(plan: ApplyAnswer, applied: ApplyAnswer): Sum[] {
  const { acted, skipped_age, skipped_cap, skipped_locked, skipped_policy, errors } = applied;
  const accounted = { ...acted, skipped_age, skipped_cap, skipped_locked, skipped_policy, errors };
  const { requeue, hold, alarm, ignore } = acted;
  const planned = plan.acted.requeue + plan.acted.hold + plan.acted.alarm + plan.acted.ignore;
  const same = (['requeue', 'hold', 'alarm', 'ignore'] as const).every(
    (action) => plan.acted[action] === acted[action],
  );
  const asPlanned = sum('plan', planned, { requeue, hold, alarm, ignore });
  return [{ ...asPlanned, agrees: asPlanned.agrees && same }, sum('accounted', applied.scanned, accounted)];
}

/** Letters before = sent back + held + alarmed + left where they were. Counted while no agent runs. */
export function appliedSum(before: number, { acted }: Pick<ApplyAnswer, 'acted'>, left: number): Sum {
  return sum('applied', before, { requeue: acted.requeue, hold: acted.hold, alarm: acted.alarm, left });
}

/** Every letter that an operation sent back has ended in one way. */
export function outcomeSum({ outcome, acted }: Pick<Operation, 'outcome' | 'acted'>): Sum {
  const { succeeded, failed_again, gone } = outcome;
  const whole = sum('outcome', acted.requeue, { succeeded, failed_again, gone });
  return { ...whole, agrees: whole.agrees && outcome.requeued === acted.requeue && outcome.pending === 0 };
}

/** A canary that failed moved its first letters and none of the rest. */
export function canarySum({ acted, canary, status }: Pick<Operation, 'acted' | 'canary' | 'status'>): Sum {
  const whole = sum('canary', canary?.first ?? 0, { requeue: acted.requeue });
  return { ...whole, agrees: whole.agrees && status === 'stopped' };
}

/** At the end every task of the demo is done or in exactly one park. */
export function endSum(
  tasks: number,
  parts: { readonly succeeded: number; readonly dlq: number; readonly hold: number; readonly alarm: number },
): Sum {
  return sum('end', tasks, parts);
}

function sum(what: SumName, expected: number, parts: Readonly<Record<string, number>>): Sum {
  const found = Object.values(parts).reduce((total, part) => total + part, 0);
  return { what, expected, parts, agrees: found === expected };
}
