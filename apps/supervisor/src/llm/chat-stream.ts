import { problemBody, type ChatCompletionChunk } from '@nexus/contracts';
import type { RouterAnswer } from '@nexus/llm-router';
import type { StreamFrame } from '@nexus/runtime/http';
import { choiceChunk, modelName, usageChunk, type ChunkHead } from './chat-completion.ts';
import type { StreamPart } from './llm-door.ts';

type ToolDelta = Extract<StreamPart, { type: 'tool_call' }>;

/**
 * An answer as OpenAI streams it: the role first, then text and parts of tool calls, the reason of the end, the usage where
 * it was asked for, and `[DONE]`. A stream that breaks ends with an error instead, which its clients throw.
 */
export async function* chatFrames(
  parts: AsyncIterable<StreamPart>,
  head: ChunkHead,
  requestId: string,
): AsyncGenerator<StreamFrame> {
  yield { json: choiceChunk(head, { role: 'assistant', content: '' }) };
  let toldCalls = false;
  for await (const part of parts) {
    if (part.type === 'text') yield { json: choiceChunk(head, { content: part.text }) };
    if (part.type === 'tool_call') {
      toldCalls = true;
      yield { json: toolChunk(head, part) };
    }
    if (part.type === 'broken') {
      // Not followed by [DONE]: what came is no answer.
      yield { json: problemBody(part.problem, { instance: '/v1/chat/completions', requestId }) };
      return;
    }
    if (part.type === 'end') yield* endFrames(part.answer, head, toldCalls);
  }
}

/** A whole answer as a stream, for what cannot be told before it is checked. */
export async function* wholeAnswer(answer: RouterAnswer): AsyncGenerator<StreamPart> {
  yield { type: 'text', text: answer.text };
  yield { type: 'end', answer };
}

function* endFrames(answer: RouterAnswer, { ...head }: ChunkHead, toldCalls: boolean): Generator<StreamFrame> {
  head.model = modelName(answer);
  // An answer given before comes whole: its calls were not streamed.
  const untold = toldCalls ? [] : answer.tool_calls;
  for (const [index, { id, name, arguments: written }] of untold.entries()) {
    yield { json: toolChunk(head, { type: 'tool_call', index, id, name, arguments: written }) };
  }
  yield { json: choiceChunk(head, {}, answer.finish) };
  if (head.includeUsage) yield { json: usageChunk(head, answer) };
  yield { text: '[DONE]' };
}

function toolChunk(head: ChunkHead, { index, id, name, arguments: written }: ToolDelta): ChatCompletionChunk {
  const called = { ...(name === undefined ? {} : { name }), arguments: written };
  const start = id === undefined ? {} : { id, type: 'function' as const };
  return choiceChunk(head, { tool_calls: [{ index, ...start, function: called }] });
}
