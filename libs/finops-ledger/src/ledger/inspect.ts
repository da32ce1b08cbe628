import { monthOf } from '@nexus/finops';
import { KEY_PREFIX } from './ledger-keys.ts';
import type { RunScript } from './ledger-scripts.ts';

export type Fields = Map<string, Buffer>;

/** A day of the ledger at one moment. `last` and `first` are entries of the month's stream, '' when it has none. */
export type DayInspection = {
  day: string;
  rebuilt: string;
  /** The server's time in ms since 1970. */
  now: number;
  last: string;
  first: string;
  counters: Fields;
  cells: Fields;
  hours: Map<number, Fields>;
};

/** A month's counters and open reservations at one moment; `sums` are nano-USD by day and scope. */
export type MonthInspection = {
  rebuilt: string;
  counters: Fields;
  sums: { day: string; scope: string; nano: number }[];
  unreadable: string[];
};

/** Reads a day, and hours given as hours since 1970, by lua/inspect-1.lua. */
export async function inspectDay(
  runForBytes: RunScript,
  day: string,
  hours: readonly number[],
): Promise<DayInspection> {
  const reply = (await runForBytes('inspect', [KEY_PREFIX], monthOf(day), day, ...hours)) as [
    Buffer,
    Buffer,
    Buffer,
    Buffer,
    ...Buffer[][],
  ];
  const [rebuilt, seconds, last, first, counters, cells, ...byHour] = reply;
  return {
    day,
    rebuilt: rebuilt.toString(),
    now: Number(String(seconds)) * 1000,
    last: last.toString(),
    first: first.toString(),
    counters: fieldsOf(counters),
    cells: fieldsOf(cells),
    hours: new Map(hours.map((hour, index) => [hour, fieldsOf(byHour[index])])),
  };
}

/** Reads a month's counters and all open reservations. */
export async function inspectMonth(runForBytes: RunScript, month: string): Promise<MonthInspection> {
  const reply = (await runForBytes('inspect', [KEY_PREFIX], month, '')) as [Buffer, Buffer[], Buffer[], Buffer[]];
  const [rebuilt, counters, flat, unreadable] = reply;
  const sums: MonthInspection['sums'] = [];
  for (let at = 0; at < flat.length; at += 3) {
    sums.push({ day: String(flat[at]), scope: String(flat[at + 1]), nano: Number(String(flat[at + 2])) });
  }
  return { rebuilt: rebuilt.toString(), counters: fieldsOf(counters), sums, unreadable: unreadable.map(String) };
}

function fieldsOf(flat: readonly Buffer[] = []): Fields {
  const fields: Fields = new Map();
  for (let at = 0; at + 1 < flat.length; at += 2) fields.set(String(flat[at]), flat[at + 1] ?? Buffer.alloc(0));
  return fields;
}
