import { defaultDetectorOptions, type DetectorOptions } from '../detector-options.ts';
import { HOUR_SECONDS } from '../spend-series.ts';
import { newSeries, step } from '../step.ts';
import type { SpendSeries } from './labelled-series.ts';

/** Runs the detector over a series as it would have run then: one switch for each bucket, on while it is anomalous. */
export function detectAlarms(
  { name, first_hour, usd }: SpendSeries,
  detector: DetectorOptions = defaultDetectorOptions,
): boolean[] {
  let state = newSeries(name);
  return usd.map((value, index) => {
    const hour = first_hour + index * HOUR_SECONDS;
    ({ state } = step(state, { hour, usd: value, calls: 0 }, { detector }));
    return state.episode?.last === hour;
  });
}
