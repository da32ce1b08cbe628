import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createMessageStreamReader, readMessage } from './anthropic-answer.ts';
import { createChatStreamReader, readChatAnswer } from './chat-answer.ts';
import type { Reading } from './dialect.ts';
import { createContentStreamReader, readContent } from './gemini-answer.ts';
import { createResponseStreamReader, readResponse } from './openai-answer.ts';
import { disjointUsage, openaiUsage } from './usage.ts';

const readers = { readMessage, readChatAnswer, readContent, readResponse };
const streams = {
  createMessageStreamReader,
  createChatStreamReader,
  createContentStreamReader,
  createResponseStreamReader,
};

describe('readings', () => {
  test('Gemini: an answer of thoughts and signatures only has no text', () => {
    const parts = [{ text: 'hmm', thought: true }, { thoughtSignature: 'abc' }];
    expect(readContent({ candidates: [{ content: { parts }, finishReason: 'STOP' }] }).text).toBe('');
  });

  test.each([
    ['a candidate without content', { candidates: [{ finishReason: 'SAFETY' }] }, 'refused'],
    ['a blocked prompt', { promptFeedback: { blockReason: 'JAILBREAK' } }, 'refused'],
    ['a new reason', { candidates: [{ finishReason: 'SOMETHING_NEW' }] }, 'unknown'],
    ['a name of every object', { candidates: [{ finishReason: 'constructor' }] }, 'unknown'],
    ['no reason', { candidates: [{}] }, undefined],
  ])('Gemini: %s', (_title, body, ended) => {
    expect(readContent(body).ended).toBe(ended);
  });

  test('Gemini: missing counts follow from the total', () => {
    const usageMetadata = {
      promptTokenCount: 10,
      cachedContentTokenCount: 4,
      thoughtsTokenCount: 5,
      totalTokenCount: 22,
    };
    const usage = { input: 6, cache_read: 4, cache_write: 0, output: 7, reasoning: 5 };
    expect(readContent({ usageMetadata }).usage).toEqual(usage);
    expect(readContent({ usageMetadata: {} }).usage).toBeUndefined();
  });

  test('Anthropic: the input counts exclude each other and output includes thinking', () => {
    const usage = {
      input_tokens: 6,
      cache_read_input_tokens: 4,
      cache_creation_input_tokens: 3,
      output_tokens: 9,
      output_tokens_details: { thinking_tokens: 5 },
    };
    expect(readMessage({ usage }).usage).toEqual({ input: 6, cache_read: 4, cache_write: 3, output: 4, reasoning: 5 });
  });

  test('Anthropic: the placeholder of message_start is never usage, and null takes nothing back', () => {
    const reader = createMessageStreamReader();
    reader.read({
      type: 'message_start',
      message: { usage: { input_tokens: 8, cache_read_input_tokens: 2, output_tokens: 1 } },
    });
    expect(reader.reading().usage).toBeUndefined();
    reader.read({ type: 'message_delta', delta: { stop_reason: 'end_turn' } });
    expect(reader.reading().usage).toBeUndefined();
    reader.read({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn' },
      usage: { input_tokens: null, output_tokens: 7 },
    });
    expect(reader.reading().usage).toEqual({ input: 8, cache_read: 2, cache_write: 0, output: 7, reasoning: 0 });
    expect(reader.reading().ended).toBeUndefined();
    reader.read({ type: 'message_stop' });
    expect(reader.reading().ended).toBe('stop');
  });

  test('OpenAI: running, queued and cancelled responses are not complete; failed ones are errors', () => {
    for (const status of ['queued', 'in_progress', 'cancelled']) expect(readResponse({ status }).ended).toBeUndefined();
    expect(readResponse({ status: 'failed', error: { code: 'rate_limit_exceeded', message: 'x' } }).error?.code).toBe(
      'rate_limit_exceeded',
    );
    expect(readResponse({ status: 'incomplete', incomplete_details: { reason: 'steered' } }).ended).toBe('unknown');
    expect(readResponse({ status: 'incomplete' }).ended).toBe('unknown');
  });

  test('chat: content in parts, arguments as an object, refusals beside a stop', () => {
    const message = {
      content: [
        { type: 'text', text: 'a' },
        { type: 'text', text: 'b' },
      ],
      tool_calls: [{ function: { name: 'f', arguments: { x: 1 } } }],
    };
    const { text, toolCalls } = readChatAnswer({ choices: [{ message, finish_reason: 'stop' }] });
    expect({ text, toolCalls }).toEqual({ text: 'ab', toolCalls: [{ id: 'call_0', name: 'f', arguments: '{"x":1}' }] });
    const refusal = { choices: [{ message: { content: null, refusal: 'no' }, finish_reason: 'stop' }] };
    expect(readChatAnswer(refusal).ended).toBe('refused');
  });

  test('chat: usage is the last one told, on whatever chunk, never the sum', () => {
    const reader = createChatStreamReader();
    const usage = (tokens: number) => ({ prompt_tokens: 10, completion_tokens: tokens, prompt_tokens_details: null });
    reader.read({ choices: [{ delta: { content: 'a' } }], usage: usage(1) });
    reader.read({ choices: [{ delta: { content: 'b' }, finish_reason: 'stop' }], usage: usage(2) });
    reader.read({ choices: [], usage: null });
    expect(reader.reading().usage).toEqual({ input: 10, cache_read: 0, cache_write: 0, output: 2, reasoning: 0 });
  });

  test('an explicit 0 is 0, absence is not', () => {
    const none = { input: 0, cache_read: 0, cache_write: 0, output: 0, reasoning: 0 };
    expect(openaiUsage({ prompt_tokens: 0, completion_tokens: 0 }, 'chat')).toEqual(none);
    for (const usage of [undefined, null, {}, { prompt_tokens: 'x' }, []])
      expect(openaiUsage(usage, 'chat')).toBeUndefined();
  });

  test('law: the buckets add up to the totals, whatever the details claim', () => {
    const count = fc.nat(1000);
    const counts = fc.record({ input: count, cacheRead: count, cacheWrite: count, output: count, reasoning: count });
    fc.assert(
      fc.property(counts, (told) => {
        const usage = disjointUsage(told);
        expect(usage.input + usage.cache_read + usage.cache_write).toBe(told.input);
        expect(usage.output + usage.reasoning).toBe(told.output);
        expect(Math.min(...Object.values(usage))).toBeGreaterThanOrEqual(0);
      }),
    );
  });

  test.each(Object.entries(readers))(
    'law: %s reads any object without throwing and makes no text of it',
    (_name, read) => {
      fc.assert(fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (body) => wellFormed(read(body))));
    },
  );

  test.each(Object.entries(streams))('law: %s reads any events without throwing', (_name, create) => {
    const names = fc.constantFrom(
      'type',
      'choices',
      'delta',
      'candidates',
      'message',
      'usage',
      'index',
      'content_block',
      'item',
    );
    const types = fc.constantFrom(
      'content_block_delta',
      'response.completed',
      'message_delta',
      'response.output_item.added',
    );
    const event = fc.dictionary(names, fc.oneof(types, fc.jsonValue()));
    fc.assert(
      fc.property(fc.array(event, { maxLength: 8 }), (events) => {
        const reader = create();
        for (const one of events) reader.read(one);
        wellFormed(reader.reading());
      }),
    );
  });
});

function wellFormed({ text, toolCalls, reason }: Reading): void {
  expect([typeof text, typeof reason, Array.isArray(toolCalls)]).toEqual(['string', 'string', true]);
  for (const call of toolCalls)
    expect(Object.values(call).map((part) => typeof part)).toEqual(['string', 'string', 'string']);
}
