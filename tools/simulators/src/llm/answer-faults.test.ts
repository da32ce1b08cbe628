import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Fault } from './fault.ts';
import { type LlmSimulator, startLlmSimulator } from './llm-simulator.ts';
import { call, type DoorName, DOORS, PROVIDER_OF } from './testing/raw-client.ts';
import { eventsOf, type Loose, type ReadAnswer, readBody, readStream } from './testing/read-answer.ts';

let simulator: LlmSimulator;
beforeAll(async () => {
  simulator = await startLlmSimulator();
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

async function answer(door: DoorName, fault: Fault, stream: boolean): Promise<ReadAnswer> {
  simulator.script(PROVIDER_OF[door], [fault]);
  const response = await call(simulator, door, { stream, text: 'a question that is long enough' });
  expect(response.status).toBe(200);
  if (!stream) return readBody(door, await response.json());
  const { marker, ...read } = readStream(door, await response.text());
  expect(marker).toBe(true);
  return read;
}

async function body(door: DoorName, fault: Fault): Promise<Loose> {
  simulator.script(PROVIDER_OF[door], [fault]);
  return (await (await call(simulator, door)).json()) as Loose;
}

/** What the finish says, by door. */
const FINISH: Record<'refusal' | 'safetyStop' | 'truncated', Record<DoorName, string>> = {
  refusal: {
    gemini: 'PROHIBITED_CONTENT',
    responses: 'completed',
    chat: 'stop',
    anthropic: 'refusal',
    glm: 'sensitive',
    compatible: 'content_filter',
  },
  safetyStop: {
    gemini: 'SAFETY',
    responses: 'incomplete',
    chat: 'content_filter',
    anthropic: 'refusal',
    glm: 'sensitive',
    compatible: 'content_filter',
  },
  truncated: {
    gemini: 'MAX_TOKENS',
    responses: 'incomplete',
    chat: 'length',
    anthropic: 'max_tokens',
    glm: 'length',
    compatible: 'length',
  },
};

/** Input 100, cache read 20, cache written 3, output 40, reasoning 5, as each provider adds them up. */
const over = { input: 100, cacheRead: 20, cacheWrite: 3, output: 40, reasoning: 5 };
const chatNumbers = {
  prompt_tokens: 123,
  completion_tokens: 45,
  total_tokens: 168,
  prompt_tokens_details: { cached_tokens: 20 },
  completion_tokens_details: { reasoning_tokens: 5 },
};
const USAGE: Record<DoorName, object> = {
  gemini: {
    promptTokenCount: 123,
    cachedContentTokenCount: 20,
    candidatesTokenCount: 40,
    thoughtsTokenCount: 5,
    totalTokenCount: 168,
  },
  responses: {
    input_tokens: 123,
    input_tokens_details: { cached_tokens: 20, cache_write_tokens: 3 },
    output_tokens: 45,
    output_tokens_details: { reasoning_tokens: 5 },
    total_tokens: 168,
  },
  chat: chatNumbers,
  anthropic: {
    input_tokens: 100,
    cache_read_input_tokens: 20,
    cache_creation_input_tokens: 3,
    output_tokens: 45,
    output_tokens_details: { thinking_tokens: 5 },
  },
  glm: chatNumbers,
  compatible: chatNumbers,
};

describe.each(DOORS)('%s', (door) => {
  describe.each([false, true])('stream: %j', (stream) => {
    test.each([
      '```json\n{"a":1}\n```',
      'Sure! Here it is: {"a":1} Hope this helps.',
      '<think>hm {</think>{"a":1}',
      JSON.stringify('{"a":"한글 🙂"}'),
      '\uFEFF{"a":1}',
      'lone surrogate-free\u2028line\r\n\r\ndata: [DONE]\n\n',
    ])('says exactly %j', async (reply) => {
      expect((await answer(door, { kind: 'text', reply }, stream)).text).toBe(reply);
    });

    test.each(['refusal', 'safetyStop', 'truncated'] as const)('%s', async (kind) => {
      const { finish, text } = await answer(door, { kind }, stream);
      expect(finish).toBe(FINISH[kind][door]);
      if (kind !== 'refusal') expect('Simulated answer of m-1: a question').toContain(text.slice(0, 20));
      if (kind !== 'refusal') expect(text).not.toContain('long enough');
    });

    test.each(['emptyAnswer', 'thinkingOnly'] as const)('%s', async (kind) => {
      const { text, tools, finish } = await answer(door, { kind }, stream);
      expect([text, tools]).toEqual(['', []]);
      expect(['STOP', 'completed', 'stop', 'end_turn']).toContain(finish);
    });

    test('the output limit before any text', async () => {
      const { text, finish } = await answer(door, { kind: 'truncated', reply: '' }, stream);
      expect([text, finish]).toEqual(['', FINISH.truncated[door]]);
    });

    test('usage in its own way of adding up', async () => {
      expect((await answer(door, { kind: 'usage', over }, stream)).usage).toMatchObject(USAGE[door]);
    });

    test.each(['noUsage', 'usageNever'] as const)('%s', async (kind) => {
      expect((await answer(door, { kind }, stream)).usage ?? null).toBeNull();
    });
  });
});

describe('only here', () => {
  test('gemini: a blocked prompt has no candidates, but prompt tokens', async () => {
    const blocked = await body('gemini', { kind: 'blocked' });
    expect(blocked).toMatchObject({
      promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
      usageMetadata: { promptTokenCount: 2 },
    });
    expect(blocked).not.toHaveProperty('candidates');
    simulator.script('gemini', [{ kind: 'blocked' }]);
    const events = eventsOf(await (await call(simulator, 'gemini', { stream: true })).text());
    expect(events).toMatchObject([{ data: { promptFeedback: expect.anything() } }]);
  });

  test('gemini: a refused candidate has no content', async () => {
    const refused = await body('gemini', { kind: 'refusal' });
    expect(refused['candidates'][0]).toMatchObject({
      finishReason: 'PROHIBITED_CONTENT',
      safetyRatings: [expect.anything()],
    });
    expect(refused['candidates'][0]).not.toHaveProperty('content');
  });

  test('gemini: thoughts are parts marked as such', async () => {
    const { candidates } = await body('gemini', { kind: 'thinkingOnly' });
    expect(candidates[0].content.parts).toEqual([{ text: expect.any(String), thought: true }]);
  });

  test('openai: a refusal has a field of its own', async () => {
    expect((await body('chat', { kind: 'refusal' }))['choices'][0].message).toMatchObject({
      content: null,
      refusal: expect.stringContaining('sorry'),
    });
    const { output } = await body('responses', { kind: 'refusal' });
    expect(output[0].content).toEqual([{ type: 'refusal', refusal: expect.stringContaining('sorry') }]);
  });

  test('responses: why it is incomplete', async () => {
    expect(await body('responses', { kind: 'truncated' })).toMatchObject({
      incomplete_details: { reason: 'max_output_tokens' },
    });
    expect(await body('responses', { kind: 'safetyStop' })).toMatchObject({
      incomplete_details: { reason: 'content_filter' },
    });
  });

  test('anthropic: what a refusal is about', async () => {
    expect(await body('anthropic', { kind: 'refusal' })).toMatchObject({ stop_details: { type: 'refusal' } });
  });

  test('glm: thoughts beside an empty text, and no completion tokens', async () => {
    const { choices, usage } = await body('glm', { kind: 'thinkingOnly' });
    expect(choices[0].message).toMatchObject({ content: '', reasoning_content: expect.stringContaining('think') });
    expect(usage.completion_tokens).toBe(0);
  });

  test('glm: details of usage may be null, a network error is an ending', async () => {
    expect((await body('glm', { kind: 'usage', over: {} }))['usage']).toMatchObject({ prompt_tokens_details: null });
    expect((await answer('glm', { kind: 'networkErrorFinish' }, true)).finish).toBe('network_error');
  });

  test('compatible: a blocked prompt is an empty, filtered answer', async () => {
    expect((await body('compatible', { kind: 'blocked' }))['choices']).toMatchObject([
      { message: { content: '' }, finish_reason: 'content_filter' },
    ]);
  });
});

describe('where a stream carries its usage', () => {
  async function usages(
    door: DoorName,
    kind: 'usageLastChunkOnly' | 'usageEveryChunk',
  ): Promise<[event: Loose, usage: Loose | undefined][]> {
    simulator.script(PROVIDER_OF[door], [{ kind }]);
    const text = await (await call(simulator, door, { stream: true, extra: { stream_options: undefined } })).text();
    const events = eventsOf(text).filter(({ data }) => typeof data === 'object');
    return events.map(({ data }) => [data, (data['usageMetadata'] ?? data['usage'] ?? undefined) as Loose | undefined]);
  }

  test.each(['chat', 'glm', 'compatible'] as const)('%s: in an extra last event', async (door) => {
    const seen = await usages(door, 'usageLastChunkOnly');
    expect(seen.at(-1)).toMatchObject([{ choices: [] }, { total_tokens: expect.any(Number) }]);
    expect(seen.slice(0, -1).every(([, usage]) => usage === undefined)).toBe(true);
  });

  test.each(['chat', 'glm', 'compatible'] as const)('%s: cumulative on every event with choices', async (door) => {
    const seen = await usages(door, 'usageEveryChunk');
    const counts = seen.map(([, usage]) => Number(usage?.['completion_tokens']));
    expect(seen.every(([event]) => event['choices'].length === 1)).toBe(true);
    expect(counts).toEqual(counts.toSorted((one, other) => one - other));
    expect([counts[0], counts.at(-1)]).toEqual([0, 8]);
  });

  test('gemini: on the last event only', async () => {
    const seen = await usages('gemini', 'usageLastChunkOnly');
    expect(seen.map(([, usage]) => usage !== undefined)).toEqual(seen.map((_, index) => index === seen.length - 1));
  });

  test('anthropic: nothing at the start that could be priced', async () => {
    const seen = await usages('anthropic', 'usageLastChunkOnly');
    expect(seen[0]?.[0]['message'].usage).toMatchObject({ input_tokens: 0, output_tokens: 1 });
    expect(seen.at(-2)?.[1]).toMatchObject({ input_tokens: 2, output_tokens: 8 });
  });
});
