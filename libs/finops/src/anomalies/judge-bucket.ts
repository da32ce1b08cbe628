import type { DetectorOptions } from './detector-options.ts';
import { expectationsFor, scoreOf } from './expectation.ts';

/** What is said about one bucket. USD an hour. */
export type Judgement = {
  warming: boolean;
  anomalous: boolean;
  score: number;
  /** Hours in a row, this one included, whose score is raised. */
  raised: number;
  expected: number;
  low: number;
  high: number;
  /** What such an hour costs on average, empty ones counted. */
  usual: number;
  /** -ln of how probable it is that such an hour is empty. */
  empty_surprise: number;
};

/** What is known of the series besides its history: `raised` of the hour before, and whether a spike is open. */
export type Standing = { raised: number; isSpiking: boolean };

/** Fewer hours with spend do not say how much is usual. */
const LEAST_USED = 4;
/** So many of the last four weeks are a habit. */
const LEAST_WEEKS = 3;
const WEEK_HOURS = 168;
const DAY_HOURS = 24;
/** A warming series has to exceed the highest hour of its last week so many times. */
const WARMING_TIMES = 3;

/** Judges a bucket by the hours before it. `history` (USD) ends with the hour before `hour`. */
export function judgeBucket(
  { hour, usd, history }: { hour: number; usd: number; history: readonly number[] },
  standing: Standing,
  options: DetectorOptions,
): Judgement {
  if (history.length < options.warming_hours) return judgeWarming(usd, history, options);
  const { near, exact, weekly } = expectationsFor(history, hour, options.zone_offset_s);
  // A job that runs once a day or a week stands out of its neighbours, but not of its own hour.
  const reference = exact.median > near.median ? exact : near;
  const isWeekly = weekly.used >= LEAST_WEEKS && usd < weekly.median * (1 + options.share);
  const score = Math.min(scoreOf(usd, near), scoreOf(usd, exact));
  const raised = score >= options.repeated_score ? standing.raised + 1 : 0;
  const { median: expected } = reference;
  const spread = Math.exp(options.score * reference.scale);
  const isHigh = score >= options.score || raised >= 2;
  const isWorthIt = usd >= expected + options.minimum_usd && usd >= expected * (1 + options.share);
  const { hold } = options;
  const isHeld = standing.isSpiking && score >= options.score * hold && usd >= expected * (1 + options.share * hold);
  const isKnown = near.used >= LEAST_USED && exact.used > 0;
  return {
    warming: false,
    anomalous: isKnown && !isWeekly && ((isHigh && isWorthIt) || isHeld),
    score,
    raised,
    expected,
    low: expected / spread,
    high: Math.max(expected * spread, expected + options.minimum_usd, expected * (1 + options.share)),
    usual: near.points === 0 ? 0 : (expected * near.used) / near.points,
    // Half a point for what was never seen: that it never was empty does not make it impossible.
    empty_surprise: -Math.log((near.points - near.used + 0.5) / (near.points + 1)),
  };
}

/** Before there is anything to compare with: only what is far above everything seen, and nothing on the first day. */
function judgeWarming(usd: number, history: readonly number[], { minimum_usd }: DetectorOptions): Judgement {
  const highest = Math.max(0, ...history.slice(-WEEK_HOURS));
  const high = Math.max(WARMING_TIMES * highest, highest + minimum_usd);
  const isKnown = history.length >= DAY_HOURS && highest > 0;
  return {
    warming: true,
    anomalous: isKnown && usd > high,
    score: 0,
    raised: 0,
    expected: highest,
    low: 0,
    high,
    usual: 0,
    empty_surprise: 0,
  };
}
