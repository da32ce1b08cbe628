import type { Calendar } from './calendar.ts';
import type { ReadCostRecord } from './parse-cost-record.ts';
import { type DayCell, noSpend } from './spend-cell.ts';

/** Like the ledger's own dictionary of tags: so many combinations, then purpose, team and project are `other`. */
const MOST_COMBINATIONS = 20_000;
/** Bounds the memory of a fold over years. */
const MOST_CELLS = 400_000;

/** Sums of records, one at a time. */
export type CostRecordFold = {
  add(record: ReadCostRecord): void;
  /** The cells so far, in the order in which they began. */
  cells(): DayCell[];
};

/**
 * Rolls cost records up by calendar day, for files that are not in the ledger. `wanted` chooses the days. A record does not
 * tell cached tokens, so list price is cost; and not whether an answer was wasted. Memory is bounded.
 */
export function foldCostRecords(calendar: Calendar, wanted: (day: string) => boolean): CostRecordFold {
  const cells = new Map<string, DayCell>();
  const combinations = new Set<string>();

  function cellOf(day: string, record: ReadCostRecord): DayCell {
    const { provider, model } = record;
    const tags = [provider, model, record.purpose, record.team, record.project];
    const combination = JSON.stringify(tags);
    const isNew = !combinations.has(combination);
    const isFull = (isNew && combinations.size >= MOST_COMBINATIONS) || cells.size >= MOST_CELLS;
    const key = `${day}${combination}`;
    const known = cells.get(key);
    if (known !== undefined) return known;
    if (isFull && record.purpose !== 'other') {
      return cellOf(day, { ...record, purpose: 'other', team: 'other', project: 'other' });
    }
    combinations.add(combination);
    const { purpose, team, project } = record;
    const cell = { ...noSpend, day, provider, model, purpose, team, project };
    cells.set(key, cell);
    return cell;
  }

  function add(record: ReadCostRecord): void {
    const day = calendar.dayOf(record.ts * 1000);
    if (!wanted(day)) return;
    const cell = cellOf(day, record);
    cell.calls += 1;
    cell.cost_nano += record.actual_nano;
    cell.list_nano += record.actual_nano;
    cell.approx_calls += record.approx_tokens ? 1 : 0;
    cell.input += record.tokens_in;
    cell.output += record.tokens_out;
    cell.latency_ms += record.latency_ms;
  }

  return { add, cells: () => [...cells.values()] };
}
