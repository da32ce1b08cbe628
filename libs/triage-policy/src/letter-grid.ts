import { ageBounds, attemptBounds, within } from './letter-condition.ts';
import type { LetterCondition } from './letter-condition.ts';

type When = LetterCondition | undefined;

/** Ages and attempts such that every combination of them stands for a region in which no condition changes. */
export type LetterGrid = { ages: readonly (number | undefined)[]; attempts: readonly (number | undefined)[] };

/**
 * The grid of some conditions: every kind of letter there can be, once. Ages are real numbers, attempts whole ones, both
 * from 0; with `unknownFacts` also letters of which one or both are not known.
 */
export function letterGrid(conditions: readonly When[], { unknownFacts }: { unknownFacts: boolean }): LetterGrid {
  const ages = boundsOf(conditions, ageBounds);
  const attempts = boundsOf(conditions, attemptBounds);
  const unknown = unknownFacts ? [undefined] : [];
  return { ages: [...unknown, ...realPoints(ages)], attempts: [...unknown, ...wholePoints(attempts)] };
}

/** For every point of the grid, ages outside and attempts inside: the index of the first condition that holds, else -1. */
export function firstHolding(conditions: readonly When[], grid: LetterGrid): Int32Array {
  const width = grid.attempts.length;
  const first = new Int32Array(grid.ages.length * width).fill(-1);
  for (const [index, condition] of conditions.entries()) {
    const rows = positionsWithin(grid.ages, ageBounds(condition ?? {}));
    const columns = positionsWithin(grid.attempts, attemptBounds(condition ?? {}));
    for (const row of rows) fillEmpty(first.subarray(row * width, (row + 1) * width), columns, index);
  }
  return first;
}

function fillEmpty(row: Int32Array, columns: readonly number[], index: number): void {
  for (const column of columns) if (row[column] === -1) row[column] = index;
}

function positionsWithin(points: readonly (number | undefined)[], bounds: ReturnType<typeof ageBounds>): number[] {
  return [...points.keys()].filter((position) => within(points[position], bounds));
}

function boundsOf(conditions: readonly When[], boundsIn: typeof ageBounds): number[] {
  const bounds = conditions.map((condition) => boundsIn(condition ?? {})).flatMap(({ min, max }) => [min, max]);
  const numbers = bounds.filter((bound) => bound !== undefined).filter(Number.isFinite);
  return [...new Set(numbers)].sort((left, right) => left - right);
}

/** Every bound, one point between each two neighbours, and one on either side. */
function realPoints(bounds: readonly number[]): number[] {
  const between = bounds.map((bound, index) => (bound + (bounds[index - 1] ?? 0)) / 2);
  return distinctNotNegative([...bounds, ...between, (bounds.at(-1) ?? 0) * 2 + 1]);
}

/** Every bound and its neighbours; for a bound between two whole numbers, these. */
function wholePoints(bounds: readonly number[]): number[] {
  const near = bounds.flatMap((bound) => [
    Math.ceil(bound) - 1,
    Math.ceil(bound),
    Math.floor(bound),
    Math.floor(bound) + 1,
  ]);
  return distinctNotNegative([0, ...near]);
}

function distinctNotNegative(points: readonly number[]): number[] {
  return [...new Set(points.filter((point) => point >= 0))];
}
