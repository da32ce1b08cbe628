import { addMonths, type Calendar, type LedgerLine, monthOf } from '@nexus/finops';
import type { Redis } from 'ioredis';
import type { Combinations } from './combinations.ts';
import type { LineRange } from './ledger.ts';
import { ledgerKeys } from './ledger-keys.ts';
import { readLine, type StreamEntry } from './read-line.ts';

export type LineReaderOptions = { redis: Redis; calendar: Calendar; combinations: Combinations };

/** Entries a step: some 50 KB, so that what reads along with model calls stays small. */
const BATCH = 250;
const DAY_MS = 86_400_000;
/** A line is written at most so long after its reservation: a day's lifetime, and seven in which it may be settled late. */
const LATEST_MS = 8 * DAY_MS;
/** A server's clock may have been set back between reservation and line. */
const EARLIEST_MS = 3_600_000;

/** Reads lines in steps; see Ledger.lines. */
export async function* readLines(range: LineRange, options: LineReaderOptions): AsyncGenerator<LedgerLine> {
  if ('month' in range) {
    const start = range.after === undefined ? '-' : `(${range.after}`;
    yield* readStream({ ...options, month: range.month, start, end: '+' });
    return;
  }
  const { from, to } = range;
  for (const month of monthsBetween(from, to, options.calendar)) {
    const start = String(Math.max(0, from - EARLIEST_MS));
    for await (const line of readStream({ ...options, month, start, end: String(to + LATEST_MS) })) {
      if (line.ts >= from && line.ts < to) yield line;
    }
  }
}

function monthsBetween(from: number, to: number, calendar: Calendar): string[] {
  if (to <= from) return [];
  const last = monthOf(calendar.dayOf(to - 1));
  const months: string[] = [];
  for (let month = monthOf(calendar.dayOf(from)); month <= last; month = monthOf(addMonths(`${month}-01`, 1))) {
    months.push(month);
  }
  return months;
}

/** First and last entry as XRANGE has them; the last one may be an id. */
export type StreamRange = LineReaderOptions & { month: string; start: string; end: string };

/** One month's lines in the order they were written. */
export async function* readStream({ redis, combinations, month, start, end }: StreamRange): AsyncGenerator<LedgerLine> {
  for (let from = start; ;) {
    const entries = (await redis.xrangeBuffer(ledgerKeys.lines(month), from, end, 'COUNT', BATCH)) as StreamEntry[];
    if (entries.length === 0) return;
    // Whatever these lines name was added before they were written.
    await combinations.refresh();
    for (const entry of entries) yield readLine(month, entry, combinations);
    from = `(${entries[entries.length - 1]?.[0].toString() ?? ''}`;
    if (entries.length < BATCH) return;
  }
}

/** From where in its month's stream lines of a day may stand. */
export function streamStartOf(day: string, calendar: Calendar): string {
  return String(Math.max(0, calendar.startOf(day) - EARLIEST_MS));
}
