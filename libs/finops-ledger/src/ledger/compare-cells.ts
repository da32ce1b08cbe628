import type { Combinations } from './combinations.ts';
import { emptyCell } from './expected-sums.ts';
import type { Fields } from './inspect.ts';
import { type CellNumbers, MEASURES, unpackCell } from './read-cells.ts';
import type { Difference } from './reconciliation.ts';

export type CellPlace = { key: string; period: 'day' | 'hour'; at: string };

/** A cell that is not the sum of its lines. `lacks` is what has to be added; `broken` what stands there and is no cell. */
export type CellFinding = CellPlace & {
  number: number | string;
  broken: Buffer | undefined;
  lacks: CellNumbers;
  differences: Difference[];
};

/** Answers from the cache have no lines: what the last two measures are, nobody can tell afterwards. */
const WITH_LINES = 13;

/** Cells of one day or hour that are not what `expected` says, by name of their combination. */
export function compareCells(
  expected: ReadonlyMap<string, CellNumbers>,
  fields: Fields,
  { place, combinations }: { place: CellPlace; combinations: Combinations },
): CellFinding[] {
  const found = new Map<string, CellNumbers>();
  const broken = new Map<string, { field: string; bytes: Buffer }>();
  const findings: CellFinding[] = [];
  for (const [field, bytes] of fields) {
    const name = combinations.nameOf(Number(field));
    const numbers = unpackCell(bytes);
    if (name !== undefined && numbers !== undefined) found.set(name, sum(found.get(name) ?? emptyCell(), numbers, 1));
    else if (name !== undefined) broken.set(name, { field, bytes });
    else findings.push(brokenCell(place, { field, bytes }, emptyCell()));
  }
  for (const name of new Set([...expected.keys(), ...found.keys(), ...broken.keys()])) {
    const is = found.get(name) ?? emptyCell();
    const lacks = sum(expected.get(name) ?? emptyCell(), is, -1).map((value, at) => (at < WITH_LINES ? value : 0));
    const bad = broken.get(name);
    if (bad !== undefined) findings.push(brokenCell(place, bad, lacks));
    else if (lacks.some((value) => value !== 0)) {
      const number = combinations.numberOf(name) ?? name;
      const differences = lacks.flatMap((value, at) =>
        value === 0 ? [] : [differenceOf(place, name, { at, is, value })],
      );
      findings.push({ ...place, number, broken: undefined, lacks, differences });
    }
  }
  return findings;
}

function sum(left: CellNumbers, right: CellNumbers, sign: 1 | -1): CellNumbers {
  return left.map((value, at) => value + sign * (right[at] ?? 0));
}

function differenceOf(
  { period, at }: CellPlace,
  name: string,
  measure: { at: number; is: CellNumbers; value: number },
): Difference {
  const found = measure.is[measure.at] ?? 0;
  const [provider, model, purpose, team, project] = JSON.parse(name) as string[];
  return {
    what: 'cell',
    period,
    at,
    name: `${[provider, model, purpose, team, project].join(' | ')} | ${MEASURES[measure.at] ?? ''}`,
    expected: String(found + measure.value),
    found: String(found),
  };
}

function brokenCell(
  place: CellPlace,
  { field, bytes }: { field: string; bytes: Buffer },
  lacks: CellNumbers,
): CellFinding {
  const { period, at, key } = place;
  const difference: Difference = { what: 'unreadable', period, at, name: `${key} ${field}`, expected: '', found: '' };
  return { ...place, number: field, broken: bytes, lacks, differences: [difference] };
}
