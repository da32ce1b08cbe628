import type { Finish, ModelAnswer, ModelToolCall } from '../model.ts';
import type { FailureKind } from '../provider-failure.ts';
import { readingFailure, type Call } from './call-failure.ts';
import type { Ended, Reading } from './dialect.ts';

/** Endings that are no answer, whatever text came with them. */
const failures: Partial<Record<Ended, { kind: FailureKind; what: string }>> = {
  refused: { kind: 'refused', what: 'blocked or refused the request by policy' },
  malformed: { kind: 'empty', what: 'returned something unusable' },
  broken: { kind: 'outage', what: 'failed while it answered' },
  // Paid for, and most likely the same again: never retried here, never shown as content.
  unknown: { kind: 'refused', what: 'stopped for a reason that is not known here' },
};

/**
 * The one place where a reading becomes an answer. Throws a ProviderFailure for everything that is none: no final marker, a
 * refusal, an ending that is not known, nothing but white space.
 */
export function acceptReading(call: Call, reading: Reading, status: number): ModelAnswer {
  const { text, toolCalls, ended, usage, model } = reading;
  if (ended === undefined) {
    const what = 'ended its answer without the final marker: it is not complete';
    throw readingFailure(call, 'outage', { reading: { ...reading, usage: undefined }, what, status });
  }
  const unusable = failures[ended];
  if (unusable !== undefined) throw readingFailure(call, unusable.kind, { reading, what: unusable.what, status });
  if (toolCalls.length === 0 && text.trim() === '') {
    const what = ended === 'length' ? 'used up max_tokens before any text' : 'answered without any text';
    throw readingFailure(call, 'empty', { reading, what, status });
  }
  return { text, tool_calls: toolCalls, finish: finishOf(ended, toolCalls), usage, model: model ?? call.request.model };
}

/** Some servers say `stop` behind tool calls, some the other way round. */
function finishOf(ended: Ended, toolCalls: ModelToolCall[]): Finish {
  if (ended === 'length') return 'length';
  return toolCalls.length > 0 ? 'tool_calls' : 'stop';
}
