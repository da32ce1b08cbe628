import type { LetterFacts } from './cause.ts';

/** Bounds on one letter; all given ones hold, inclusive. Ages in seconds. */
export type LetterCondition = {
  age_min_seconds?: number;
  age_max_seconds?: number;
  attempts_min?: number;
  attempts_max?: number;
};

type Facts = { readonly [fact in keyof LetterFacts]?: number | undefined };
type Bounds = { min?: number | undefined; max?: number | undefined };

/** No condition always holds. A bound on an unknown fact never holds: what is not known cannot be the ground of an action. */
export function conditionHolds(condition: LetterCondition | undefined, facts: Facts): boolean {
  if (condition === undefined) return true;
  return within(facts.age_seconds, ageBounds(condition)) && within(facts.attempts, attemptBounds(condition));
}

/** The condition of these bounds, or undefined when there are none. */
export function conditionOf(age: Bounds, attempts: Bounds): LetterCondition | undefined {
  const condition: LetterCondition = {
    ...(age.min === undefined ? {} : { age_min_seconds: age.min }),
    ...(age.max === undefined ? {} : { age_max_seconds: age.max }),
    ...(attempts.min === undefined ? {} : { attempts_min: attempts.min }),
    ...(attempts.max === undefined ? {} : { attempts_max: attempts.max }),
  };
  return Object.keys(condition).length === 0 ? undefined : condition;
}

/** True when the number lies within the bounds; without bounds an unknown number does too. */
export function within(value: number | undefined, { min, max }: Bounds): boolean {
  if (min === undefined && max === undefined) return true;
  if (value === undefined) return false;
  return value >= (min ?? -Infinity) && value <= (max ?? Infinity);
}

export function ageBounds(condition: LetterCondition): Bounds {
  return { min: condition.age_min_seconds, max: condition.age_max_seconds };
}

export function attemptBounds(condition: LetterCondition): Bounds {
  return { min: condition.attempts_min, max: condition.attempts_max };
}
