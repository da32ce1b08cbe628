import type { Usage } from '../model.ts';
import { countOf, isJsonObject, objectOf } from './json-value.ts';

/** Counts as most providers report them: details are parts of their totals. */
export type NestedCounts = {
  input: number;
  cacheRead?: number;
  cacheWrite?: number;
  output: number;
  reasoning?: number;
};

/**
 * Nested counts as disjoint buckets. A detail larger than its total is cut to it, so that the sum is always what the
 * provider's totals say.
 */
export function disjointUsage({ input, cacheRead = 0, cacheWrite = 0, output, reasoning = 0 }: NestedCounts): Usage {
  const read = Math.min(cacheRead, input);
  const write = Math.min(cacheWrite, input - read);
  const thought = Math.min(reasoning, output);
  return {
    input: input - read - write,
    cache_read: read,
    cache_write: write,
    output: output - thought,
    reasoning: thought,
  };
}

/** Names of the counts in OpenAI's two shapes. */
const names = {
  chat: { input: 'prompt_tokens', output: 'completion_tokens' },
  responses: { input: 'input_tokens', output: 'output_tokens' },
} as const;

/** `usage` of a chat completion or a response; undefined when it is absent, null or has no counts. An explicit 0 is 0. */
export function openaiUsage(usage: unknown, shape: keyof typeof names): Usage | undefined {
  if (!isJsonObject(usage)) return undefined;
  const { input, output } = names[shape];
  const [inputTokens, outputTokens] = [countOf(usage[input]), countOf(usage[output])];
  if (inputTokens === undefined && outputTokens === undefined) return undefined;
  const inputDetails = objectOf(usage[`${input}_details`]);
  const outputDetails = objectOf(usage[`${output}_details`]);
  return disjointUsage({
    input: inputTokens ?? 0,
    cacheRead: countOf(inputDetails['cached_tokens']) ?? 0,
    cacheWrite: countOf(inputDetails['cache_write_tokens']) ?? 0,
    output: outputTokens ?? 0,
    reasoning: countOf(outputDetails['reasoning_tokens']) ?? 0,
  });
}
