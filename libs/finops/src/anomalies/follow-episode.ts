import type { Episode, EpisodeEvent } from './episode.ts';

/** An anomalous bucket, as it opens or carries on an episode. `from` is where its anomaly began. */
export type Finding = Pick<Episode, 'kind' | 'from' | 'last' | 'usd' | 'expected' | 'low' | 'high' | 'score'> & {
  /** Difference of this bucket from what was expected; of an outage that opens, of all its hours. USD. */
  difference: number;
  /** The bucket is over. */
  whole: boolean;
};

/** An episode, or none, and what there is to tell of it. */
export type Followed = { episode: Episode | undefined; events: EpisodeEvent[] };

type Circumstances = { scope: string; finding: Finding | undefined; planned: boolean; cleanBuckets: number };

/** Carries an episode on by one bucket: opens it, lets it grow, counts clean buckets, ends it. */
export function followEpisode(
  episode: Episode | undefined,
  { scope, finding, planned, cleanBuckets }: Circumstances,
): Followed {
  if (finding === undefined) return episode === undefined ? nothing : calmed(episode, cleanBuckets);
  if (episode === undefined) return opened(scope, finding, planned);
  if (episode.kind === finding.kind) return carriedOn(episode, finding, planned);
  const next = opened(scope, finding, planned);
  return { ...next, events: [...endEpisode(episode), ...next.events] };
}

const nothing: Followed = { episode: undefined, events: [] };

function opened(scope: string, { difference, whole, ...facts }: Finding, planned: boolean): Followed {
  const episode: Episode = {
    ...facts,
    id: `${facts.from}:${scope}`,
    scope,
    state: planned ? 'muted' : 'open',
    buckets: whole ? 1 : 0,
    impact: difference,
    told_impact: difference,
    clean: 0,
  };
  return { episode, events: [{ type: planned ? 'muted' : 'opened', episode }] };
}

function carriedOn(before: Episode, { difference, whole, from: _, ...facts }: Finding, planned: boolean): Followed {
  // The hour it was opened in is over now: its final sum takes the place of the first one.
  const impact = before.buckets === 0 ? difference : before.impact + difference;
  const episode: Episode = { ...before, ...facts, impact, buckets: before.buckets + (whole ? 1 : 0), clean: 0 };
  if (planned !== (before.state === 'muted')) return told(episode, planned ? 'muted' : 'opened');
  if (planned || Math.abs(impact) < 2 * Math.abs(before.told_impact)) return { episode, events: [] };
  return told(episode, 'grew');
}

const states = { opened: 'open', grew: 'growing', muted: 'muted' } as const;

function told(episode: Episode, type: keyof typeof states): Followed {
  const next: Episode = { ...episode, state: states[type], told_impact: episode.impact };
  return { episode: next, events: [{ type, episode: next }] };
}

function calmed(episode: Episode, cleanBuckets: number): Followed {
  const next = { ...episode, clean: episode.clean + 1 };
  return next.clean < cleanBuckets ? { episode: next, events: [] } : { episode: undefined, events: endEpisode(next) };
}

/** What there is to tell when an episode ends, if there is one. */
export function endEpisode(episode: Episode | undefined): EpisodeEvent[] {
  return episode === undefined ? [] : [{ type: 'resolved', episode: { ...episode, state: 'resolved' } }];
}
