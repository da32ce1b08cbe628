import { daysFrom, weekdayOf } from '../../spend/calendar.ts';
import { type DayCell, noSpend } from '../../spend/spend-cell.ts';
import { createPriceOf } from '../../money/create-price-of.ts';
import { costNano, listNano } from '../../money/cost.ts';

/** A stream of numbers from 0 to 1 that is the same for the same seed (mulberry32). */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const MODELS = [
  ['gemini', 'gemini-3-flash-preview', 1],
  ['openai', 'gpt-5.2', 0.6],
  ['anthropic', 'claude-sonnet-4-5-20250929', 0.35],
  ['glm', 'glm-4.7', 0.5],
  ['openai-compatible', 'qwen3-32b', 0.2],
] as const;
const PROJECTS = [
  ['finance', 'invoices', 3],
  ['finance', 'month-end', 1],
  ['ops', 'kakao-orders', 5],
  ['ops', '배송-조회', 2],
  ['support', 'mail-triage', 2.5],
  ['platform', 'autofix', 0.8],
  ['hr', 'contracts', 0.4],
] as const;
const PURPOSES = [
  ['excel_kakao', 1],
  ['summary', 0.5],
  ['classification', 0.6],
  ['schema_repair', 0.08],
  ['autofix', 0.2],
] as const;

/**
 * Days as a company of some size has them: quiet weekends, slow growth, noise, some waste, caching and answers from the
 * cache. `scale` multiplies the number of calls.
 */
export function seededCells(from: string, to: string, { seed = 1, scale = 1 } = {}): DayCell[] {
  const random = seededRandom(seed);
  const priceOf = createPriceOf({});
  return daysFrom(from, to).flatMap((day, index) => {
    const weekday = weekdayOf(day);
    const season = weekday === 0 || weekday === 6 ? 0.25 : 1;
    const trend = 1 + index * 0.004;
    return PROJECTS.flatMap(([team, project, size]) =>
      PURPOSES.flatMap(([purpose, weight]) =>
        MODELS.flatMap(([provider, model, share]) => {
          const noise = 0.6 + 0.8 * random();
          const calls = Math.round(12 * scale * size * weight * share * season * trend * noise);
          if (calls === 0) return [];
          const prompt = 900 + Math.round(700 * random());
          const usage = {
            input: Math.round(prompt * 0.6),
            cache_read: Math.round(prompt * 0.35),
            cache_write: Math.round(prompt * 0.05),
            output: 180 + Math.round(220 * random()),
            reasoning: provider === 'openai' ? 90 : 0,
          };
          const price = priceOf(provider, model, Date.parse(day));
          const perCall = costNano(usage, price);
          const wasted_calls = Math.round(calls * 0.02 * random());
          const dedupe_hits = Math.round(calls * 0.06 * random());
          return {
            ...noSpend,
            ...{ day, provider, model, purpose, team, project, calls },
            input: usage.input * calls,
            cache_read: usage.cache_read * calls,
            cache_write: usage.cache_write * calls,
            output: usage.output * calls,
            reasoning: usage.reasoning * calls,
            cost_nano: perCall * BigInt(calls),
            list_nano: listNano(usage, price) * BigInt(calls),
            approx_calls: provider === 'openai-compatible' ? calls : Math.round(calls * 0.004 * random()),
            base_priced_calls: provider === 'openai-compatible' ? calls : 0,
            latency_ms: calls * Math.round(700 + 2500 * random()),
            wasted_calls,
            wasted_nano: perCall * BigInt(wasted_calls),
            dedupe_hits,
            avoided_nano: perCall * BigInt(dedupe_hits),
          };
        }),
      ),
    );
  });
}
