import { medianSorted } from 'simple-statistics';
import type { HourCell } from '../spend/spend-cell.ts';
import { bucketsOf, kindOfScope, type SpendBucket } from './spend-series.ts';

/** A part of a scope and what it contributes. USD an hour; `expected` is the median of the comparable hours. */
export type Contributor = { scope: string; usd: number; expected: number; difference: number };

/**
 * Why an hour is other than usual. `volume` is the part of the difference that comes from more or fewer calls, `price` the
 * part from dearer or cheaper ones (longer prompts, another model); they add up to `difference`. USD.
 */
export type Explanation = {
  usd: number;
  expected: number;
  difference: number;
  volume: number;
  price: number;
  calls: number;
  expected_calls: number;
  /** Those who contribute most, at most three, the largest first. */
  contributors: Contributor[];
};

const MOST_CONTRIBUTORS = 3;
/** A contributor stands for at least this share of the difference. */
const LEAST_SHARE = 0.1;
/** A whole that one of its parts explains to this share is not named beside the part. */
const SAME_SHARE = 0.9;
const wholeOf: Readonly<Record<string, string>> = { model: 'provider', project: 'team' };

/**
 * Explains an hour of a scope by its parts. `cells` are all cells of that hour, `comparable` those of each hour that it is
 * compared with, an empty list where nothing was spent.
 */
export function explain(
  scope: string,
  {
    hour,
    cells,
    comparable,
  }: { hour: number; cells: readonly HourCell[]; comparable: readonly (readonly HourCell[])[] },
): Explanation {
  const now = partsOf(scope, cells, hour);
  const before = comparable.map((each) => partsOf(scope, each, each[0]?.hour ?? hour));
  const whole = now.get(scope) ?? { hour, usd: 0, calls: 0 };
  const expected = medianOf(before, scope, 'usd');
  const expectedCalls = medianOf(before, scope, 'calls');
  const difference = whole.usd - expected;
  const usualPrice = expectedCalls === 0 ? undefined : expected / expectedCalls;
  // Where nothing is usual everything is volume.
  const volume = usualPrice === undefined ? difference : (whole.calls - expectedCalls) * usualPrice;
  const parts = new Set([now, ...before].flatMap((each) => [...each.keys()]));
  parts.delete(scope);
  const contributors = [...parts].map((part): Contributor => {
    const usual = medianOf(before, part, 'usd');
    const { usd } = now.get(part) ?? { usd: 0 };
    return { scope: part, usd, expected: usual, difference: usd - usual };
  });
  return {
    usd: whole.usd,
    expected,
    difference,
    volume,
    price: difference - volume,
    calls: whole.calls,
    expected_calls: expectedCalls,
    contributors: largest(contributors, difference),
  };
}

/** Every scope that lies in `scope`, with what it spent there. */
function partsOf(scope: string, cells: readonly HourCell[], hour: number): Map<string, SpendBucket> {
  const inside = cells.filter((cell) => bucketsOf([cell], cell.hour).has(scope));
  const parts = bucketsOf(inside, hour);
  if (scope !== 'total') parts.delete('total');
  return parts;
}

function medianOf(hours: readonly Map<string, SpendBucket>[], scope: string, measure: 'usd' | 'calls'): number {
  const values = hours.map((parts) => parts.get(scope)?.[measure] ?? 0).sort((one, other) => one - other);
  return values.length === 0 ? 0 : medianSorted(values);
}

function largest(all: readonly Contributor[], difference: number): Contributor[] {
  const direction = Math.sign(difference);
  const sorted = all
    .filter((each) => each.difference * direction >= LEAST_SHARE * Math.abs(difference) && difference !== 0)
    .sort((one, other) => Math.abs(other.difference) - Math.abs(one.difference) || (one.scope < other.scope ? -1 : 1));
  return sorted.filter((each) => !isExplainedByPart(each, sorted)).slice(0, MOST_CONTRIBUTORS);
}

function isExplainedByPart(whole: Contributor, all: readonly Contributor[]): boolean {
  const kind = kindOfScope(whole.scope);
  const name = whole.scope.slice(kind.length + 1);
  return all.some((part) => {
    const partKind = kindOfScope(part.scope);
    if (wholeOf[partKind] !== kind || !part.scope.startsWith(`${partKind}:${name}/`)) return false;
    return Math.abs(part.difference) >= SAME_SHARE * Math.abs(whole.difference);
  });
}
