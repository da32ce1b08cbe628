import { defaultDetectorOptions, type DetectorOptions } from './detector-options.ts';
import type { Episode, EpisodeEvent, EpisodeState } from './episode.ts';
import { endEpisode, followEpisode, type Finding } from './follow-episode.ts';
import { judgeBucket, type Judgement } from './judge-bucket.ts';
import { HISTORY_HOURS, HOUR_SECONDS, type SpendBucket } from './spend-series.ts';

/**
 * What is remembered of one scope between two buckets: plain data, some 8 KB as JSON. The caller keeps it.
 */
export type SeriesState = {
  scope: string;
  /** The last whole hour seen, seconds since 1970. Undefined before the first. */
  hour: number | undefined;
  /** USD of the hours up to `hour`, the latest last; four weeks at most. */
  usd: number[];
  /** Empty hours at the end, how improbable they are together (-ln), and what they would have cost. */
  silence: { hours: number; surprise: number; lost: number };
  /** Hours in a row at the end whose score is raised. */
  raised: number;
  episode: Episode | undefined;
};

export type StepOptions = {
  detector?: DetectorOptions;
  /** The hour is not over: its sum can only grow, so it may open an episode, and nothing is remembered of it. */
  partial?: boolean;
  /** People know of it: episodes are muted. */
  planned?: boolean;
};

/** An empty hour ends no silence, but one that lasts longer than this is how things are now. */
const LONGEST_OUTAGE_HOURS = 168;

/** A scope of which nothing was seen. */
export function newSeries(scope: string): SeriesState {
  return { scope, hour: undefined, usd: [], silence: noSilence, raised: 0, episode: undefined };
}

/** How a scope stands: `warming` while there is too little history to compare with, `quiet`, or its open episode. */
export function standingOfSeries(
  { usd, episode }: SeriesState,
  { warming_hours }: DetectorOptions = defaultDetectorOptions,
): 'warming' | 'quiet' | EpisodeState {
  if (episode !== undefined) return episode.state;
  return usd.length < warming_hours ? 'warming' : 'quiet';
}

/**
 * Takes in the next hour of a scope. Pure: the same state and bucket give the same answer. Hours that were left out count
 * as empty; an hour that was seen before changes nothing, so that a caller may repeat itself.
 */
export function step(
  state: SeriesState,
  bucket: SpendBucket,
  options: StepOptions = {},
): { state: SeriesState; events: EpisodeEvent[] } {
  if (state.hour !== undefined && bucket.hour <= state.hour) return { state, events: [] };
  const { state: before, events } = fillGap(state, bucket.hour, options);
  const next = options.partial === true ? glance(before, bucket, options) : takeIn(before, bucket, options);
  return { state: next.state, events: [...events, ...next.events] };
}

function fillGap(state: SeriesState, until: number, options: StepOptions): ReturnType<typeof step> {
  if (state.hour === undefined) return { state, events: [] };
  // So long without anything: what was before says nothing about what is now.
  if (until - state.hour > HISTORY_HOURS * HOUR_SECONDS) {
    return { state: newSeries(state.scope), events: endEpisode(state.episode) };
  }
  let filled = state;
  const events: EpisodeEvent[] = [];
  for (let hour = state.hour + HOUR_SECONDS; hour < until; hour += HOUR_SECONDS) {
    const next = takeIn(filled, { hour, usd: 0 }, options);
    filled = next.state;
    events.push(...next.events);
  }
  return { state: filled, events };
}

type Hour = Pick<SpendBucket, 'hour' | 'usd'>;

function takeIn(state: SeriesState, bucket: Hour, options: StepOptions): ReturnType<typeof step> {
  const detector = options.detector ?? defaultDetectorOptions;
  const judgement = judge(state, bucket, detector);
  const silence = bucket.usd > 0 ? noSilence : longer(state.silence, judgement);
  const finding = judgement.anomalous
    ? spikeOf(bucket, judgement, true)
    : outageOf(bucket, { judgement, silence, detector, before: state.episode });
  const { episode, events } = followEpisode(state.episode, {
    scope: state.scope,
    finding,
    planned: options.planned ?? false,
    cleanBuckets: detector.clean_buckets,
  });
  const usd = [...state.usd.slice(-(HISTORY_HOURS - 1)), bucket.usd];
  const { scope } = state;
  return { state: { scope, hour: bucket.hour, usd, silence, raised: judgement.raised, episode }, events };
}

function judge(
  { usd: history, raised, episode }: SeriesState,
  { hour, usd }: Hour,
  detector: DetectorOptions,
): Judgement {
  return judgeBucket({ hour, usd, history }, { raised, isSpiking: episode?.kind === 'spike' }, detector);
}

/** An unfinished hour can open an episode; everything else waits for its end. */
function glance(state: SeriesState, bucket: Hour, options: StepOptions): ReturnType<typeof step> {
  const detector = options.detector ?? defaultDetectorOptions;
  if (state.episode !== undefined) return { state, events: [] };
  const judgement = judge(state, bucket, detector);
  if (!judgement.anomalous) return { state, events: [] };
  const { episode, events } = followEpisode(undefined, {
    scope: state.scope,
    finding: spikeOf(bucket, judgement, false),
    planned: options.planned ?? false,
    cleanBuckets: detector.clean_buckets,
  });
  return { state: { ...state, episode }, events };
}

function spikeOf({ hour, usd }: Hour, judgement: Judgement, whole: boolean): Finding {
  const { expected, low, high, score } = judgement;
  return { kind: 'spike', from: hour, last: hour, usd, expected, low, high, score, difference: usd - expected, whole };
}

type Silence = SeriesState['silence'];
const noSilence: Silence = { hours: 0, surprise: 0, lost: 0 };

function longer({ hours, surprise, lost }: Silence, { empty_surprise, usual }: Judgement): Silence {
  return { hours: hours + 1, surprise: surprise + empty_surprise, lost: lost + usual };
}

type SilentHour = { judgement: Judgement; silence: Silence; detector: DetectorOptions; before: Episode | undefined };

function outageOf({ hour }: Hour, { judgement, silence, detector, before }: SilentHour): Finding | undefined {
  const { hours, surprise, lost } = silence;
  const isOutage =
    hours >= detector.outage_hours &&
    hours <= LONGEST_OUTAGE_HOURS &&
    surprise >= detector.outage_surprise &&
    lost >= detector.minimum_usd;
  if (!isOutage || judgement.warming) return undefined;
  const { usual, low, high } = judgement;
  return {
    kind: 'outage',
    from: hour - (hours - 1) * HOUR_SECONDS,
    last: hour,
    usd: 0,
    expected: usual,
    low,
    high,
    score: surprise,
    difference: before?.kind === 'outage' ? -usual : -lost,
    whole: true,
  };
}
