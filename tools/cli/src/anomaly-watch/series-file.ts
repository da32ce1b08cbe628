import { HOUR_SECONDS, noSpend, parseCostRecord, scopesOf, type AnomalyLabel, type SpendSeries } from '@nexus/finops';
import { z } from 'zod';
import { failureWithCode } from '../failure-with-code.ts';
import { readLines } from './read-lines.ts';

/** Seconds since 1970, or a date and time in ISO form. */
const instant = z
  .union([z.number().int().nonnegative(), z.iso.datetime({ offset: true }), z.iso.date()])
  .transform((value) => (typeof value === 'number' ? value : Date.parse(value) / 1000));
const point = z.object({ series: z.string().min(1), hour: instant, usd: z.number().nonnegative() });
const label = z.object({
  series: z.string().min(1),
  kind: z.string().default('anomaly'),
  from: instant,
  until: instant,
});

/** More would be a mistake of a date: eleven years of hours. */
const MOST_HOURS = 100_000;

/**
 * The series of a JSONL file: lines `{series, hour, usd}`, or cost records, which make a series of each scope. Hours that
 * are missing are empty. A line that cannot be read is left out and counted.
 */
export async function readSeriesFile(path: string): Promise<{ series: SpendSeries[]; skipped: number }> {
  const sums = new Map<string, Map<number, number>>();
  let skipped = 0;
  for await (const line of readLines(path)) {
    const points = pointsOf(line);
    if (points.length === 0) skipped += 1;
    for (const { series, hour, usd } of points) {
      const hours = sums.get(series) ?? new Map<number, number>();
      sums.set(series, hours);
      const start = Math.floor(hour / HOUR_SECONDS) * HOUR_SECONDS;
      hours.set(start, (hours.get(start) ?? 0) + usd);
    }
  }
  return { series: [...sums].map(([name, hours]) => seriesOf(name, hours)), skipped };
}

/** The labels of a JSONL file or a JSON list of `{series, kind, from, until}`. Rejects when one cannot be read. */
export async function readLabelFile(path: string): Promise<AnomalyLabel[]> {
  const lines: string[] = [];
  for await (const line of readLines(path)) lines.push(line);
  const text = lines.join('\n').trim();
  try {
    const values: unknown = text.startsWith('[') ? JSON.parse(text) : lines.map((line) => JSON.parse(line) as unknown);
    return z.array(label).parse(values);
  } catch {
    const example = '{"series":"total","kind":"spike","from":"2026-01-05T09:00:00Z","until":"2026-01-05T11:00:00Z"}';
    throw failureWithCode('FILE_UNREADABLE', `${path} does not hold labels. Write each like ${example}.`);
  }
}

function pointsOf(line: string): { series: string; hour: number; usd: number }[] {
  const read = point.safeParse(parseJson(line));
  if (read.success) return [read.data];
  const parsed = parseCostRecord(line);
  if (!parsed.ok) return [];
  const { record } = parsed;
  const usd = Number(record.actual_nano) / 1e9;
  return scopesOf({ ...noSpend, ...record, hour: record.ts }).map((series) => ({ series, hour: record.ts, usd }));
}

function seriesOf(name: string, hours: ReadonlyMap<number, number>): SpendSeries {
  const all = [...hours.keys()];
  const first = all.reduce((least, hour) => Math.min(least, hour), Infinity);
  const last = all.reduce((most, hour) => Math.max(most, hour), 0);
  const length = (last - first) / HOUR_SECONDS + 1;
  if (length > MOST_HOURS) {
    throw failureWithCode(
      'FILE_UNREADABLE',
      `A series spans ${Math.round(length / 24)} days: check its times, they are seconds.`,
    );
  }
  const usd = Array.from({ length }, (_, index) => hours.get(first + index * HOUR_SECONDS) ?? 0);
  return { name, first_hour: first, usd };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
