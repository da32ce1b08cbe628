import { defaultDetectorOptions, type DetectorOptions } from '../detector-options.ts';
import type { Episode } from '../episode.ts';
import { HOUR_SECONDS } from '../spend-series.ts';
import { newSeries, step } from '../step.ts';
import type { SpendSeries } from './labelled-series.ts';

/** The episodes a series would have had, each as it ended, or as it stands at the end. In the order of their beginning. */
export function replayEpisodes(
  { name, first_hour, usd }: SpendSeries,
  detector: DetectorOptions = defaultDetectorOptions,
): Episode[] {
  const episodes = new Map<string, Episode>();
  let state = newSeries(name);
  for (const [index, value] of usd.entries()) {
    const next = step(state, { hour: first_hour + index * HOUR_SECONDS, usd: value, calls: 0 }, { detector });
    state = next.state;
    for (const { episode } of next.events) episodes.set(episode.id, episode);
    if (state.episode !== undefined) episodes.set(state.episode.id, state.episode);
  }
  return [...episodes.values()];
}
