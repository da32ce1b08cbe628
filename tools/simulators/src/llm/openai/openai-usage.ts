import type { TokenUsage } from '../token-usage.ts';

/** Chat completions: details are part of the totals. */
export function chatUsage({ input, cacheRead, cacheWrite, output, reasoning }: TokenUsage): object {
  const prompt = input + cacheRead + cacheWrite;
  const completion = output + reasoning;
  return {
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: prompt + completion,
    prompt_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite, audio_tokens: 0 },
    completion_tokens_details: {
      reasoning_tokens: reasoning,
      audio_tokens: 0,
      accepted_prediction_tokens: 0,
      rejected_prediction_tokens: 0,
    },
  };
}

/** Responses: the same under other names. */
export function responsesUsage({ input, cacheRead, cacheWrite, output, reasoning }: TokenUsage): object {
  const prompt = input + cacheRead + cacheWrite;
  return {
    input_tokens: prompt,
    input_tokens_details: { cached_tokens: cacheRead, cache_write_tokens: cacheWrite },
    output_tokens: output + reasoning,
    output_tokens_details: { reasoning_tokens: reasoning },
    total_tokens: prompt + output + reasoning,
  };
}
