import type { LedgerLine } from '@nexus/finops';
import { budgetScopes } from './budget-scopes.ts';
import type { CellNumbers } from './read-cells.ts';
import { combinationText } from './settle-arguments.ts';
import type { Combinations } from './combinations.ts';

/** What cells and counters have to be: by name of a combination, and spent by scope. */
export type ExpectedDay = { cells: Map<string, CellNumbers>; spent: Map<string, number>; lines: number };

/** Nothing yet. */
export function noLines(): ExpectedDay {
  return { cells: new Map(), spent: new Map(), lines: 0 };
}

/** Counts one line of a day: what lua/settle-1.lua added when it wrote it. */
export function addLine(expected: ExpectedDay, line: LedgerLine, combinations: Combinations): void {
  expected.lines += 1;
  addToCell(expected.cells, line, combinations);
  for (const scope of budgetScopes(line, line.caller_key)) {
    expected.spent.set(scope, (expected.spent.get(scope) ?? 0) + Number(line.actual_nano));
  }
}

/** Counts one line in the cell of its tags. */
export function addToCell(cells: Map<string, CellNumbers>, line: LedgerLine, combinations: Combinations): void {
  const name = cellName(line, combinations);
  const sum = cells.get(name) ?? emptyCell();
  for (const [place, value] of measuresOf(line).entries()) sum[place] = (sum[place] ?? 0) + value;
  cells.set(name, sum);
}

/** Fifteen zeros. */
export function emptyCell(): CellNumbers {
  return Array.from({ length: 15 }, () => 0);
}

function measuresOf(line: LedgerLine): CellNumbers {
  const actual = Number(line.actual_nano);
  return [
    1,
    actual,
    Number(line.list_nano),
    line.approx ? 1 : 0,
    line.price_source === 'base' ? 1 : 0,
    line.input,
    line.cache_read,
    line.cache_write,
    line.output,
    line.reasoning,
    line.latency_ms,
    line.wasted ? 1 : 0,
    line.wasted ? actual : 0,
    0,
    0,
  ];
}

/** Beyond the bound of combinations the same steps as in lua/include/cells.lua. */
function cellName(line: LedgerLine, combinations: Combinations): string {
  const own = combinationText(line, line.key_id, line.price_source);
  if (combinations.numberOf(own) !== undefined) return own;
  const others = { ...line, purpose: 'other', team: 'other', project: 'other' };
  const fewer = combinationText(others, line.key_id, line.price_source);
  if (combinations.numberOf(fewer) !== undefined) return fewer;
  return combinationText({ ...others, model: 'other' }, 'other', line.price_source);
}
