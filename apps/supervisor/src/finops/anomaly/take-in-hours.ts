import {
  bucketsOf,
  defaultDetectorOptions,
  HISTORY_HOURS,
  HOUR_SECONDS,
  newSeries,
  step,
  zoneOffsetSeconds,
  type EpisodeEvent,
  type HourCell,
  type SeriesState,
} from '@nexus/finops';
import type { AnomalyStore } from '@nexus/finops-ledger';

export type HourSource = { hourCells: (fromHour: number, toHour: number) => Promise<HourCell[]> };

export type SeriesPorts = {
  store: Pick<AnomalyStore, 'hour' | 'series' | 'seriesOf' | 'muted'>;
  ledger: HourSource;
  /** FINOPS_TZ: weekends are the zone's. */
  zone: string;
};

/**
 * What a look at the hours came to. `series` changed, `dropped` spent nothing for four weeks; `hour` is the last whole hour,
 * undefined when there was no new one: then `series` holds only what the unfinished hour opened. `unwatched` scopes are
 * beyond the bound.
 */
export type HoursOutcome = {
  series: SeriesState[];
  dropped: string[];
  hour: number | undefined;
  events: EpisodeEvent[];
  unwatched: number;
};

/** Calls that were reserved in an hour may be settled later; what comes after this is not looked at. */
const LATE_SECONDS = 300;
/** What two weeks of a company with three hundred teams, projects and models cost: 3 MB. */
const MOST_SCOPES = 300;
const HOURS_AT_ONCE = 24;

/**
 * Takes in every whole hour since the last look, and glances at the one after. The first look learns from four weeks.
 * Changes nothing by itself: the caller saves the outcome, and a look that was not saved is repeated. `now` in seconds.
 */
export async function takeInHours(ports: SeriesPorts, now: number): Promise<HoursOutcome> {
  const last = Math.floor((now - LATE_SECONDS) / HOUR_SECONDS) * HOUR_SECONDS - HOUR_SECONDS;
  const before = await ports.store.hour();
  const muted = await ports.store.muted(now);
  const whole = before === undefined || last > before ? await wholeHours(ports, { before, last, muted }) : undefined;
  const glanced = await glanceAt(ports, {
    hour: (whole === undefined ? (before ?? last) : last) + HOUR_SECONDS,
    whole,
    muted,
  });
  const series = whole === undefined ? glanced.series : [...whole.series.values()];
  const isGone = ({ usd, episode }: SeriesState) => episode === undefined && usd.every((each) => each === 0);
  return {
    series: series.filter((state) => !isGone(state)),
    dropped: series.filter(isGone).map(({ scope }) => scope),
    hour: whole === undefined ? undefined : last,
    events: [...(whole?.events ?? []), ...glanced.events],
    unwatched: whole?.unwatched ?? 0,
  };
}

type Muted = ReadonlyMap<string, number>;
type Whole = { series: Map<string, SeriesState>; events: EpisodeEvent[]; unwatched: number };

async function wholeHours(
  { store, ledger, zone }: SeriesPorts,
  { before, last, muted }: { before: number | undefined; last: number; muted: Muted },
): Promise<Whole> {
  const series = before === undefined ? new Map<string, SeriesState>() : await store.series();
  const oldest = last - (HISTORY_HOURS - 1) * HOUR_SECONDS;
  const from = Math.max(oldest, before === undefined ? oldest : before + HOUR_SECONDS);
  const events: EpisodeEvent[] = [];
  const unwatched = new Set<string>();
  for (let first = from; first <= last; first += HOURS_AT_ONCE * HOUR_SECONDS) {
    const until = Math.min(last, first + (HOURS_AT_ONCE - 1) * HOUR_SECONDS);
    const cells = await ledger.hourCells(first, until);
    for (let hour = first; hour <= until; hour += HOUR_SECONDS) {
      events.push(...takeInHour({ hour, cells, zone, muted }, { series, unwatched }));
      // Hundreds of scopes take some milliseconds an hour: requests come in between.
      await new Promise(setImmediate);
    }
  }
  return { series, events, unwatched: unwatched.size };
}

type Hour = { hour: number; cells: readonly HourCell[]; zone: string; muted: Muted };

function takeInHour(
  { hour, cells, zone, muted }: Hour,
  { series, unwatched }: { series: Map<string, SeriesState>; unwatched: Set<string> },
): EpisodeEvent[] {
  const buckets = bucketsOf(cells, hour);
  const detector = { ...defaultDetectorOptions, zone_offset_s: zoneOffsetSeconds(zone, hour) };
  const events: EpisodeEvent[] = [];
  for (const scope of new Set([...series.keys(), ...buckets.keys()])) {
    const state = series.get(scope) ?? newSeries(scope);
    if (!series.has(scope) && series.size >= MOST_SCOPES) {
      unwatched.add(scope);
      continue;
    }
    const bucket = buckets.get(scope) ?? { hour, usd: 0, calls: 0 };
    const next = step(state, bucket, { detector, planned: isMuted(muted, scope, hour) });
    series.set(scope, next.state);
    events.push(...next.events);
  }
  return events;
}

/** Only scopes that spent enough to matter are looked at: the hour is not over, and few of them are anomalous. */
async function glanceAt(
  { store, ledger, zone }: SeriesPorts,
  { hour, whole, muted }: { hour: number; whole: Whole | undefined; muted: Muted },
): Promise<{ series: SeriesState[]; events: EpisodeEvent[] }> {
  const all = [...bucketsOf(await ledger.hourCells(hour, hour), hour)];
  const buckets = all.filter(([, { usd }]) => usd >= defaultDetectorOptions.minimum_usd);
  const known = whole?.series ?? (await store.seriesOf(buckets.map(([scope]) => scope)));
  const detector = { ...defaultDetectorOptions, zone_offset_s: zoneOffsetSeconds(zone, hour) };
  const series: SeriesState[] = [];
  const events: EpisodeEvent[] = [];
  for (const [scope, bucket] of buckets) {
    const state = known.get(scope);
    if (state === undefined) continue;
    const next = step(state, bucket, { detector, planned: isMuted(muted, scope, hour), partial: true });
    if (next.state === state) continue;
    known.set(scope, next.state);
    series.push(next.state);
    events.push(...next.events);
  }
  return { series, events };
}

/** Who mutes everything mutes each. */
function isMuted(muted: Muted, scope: string, hour: number): boolean {
  return Math.max(muted.get(scope) ?? 0, muted.get('total') ?? 0) > hour;
}
