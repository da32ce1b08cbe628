import { type DayCell, daysFrom, type HourCell, type SpendMeasures, type SpendTags } from '@nexus/finops';
import type { Redis } from 'ioredis';
import type { Combinations } from './combinations.ts';
import { corruptValue } from './ledger-fault.ts';
import { ledgerKeys } from './ledger-keys.ts';
import { unpackMessage } from './message-pack.ts';

/** Members of a cell in the order in which lua/include/cells.lua keeps them. */
export const MEASURES = [
  'calls',
  'cost_nano',
  'list_nano',
  'approx_calls',
  'base_priced_calls',
  'input',
  'cache_read',
  'cache_write',
  'output',
  'reasoning',
  'latency_ms',
  'wasted_calls',
  'wasted_nano',
  'dedupe_hits',
  'avoided_nano',
] as const satisfies readonly (keyof SpendMeasures)[];

/** Fifteen whole numbers; those of money as numbers too, which is exact: no sum of a cell passes 2⁵³. */
export type CellNumbers = number[];

/** The numbers of a packed cell; undefined when it is none. */
export function unpackCell(bytes: Buffer): CellNumbers | undefined {
  const values = unpackMessage(bytes);
  if (!Array.isArray(values) || values.length !== MEASURES.length) return undefined;
  return values.every((value) => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0)
    ? (values as CellNumbers)
    : undefined;
}

function measuresOf(cells: CellNumbers): SpendMeasures {
  const named = MEASURES.map((name, place) => {
    const value = cells[place] ?? 0;
    return [name, name.endsWith('_nano') ? BigInt(value) : value];
  });
  return Object.fromEntries(named) as SpendMeasures;
}

export type CellReaderOptions = { redis: Redis; combinations: Combinations };

/** The cells of calendar days, both included. */
export async function readDayCells(from: string, to: string, options: CellReaderOptions): Promise<DayCell[]> {
  const cells = await readHashes(daysFrom(from, to), ledgerKeys.dayCells, options);
  return cells.map(({ of, ...cell }) => ({ ...cell, day: of }));
}

/** The cells of hours, given as their starts in seconds since 1970, both included. */
export async function readHourCells(from: number, to: number, options: CellReaderOptions): Promise<HourCell[]> {
  const first = Math.ceil(from / 3600);
  const hours = Array.from({ length: Math.max(0, Math.floor(to / 3600) - first + 1) }, (_, index) => first + index);
  const cells = await readHashes(hours, ledgerKeys.hourCells, options);
  return cells.map(({ of, ...cell }) => ({ ...cell, hour: of * 3600 }));
}

/** Hashes asked for at once. */
const BATCH = 32;

async function readHashes<Of extends string | number>(
  periods: readonly Of[],
  keyOf: (period: Of) => string,
  { redis, combinations }: CellReaderOptions,
): Promise<(SpendTags & SpendMeasures & { of: Of })[]> {
  const cells: (SpendTags & SpendMeasures & { of: Of })[] = [];
  for (let at = 0; at < periods.length; at += BATCH) {
    const batch = periods.slice(at, at + BATCH);
    const hashes = await Promise.all(batch.map((period) => redis.hgetallBuffer(keyOf(period))));
    await combinations.refresh();
    for (const [index, of] of batch.entries()) {
      const rows = mergeByTags(hashes[index] ?? {}, keyOf(of), combinations);
      for (const row of rows) cells.push({ ...row, of });
    }
  }
  return cells;
}

/** Combinations tell keys and price sources apart as well; cells do not. */
function mergeByTags(
  hash: Record<string, Buffer>,
  key: string,
  combinations: Combinations,
): (SpendTags & SpendMeasures)[] {
  const merged = new Map<string, { tags: SpendTags; numbers: CellNumbers }>();
  for (const [field, bytes] of Object.entries(hash)) {
    const numbers = unpackCell(bytes);
    if (numbers === undefined) throw corruptValue(key, field);
    const { provider, model, purpose, team, project } = combinations.get(Number(field));
    const tags = { provider, model, purpose, team, project };
    const name = JSON.stringify([provider, model, purpose, team, project]);
    const known = merged.get(name);
    if (known === undefined) merged.set(name, { tags, numbers });
    else known.numbers = known.numbers.map((value, place) => value + (numbers[place] ?? 0));
  }
  return [...merged.values()].map(({ tags, numbers }) => ({ ...tags, ...measuresOf(numbers) }));
}
