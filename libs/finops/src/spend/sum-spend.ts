import { noSpend, type SpendMeasures } from './spend-cell.ts';

/** Adds what one cell measured to a sum, in place. */
export function addSpend(sum: SpendMeasures, cell: SpendMeasures): void {
  sum.calls += cell.calls;
  sum.cost_nano += cell.cost_nano;
  sum.list_nano += cell.list_nano;
  sum.approx_calls += cell.approx_calls;
  sum.base_priced_calls += cell.base_priced_calls;
  sum.input += cell.input;
  sum.cache_read += cell.cache_read;
  sum.cache_write += cell.cache_write;
  sum.output += cell.output;
  sum.reasoning += cell.reasoning;
  sum.latency_ms += cell.latency_ms;
  sum.wasted_calls += cell.wasted_calls;
  sum.wasted_nano += cell.wasted_nano;
  sum.dedupe_hits += cell.dedupe_hits;
  sum.avoided_nano += cell.avoided_nano;
}

/** The sum of what cells measured. */
export function sumSpend(cells: Iterable<SpendMeasures>): SpendMeasures {
  const sum = { ...noSpend };
  for (const cell of cells) addSpend(sum, cell);
  return sum;
}

/** Sums of cells by what `keyOf` says, in the order in which the keys appeared. */
export function sumBy<Cell extends SpendMeasures>(
  cells: Iterable<Cell>,
  keyOf: (cell: Cell) => string,
): Map<string, SpendMeasures> {
  const sums = new Map<string, SpendMeasures>();
  for (const cell of cells) {
    const key = keyOf(cell);
    const sum = sums.get(key) ?? { ...noSpend };
    addSpend(sum, cell);
    sums.set(key, sum);
  }
  return sums;
}

/** All tokens of a sum. */
export function allTokens(spend: SpendMeasures): number {
  return spend.input + spend.cache_read + spend.cache_write + spend.output + spend.reasoning;
}
