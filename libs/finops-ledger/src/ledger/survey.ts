import { type Calendar, daysFrom, lastDayOf, monthOf } from '@nexus/finops';
import type { Redis } from 'ioredis';
import { type CellFinding, compareCells } from './compare-cells.ts';
import { compareMonth, compareSpent, type CounterFinding } from './compare-counters.ts';
import type { Combinations } from './combinations.ts';
import { isAtMost } from './entry-id.ts';
import { addLine, addToCell, type ExpectedDay, noLines } from './expected-sums.ts';
import { type DayInspection, inspectDay, inspectMonth } from './inspect.ts';
import { ledgerKeys } from './ledger-keys.ts';
import type { LedgerScripts } from './ledger-scripts.ts';
import type { CellNumbers } from './read-cells.ts';
import { readStream, streamStartOf } from './read-lines.ts';
import type { Difference } from './reconciliation.ts';
import { countedLines, isWhole, lostLines, removalFrom } from './whole-days.ts';

export type SurveyOptions = LedgerScripts & { redis: Redis; calendar: Calendar; combinations: Combinations };

/** What differs between lines and everything made of them, with what it takes to mend it. */
export type Survey = {
  cells: CellFinding[];
  counters: CounterFinding[];
  /** Differences of months, reservations and things that cannot be read: mended by counting a month again. */
  months: Map<string, Difference[]>;
  lines: number;
  unchecked: string[];
  /** Lines that somebody deleted: nothing can mend that. */
  lost: Difference[];
  /** How often the ledger was rebuilt when it was looked at. */
  rebuilt: string[];
};

const HOUR_MS = 3_600_000;
/** Cells of hours are kept 100 days: what expires soon is not compared. */
const HOURS_KEPT_MS = 95 * 24 * HOUR_MS;

/**
 * Compares days, both included. Each day is looked at in one moment, and only lines written up to that moment count for
 * it: so it is exact while others settle. Lines are read once, in bounded memory.
 */
export async function survey(from: string, to: string, options: SurveyOptions): Promise<Survey> {
  const { calendar, combinations, runForBytes } = options;
  const hours = hoursOf(from, to, calendar);
  const days: DayInspection[] = [];
  for (const day of daysFrom(from, to)) days.push(await inspectDay(runForBytes, day, hours.get(day) ?? []));
  await combinations.refresh();
  const found: Survey = {
    cells: [],
    counters: [],
    months: new Map(),
    lines: 0,
    unchecked: [],
    lost: [],
    rebuilt: days.map(({ rebuilt }) => rebuilt),
  };
  for (const month of [...new Set(days.map(({ day }) => monthOf(day)))]) {
    const ofMonth = days.filter(({ day }) => monthOf(day) === month);
    await surveyMonth(month, ofMonth, { ...options, found });
    const whole = await inspectMonth(runForBytes, month);
    found.rebuilt.push(whole.rebuilt);
    found.months.set(
      month,
      compareMonth(
        month,
        whole,
        ofMonth.map(({ day }) => day),
      ),
    );
  }
  return found;
}

/** Hours by the day in which they begin: those that lie wholly in the days and in one month. */
function hoursOf(from: string, to: string, calendar: Calendar): Map<string, number[]> {
  const hours = new Map<string, number[]>();
  const end = calendar.endOf(to);
  for (let hour = Math.ceil(calendar.startOf(from) / HOUR_MS); (hour + 1) * HOUR_MS <= end; hour += 1) {
    const day = calendar.dayOf(hour * HOUR_MS);
    if (monthOf(day) !== monthOf(calendar.dayOf((hour + 1) * HOUR_MS - 1))) continue;
    hours.set(day, [...(hours.get(day) ?? []), hour]);
  }
  return hours;
}

type MonthOptions = SurveyOptions & { found: Survey };
type Hours = Map<number, Map<string, CellNumbers>>;

async function surveyMonth(month: string, days: DayInspection[], options: MonthOptions): Promise<void> {
  const { found, combinations, redis } = options;
  const { sums, hours } = await sumLines(month, days, options);
  const removal = await removalFrom(redis, ledgerKeys.lines(month));
  for (const day of days) {
    const sum = sums.get(day.day) ?? noLines();
    const counted = countedLines(day);
    if (!isWhole(day, { lines: sum.lines, counted, removal, ...options })) {
      found.unchecked.push(day.day);
      if ((removal.deleted || removal.entries === 0) && sum.lines < counted)
        found.lost.push(lostLines(day.day, counted, sum.lines));
      continue;
    }
    found.lines += sum.lines;
    const place = { key: ledgerKeys.dayCells(day.day), period: 'day' as const, at: day.day };
    found.cells.push(...compareCells(sum.cells, day.cells, { place, combinations }));
    for (const [hour, cells] of day.hours) {
      if (hour * HOUR_MS < day.now - HOURS_KEPT_MS) continue;
      const at = { key: ledgerKeys.hourCells(hour), period: 'hour' as const, at: String(hour * 3600) };
      found.cells.push(...compareCells(hours.get(hour) ?? new Map(), cells, { place: at, combinations }));
    }
    found.counters.push(...compareSpent(day, sum.spent));
  }
}

/** Reads the lines of these days once. */
async function sumLines(
  month: string,
  days: DayInspection[],
  options: MonthOptions,
): Promise<{ sums: Map<string, ExpectedDay>; hours: Hours }> {
  const { calendar, combinations } = options;
  const sums = new Map<string, ExpectedDay>(days.map(({ day }) => [day, noLines()]));
  const hours: Hours = new Map();
  const byDay = new Map(days.map((day) => [day.day, day]));
  const byHour = new Map(days.flatMap((day) => [...day.hours.keys()].map((hour) => [hour, day] as const)));
  const [first] = days;
  const last = days.map((day) => day.last).reduce((latest, id) => (isAtMost(id, latest) ? latest : id), '');
  if (first === undefined || last === '') return { sums, hours };
  for await (const line of readStream({ ...options, month, start: streamStartOf(first.day, calendar), end: last })) {
    const day = byDay.get(line.day);
    const sum = sums.get(line.day);
    if (day !== undefined && sum !== undefined && isAtMost(line.id, day.last)) addLine(sum, line, combinations);
    const hour = Math.floor(line.ts / HOUR_MS);
    const owner = byHour.get(hour);
    if (owner === undefined || !isAtMost(line.id, owner.last)) continue;
    const cells = hours.get(hour) ?? new Map<string, CellNumbers>();
    addToCell(cells, line, combinations);
    hours.set(hour, cells);
  }
  return { sums, hours };
}

/** The days a month has. */
export function daysOfMonth(month: string): { first: string; last: string } {
  return { first: `${month}-01`, last: lastDayOf(month) };
}
