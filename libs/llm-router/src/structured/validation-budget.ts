/**
 * What one validation may cost, in steps. A schema of a few lines can ask for 2^30 looks at the same value, so no limit
 * on the schema alone bounds the time; a count of the work does. Five million steps take some tens of milliseconds.
 */
export const MOST_VALIDATION_STEPS = 5_000_000;

/** Counts the work of one validation at a time. */
export type ValidationBudget = {
  /** Starts a new validation. */
  refill: () => void;
  /** Throws {@link BudgetUsedUp} when the validation has cost too much. */
  charge: (steps: number) => void;
  /** Steps of the validation so far, or of the last one. */
  used: () => number;
};

/** Ends a validation; caught by the compiler of schemas, seen by nobody else. */
export class BudgetUsedUp extends Error {}

/** The steps of one validation, `most` of them. */
export function createValidationBudget(most: number = MOST_VALIDATION_STEPS): ValidationBudget {
  let left = most;

  function charge(steps: number): void {
    left -= steps;
    if (left < 0) throw new BudgetUsedUp('The validation costs too much.');
  }

  return { refill: () => void (left = most), charge, used: () => most - left };
}
