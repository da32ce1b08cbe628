/** `spike`: far more than expected · `outage`: nothing at all for hours in which there always was something. */
export type EpisodeKind = 'spike' | 'outage';

/** `open` was told; `growing` has at least doubled since; `muted` is planned and told to nobody; `resolved` is over. */
export type EpisodeState = 'open' | 'growing' | 'muted' | 'resolved';

/**
 * One anomaly from its first bucket to its end: people are told once about it, by its `id`. Times are starts of hours in
 * seconds since 1970, money is USD. `usd`, `expected`, `low` and `high` are those of the latest anomalous bucket: what
 * was spent, what is expected, and the band outside of which a bucket is anomalous.
 */
export type Episode = {
  /** `<first hour>:<scope>`; the scope may hold anything that callers write as team or project. */
  id: string;
  scope: string;
  kind: EpisodeKind;
  state: EpisodeState;
  from: number;
  /** The latest anomalous bucket. */
  last: number;
  /** Whole anomalous buckets; 0 while the first one is not over. */
  buckets: number;
  usd: number;
  expected: number;
  low: number;
  high: number;
  /** Robust standard deviations from what is expected; of an outage -ln of its probability; 0 while warming. */
  score: number;
  /** Sum of all differences from what was expected, USD: above 0 for a spike, below 0 for an outage. */
  impact: number;
  /** `impact` when the episode was told or grew last. */
  told_impact: number;
  /** Clean buckets since `last`. */
  clean: number;
};

/** What became of an episode: `opened` is worth an alert, the others are updates of the same one. */
export type EpisodeEvent = { type: 'opened' | 'grew' | 'muted' | 'resolved'; episode: Episode };
