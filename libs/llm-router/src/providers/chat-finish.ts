import type { Ended } from './dialect.ts';

/** `finish_reason` of chat completions, of OpenAI and of those who copied it. */
const endings: Readonly<Record<string, Ended>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  function_call: 'tool_calls',
  content_filter: 'refused',
  // GLM:
  sensitive: 'refused',
  network_error: 'broken',
  model_context_window_exceeded: 'length',
};

/** Undefined = there is none: the answer is not complete. */
export function endedOf(words: Readonly<Record<string, Ended>>, word: unknown): Ended | undefined {
  if (typeof word !== 'string' || word === '') return undefined;
  return Object.hasOwn(words, word) ? words[word] : 'unknown';
}

/** What a finish reason of chat completions means. */
export function chatEnded(reason: unknown): Ended | undefined {
  return endedOf(endings, reason);
}
