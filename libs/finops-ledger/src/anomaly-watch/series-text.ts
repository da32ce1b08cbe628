import type { Episode, Explanation, SeriesState } from '@nexus/finops';
import { z } from 'zod';

const episode = z.object({
  id: z.string(),
  scope: z.string(),
  kind: z.enum(['spike', 'outage']),
  state: z.enum(['open', 'growing', 'muted', 'resolved']),
  from: z.number(),
  last: z.number(),
  buckets: z.number(),
  usd: z.number(),
  expected: z.number(),
  low: z.number(),
  high: z.number(),
  score: z.number(),
  impact: z.number(),
  told_impact: z.number(),
  clean: z.number(),
}) satisfies z.ZodType<Episode>;

const series = z.object({
  scope: z.string(),
  hour: z.number(),
  usd: z.array(z.number()),
  silence: z.object({ hours: z.number(), surprise: z.number(), lost: z.number() }),
  raised: z.number(),
  episode: episode.optional(),
});

const explanation = z.object({
  usd: z.number(),
  expected: z.number(),
  difference: z.number(),
  volume: z.number(),
  price: z.number(),
  calls: z.number(),
  expected_calls: z.number(),
  contributors: z.array(z.object({ scope: z.string(), usd: z.number(), expected: z.number(), difference: z.number() })),
}) satisfies z.ZodType<Explanation>;

/** An open episode as it is kept for those who look, with what explains it. */
const openEpisode = z.object({ episode, explanation: explanation.optional() });
export type OpenEpisode = z.output<typeof openEpisode>;

/** A series as text. Amounts are kept to a millionth of a USD: it is read by statistics only. */
export function writeSeries(state: SeriesState): string {
  return JSON.stringify({ ...state, usd: state.usd.map((usd) => Number(usd.toFixed(6))) });
}

/** Reads it back. Undefined when somebody wrote something else there. */
export function readSeries(text: string | null | undefined): SeriesState | undefined {
  const parsed = series.safeParse(parseJson(text));
  if (!parsed.success) return undefined;
  return { ...parsed.data, episode: parsed.data.episode };
}

/** Reads an open episode. Undefined when it is none. */
export function readOpenEpisode(text: string): OpenEpisode | undefined {
  return openEpisode.safeParse(parseJson(text)).data;
}

function parseJson(text: string | null | undefined): unknown {
  try {
    return JSON.parse(text ?? '') as unknown;
  } catch {
    return undefined;
  }
}
