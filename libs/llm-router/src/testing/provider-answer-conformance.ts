import { expect, test } from '@jest/globals';
import type { ModelRequest } from '../model.ts';
import { KEY, type Mode, type ProviderKit } from './provider-kit.ts';

/** What is asked reaches the provider, and what it answers is read in full. */
export function describeAnswers(kit: ProviderKit, mode: Mode): void {
  test('answers with the text, the finish and the usage', async () => {
    const { text, finish, usage, tool_calls, model } = await kit.answer(mode);
    expect(text).toContain('테헤란로 152번지');
    expect({ finish, tool_calls, model }).toEqual({ finish: 'stop', tool_calls: [], model: 'test-model' });
    expect(usage).toMatchObject({ cache_read: 0, cache_write: 0, reasoning: 0 });
    await kit.simulator().settled();
    expect(
      kit
        .simulator()
        .hits(kit.name)
        .map(({ aborted }) => aborted),
    ).toEqual([false]);
  });

  test('sends conversation, limits and key, the key in a header only', async () => {
    const messages: ModelRequest['messages'] = [
      { role: 'system', content: 'You are brief.' },
      { role: 'user', content: 'first question' },
      { role: 'assistant', content: 'first reply' },
      { role: 'user', content: 'second question' },
    ];
    const { text } = await kit.answer(mode, { messages, temperature: 0.3, max_tokens: 77, top_p: 0.9, stop: ['@@'] });
    expect(text).toContain('second question');
    const [hit] = kit.simulator().hits(kit.name);
    const body = JSON.stringify(hit?.body);
    for (const sent of ['You are brief.', 'first question', 'first reply', '0.3', '77']) expect(body).toContain(sent);
    expect(`${hit?.path} ${body}`).not.toContain(KEY);
    expect(JSON.stringify(hit?.headers)).toContain(KEY);
  });

  test('gets a document that fits a schema', async () => {
    const schema = { name: 'greeting', schema: strictSchema };
    const { text } = await kit.answer(mode, { schema });
    expect(Object.keys(JSON.parse(text) as object).sort()).toEqual(['count', 'greeting']);
  });

  test('gets a document that fits a schema with what providers do not take', async () => {
    const { text } = await kit.answer(mode, { schema: { name: 'a name, with spaces', schema: looseSchema } });
    expect(JSON.parse(text)).toHaveProperty('greeting');
  });

  test('passes tools and tool calls through', async () => {
    const tools = [{ name: 'get_weather', description: 'weather', parameters: toolParameters }];
    const asked = { role: 'user' as const, content: 'call the tool get_weather' };
    const { tool_calls, finish } = await kit.answer(mode, { messages: [asked], tools, tool_choice: 'auto' });
    expect(finish).toBe('tool_calls');
    expect(tool_calls).toHaveLength(1);
    const [call] = tool_calls;
    expect(call).toMatchObject({ id: expect.stringMatching(/./), name: 'get_weather' });
    expect(JSON.parse(call?.arguments ?? '')).toHaveProperty('city');
    const result = { role: 'tool' as const, content: '{"degrees":3}', tool_call_id: call?.id ?? '' };
    const messages = [asked, { role: 'assistant' as const, content: '', tool_calls }, result];
    await expect(kit.answer(mode, { messages, tools })).resolves.toMatchObject({ finish: 'stop' });
    expect(JSON.stringify(kit.simulator().hits(kit.name)[1]?.body)).toContain('degrees');
  });

  test('ends the text at every stop sequence, whoever knows it', async () => {
    kit.simulator().always(kit.name, { kind: 'text', reply: 'one two three four five' });
    const stop = ['nowhere', 'never', 'zzz', 'yyy', 'xxx', 'www', 'four', 'three'];
    const cut = await kit.answer(mode, { stop });
    // The simulator does not apply stop sequences: what is sent to it is not seen here.
    const sent = JSON.stringify(kit.simulator().hits(kit.name)[0]?.body);
    const first = ['three', 'four'].find((word) => !sent.includes(`"${word}"`));
    expect(cut.text).toBe(
      first === undefined ? 'one two three four five' : first === 'three' ? 'one two ' : 'one two three ',
    );
  });

  test('says length when the output limit cut a text', async () => {
    kit.simulator().always(kit.name, { kind: 'truncated', reply: 'half of a sen' });
    await expect(kit.answer(mode)).resolves.toMatchObject({ text: 'half of a sen', finish: 'length' });
  });

  test('counts each token once', async () => {
    const over = { input: 100, cacheRead: 40, output: 30, reasoning: 12 };
    kit.simulator().always(kit.name, { kind: 'usage', over });
    const { usage } = await kit.answer(mode);
    expect(usage).toEqual({ input: 100, cache_read: 40, cache_write: 0, output: 30, reasoning: 12 });
  });

  test('does not invent usage', async () => {
    kit.simulator().always(kit.name, { kind: 'usageNever' });
    await expect(kit.answer(mode)).resolves.toHaveProperty('usage', undefined);
  });

  test.each(['usageEveryChunk', 'usageLastChunkOnly', 'pingFlood', 'dribble'] as const)('reads %s', async (kind) => {
    const usual = await kit.answer(mode);
    kit.simulator().always(kit.name, { kind });
    await expect(kit.answer(mode)).resolves.toMatchObject({ text: usual.text, usage: usual.usage, finish: 'stop' });
  });
}

const strictSchema = {
  type: 'object',
  properties: { greeting: { type: 'string' }, count: { type: 'integer' } },
  required: ['greeting', 'count'],
  additionalProperties: false,
};

/** Draft-07 with limits, an open object and an optional member: no provider enforces all of it. */
const looseSchema = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  type: 'object',
  properties: {
    greeting: { $ref: '#/definitions/words' },
    extras: { type: 'array', items: { type: 'number', minimum: 3 } },
  },
  required: ['greeting'],
  definitions: { words: { type: 'string', minLength: 1, pattern: '^.+$' } },
};

const toolParameters = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};
