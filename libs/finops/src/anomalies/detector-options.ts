/** When an hour is an anomaly: score, minimum and share must all be reached. */
export type DetectorOptions = {
  /** Distance from the expectation in robust standard deviations from which a bucket is anomalous. */
  score: number;
  /** The same for each of two hours in a row: a lasting rise is seen that no single hour proves. */
  repeated_score: number;
  /** Share of `score` and of `share` from which a bucket carries an open episode on, so that one anomaly stays one. */
  hold: number;
  /** Least excess over the expectation, USD an hour. Also the least loss by an outage, in all. */
  minimum_usd: number;
  /** Least excess as a share of the expectation: 0.5 = 50 %. */
  share: number;
  /** Hours of history below which only a spike far above everything of the last week counts. */
  warming_hours: number;
  /** Buckets without anomaly after which an episode is over. */
  clean_buckets: number;
  /** Least hours without any spend that are an outage. */
  outage_hours: number;
  /** How improbable so many empty hours must be, as -ln of the probability: 14 = about one in a million. */
  outage_surprise: number;
  /** Seconds the ledger's zone is ahead of UTC: weekends are the zone's. */
  zone_offset_s: number;
};

/** Measured on synthetic spend (docs/anomalies.md). */
export const defaultDetectorOptions: DetectorOptions = {
  score: 5,
  repeated_score: 3.5,
  hold: 0.4,
  minimum_usd: 1,
  share: 0.5,
  warming_hours: 14 * 24,
  clean_buckets: 2,
  outage_hours: 3,
  outage_surprise: 14,
  zone_offset_s: 0,
};
