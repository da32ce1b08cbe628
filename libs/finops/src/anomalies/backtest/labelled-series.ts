/** Hourly spend of one scope: `usd[i]` is the hour that starts `i` hours after `first_hour` (seconds since 1970). */
export type SpendSeries = { name: string; first_hour: number; usd: readonly number[] };

/** A time in which a detector ought to sound, from an hour to an hour (seconds since 1970; the last one is left out). */
export type AnomalyLabel = { series: string; kind: string; from: number; until: number };

/** One alarm switch for each bucket of a series. Causal: a switch knows nothing of later buckets. */
export type Detector = (series: SpendSeries) => boolean[];
