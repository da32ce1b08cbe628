import { describe, expect, test } from '@jest/globals';
import OpenAI, { APIError, type ClientOptions } from 'openai';
import { createLlmKit, framesOf, post } from './testing/llm-kit.ts';

const kit = createLlmKit();
const { startLlm } = kit;

type Env = Parameters<typeof startLlm>[0];

/** The official client, with nothing changed but its base URL and its key. */
async function openai(over?: Env, options: ClientOptions = {}): Promise<OpenAI> {
  const { base } = await startLlm(over);
  return new OpenAI({ baseURL: `${base}/v1`, apiKey: 'dev-key', maxRetries: 0, ...options });
}

const messages: OpenAI.ChatCompletionMessageParam[] = [
  { role: 'developer', content: 'be brief' },
  {
    role: 'user',
    content: [
      { type: 'text', text: 'Hello ' },
      { type: 'text', text: 'there' },
    ],
  },
];

const tools: OpenAI.ChatCompletionTool[] = [
  {
    type: 'function',
    function: {
      name: 'weather',
      description: 'the weather of a city',
      parameters: { type: 'object', required: ['city'], properties: { city: { type: 'string' } } },
    },
  },
];

async function thrownBy(call: Promise<unknown>): Promise<APIError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof APIError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

describe("OpenAI's client asks", () => {
  test('for a text, of the chain', async () => {
    const client = await openai();
    const completion = await client.chat.completions.create({ model: 'nexus', messages });
    expect(completion).toMatchObject({
      id: expect.stringMatching(/^chatcmpl-[0-9a-f]{32}$/),
      object: 'chat.completion',
      created: expect.any(Number),
      model: 'gemini/gemini-3-flash-preview',
      choices: [
        {
          index: 0,
          finish_reason: 'stop',
          message: { role: 'assistant', content: expect.stringContaining('Hello there') },
        },
      ],
    });
    const { usage } = completion;
    expect(usage?.total_tokens).toBe((usage?.prompt_tokens ?? 0) + (usage?.completion_tokens ?? 0));
    expect(usage?.completion_tokens).toBeGreaterThan(0);
    expect(JSON.stringify(kit.simulator().hits('gemini')[0]?.body)).toContain('be brief');
  });

  test('a certain model, by every kind of name', async () => {
    const client = await openai({ LLM_RATE_LIMIT_RPM: '1000' });
    const served = async (model: string) => (await client.chat.completions.create({ model, messages })).model;
    expect(await served('openai/gpt-5.2-mini')).toBe('openai/gpt-5.2-mini');
    expect(await served('anthropic')).toBe('anthropic/claude-sonnet-4-5-20250929');
    expect(await served('zai/glm-x')).toBe('glm/glm-x');
    expect(await served('gpt-5.2')).toBe('openai/gpt-5.2');
    const refused = await thrownBy(served('gpt-unknown'));
    expect([refused.status, refused.code]).toEqual([400, 'BAD_REQUEST']);
    expect(refused.message).toContain('GET /v1/models');
  });

  test('for a list of models', async () => {
    const client = await openai({ GLM_API_KEY: '', ANTHROPIC_API_KEY: '' });
    const ids: string[] = [];
    for await (const { id, object, owned_by } of client.models.list()) ids.push(`${object} ${id} ${owned_by}`);
    expect(ids).toEqual([
      'model nexus nexus',
      'model gemini/gemini-3-flash-preview gemini',
      'model openai/gpt-5.2 openai',
    ]);
  });

  test('for a stream, with usage', async () => {
    const client = await openai();
    const stream = await client.chat.completions.create({
      model: 'nexus',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of stream) chunks.push(chunk);
    expect(chunks[0]?.choices[0]?.delta).toEqual({ role: 'assistant', content: '' });
    const text = chunks.map(({ choices }) => choices[0]?.delta.content ?? '').join('');
    expect(text).toContain('Hello there');
    expect(new Set(chunks.map(({ id, object }) => `${id} ${object}`)).size).toBe(1);
    const last = chunks.at(-1);
    expect(last?.choices).toEqual([]);
    expect(last?.usage?.completion_tokens).toBeGreaterThan(0);
    expect(chunks.slice(0, -1).every(({ usage }) => usage === null)).toBe(true);
    expect(chunks.at(-2)?.choices[0]?.finish_reason).toBe('stop');
    expect(last?.model).toBe('gemini/gemini-3-flash-preview');
  });

  test('and sees whether the usage is the provider’s own, whole or streamed', async () => {
    const client = await openai();
    const asked = { model: 'nexus', messages, metadata: { cache_ttl_s: '0' } };
    const told = await client.chat.completions.create(asked).withResponse();
    expect(told.response.headers.has('x-nexus-approx-usage')).toBe(false);
    expect(told.data).toMatchObject({ nexus: { approx_tokens: false } });
    kit.simulator().always('gemini', { kind: 'usageNever' });
    const guessed = await client.chat.completions.create(asked).withResponse();
    expect(guessed.response.headers.get('x-nexus-approx-usage')).toBe('true');
    expect(guessed.data).toMatchObject({ nexus: { approx_tokens: true } });
    expect(guessed.data.usage?.completion_tokens).toBeGreaterThan(0);
    const run = client.chat.completions.stream({ ...asked, stream_options: { include_usage: true } });
    const chunks: OpenAI.ChatCompletionChunk[] = [];
    for await (const chunk of run) chunks.push(chunk);
    expect(chunks.at(-1)).toMatchObject({ choices: [], nexus: { provider: 'gemini', approx_tokens: true } });
    expect(chunks.slice(0, -1).some((chunk) => 'nexus' in chunk)).toBe(false);
    expect((await run.finalChatCompletion()).usage?.completion_tokens).toBeGreaterThan(0);
  });

  test('by its streaming helper', async () => {
    const client = await openai();
    const completion = await client.chat.completions.stream({ model: 'nexus', messages }).finalChatCompletion();
    expect(completion.choices[0]?.message.content).toContain('Hello there');
    expect(completion.usage ?? undefined).toBeUndefined();
  });

  test('for a call of a tool, and goes on with its result', async () => {
    const client = await openai();
    const asked = { model: 'nexus', messages, tools, tool_choice: 'required' as const };
    const { choices } = await client.chat.completions.create(asked);
    expect(choices[0]).toMatchObject({
      finish_reason: 'tool_calls',
      message: { content: null, tool_calls: [{ type: 'function', function: { name: 'weather' } }] },
    });
    const [call] = choices[0]?.message.tool_calls ?? [];
    if (call === undefined || choices[0] === undefined) throw new Error('no call');
    const result = { role: 'tool' as const, tool_call_id: call.id, content: 'sunny and warm' };
    const next = await client.chat.completions.create({
      model: 'nexus',
      messages: [...messages, choices[0].message, result],
      tools,
      tool_choice: 'none',
    });
    expect(next.choices[0]?.message.content).toEqual(expect.any(String));
    expect(JSON.stringify(kit.simulator().hits('gemini')[1]?.body)).toContain('sunny and warm');
  });

  test('for a call of a tool as a stream, again from an equal call', async () => {
    const client = await openai();
    for (let round = 1; round <= 2; round += 1) {
      const run = client.chat.completions.stream({ model: 'nexus', messages, tools, tool_choice: 'required' });
      const { choices } = await run.finalChatCompletion();
      expect(choices[0]?.finish_reason).toBe('tool_calls');
      const [call] = choices[0]?.message.tool_calls ?? [];
      expect(call).toMatchObject({ type: 'function', function: { name: 'weather' } });
      expect(JSON.parse(call?.type === 'function' ? call.function.arguments : '')).toEqual(expect.any(Object));
      expect(kit.simulator().hitCount('gemini')).toBe(1);
    }
  });

  test('for a document: what comes fits its schema, repaired where it did not', async () => {
    const schema = {
      type: 'object',
      required: ['n'],
      properties: { n: { type: 'integer' } },
      additionalProperties: false,
    };
    const format = { type: 'json_schema' as const, json_schema: { name: 'number', schema, strict: true } };
    const client = await openai();
    kit.simulator().script('gemini', [
      { kind: 'text', reply: '{"n":"x"}' },
      { kind: 'text', reply: '{"n":7}' },
    ]);
    const { choices } = await client.chat.completions.create({ model: 'nexus', messages, response_format: format });
    expect(JSON.parse(choices[0]?.message.content ?? '')).toEqual({ n: 7 });
    const streamed = client.chat.completions.stream({
      model: 'openai',
      messages,
      response_format: { type: 'json_object' },
    });
    expect(JSON.parse((await streamed.finalContent()) ?? '')).toEqual(expect.any(Object));
  });

  test('with parameters that reach the provider', async () => {
    const client = await openai();
    const parameters = { max_completion_tokens: 77, temperature: 0.5, top_p: 0.9, stop: ['END'] };
    await client.chat.completions.create({ model: 'nexus', messages, ...parameters, seed: 7, user: 'kim' });
    expect(kit.simulator().hits('gemini')[0]?.body).toMatchObject({
      generationConfig: { maxOutputTokens: 77, temperature: 0.5, topP: 0.9, stopSequences: ['END'] },
    });
  });

  test('and gets errors it understands', async () => {
    const client = await openai({ LLM_FALLBACK_PROVIDERS: 'gemini' });
    const many = await thrownBy(client.chat.completions.create({ model: 'nexus', messages, n: 2 }));
    expect([many.status, many.code]).toEqual([400, 'BAD_REQUEST']);
    kit.simulator().always('gemini', { kind: 'throttled', seconds: 9 });
    const throttled = await thrownBy(client.chat.completions.create({ model: 'nexus', messages }));
    expect([throttled.status, throttled.code]).toEqual([503, 'PROVIDER_RATE_LIMIT']);
    expect(Number(throttled.headers?.get('retry-after'))).toBeGreaterThanOrEqual(1);
    const stranger = new OpenAI({ baseURL: client.baseURL, apiKey: 'wrong', maxRetries: 0 });
    expect((await thrownBy(stranger.models.list())).status).toBe(401);
  });

  test('and a stream that breaks throws', async () => {
    const client = await openai();
    kit.simulator().script('gemini', [{ kind: 'errorAfterFirstEvent' }]);
    const stream = await client.chat.completions.create({ model: 'nexus', messages, stream: true });
    const reading = async () => {
      for await (const chunk of stream) expect(chunk.object).toBe('chat.completion.chunk');
    };
    expect((await thrownBy(reading())).code).toBe('PROVIDER_UPSTREAM_ERROR');
  });

  test('never for a placeholder', async () => {
    const client = await openai({ GEMINI_API_KEY: '', OPENAI_API_KEY: '', ANTHROPIC_API_KEY: '', GLM_API_KEY: '' });
    const refused = await thrownBy(client.chat.completions.create({ model: 'nexus', messages }));
    expect([refused.status, refused.code]).toEqual([503, 'LLM_DISABLED']);
    expect((await client.models.list()).data).toEqual([]);
  });

  test('and tags its calls by metadata', async () => {
    const client = await openai();
    const metadata = { team: 'sales', purpose: 'letters', cache_ttl_s: '0' };
    await client.chat.completions.create({ model: 'nexus', messages, metadata });
    await client.chat.completions.create({ model: 'nexus', messages, metadata });
    expect(kit.simulator().hitCount('gemini')).toBe(2);
    expect((await kit.audited(4))[0]).toMatchObject({ team: 'sales', purpose: 'letters', project: 'nexus' });
    const refused = await thrownBy(
      client.chat.completions.create({ model: 'nexus', messages, metadata: { cache_ttl_s: 'soon' } }),
    );
    expect(refused.status).toBe(400);
  });
});

test('on the wire a stream is data lines that end with [DONE], without event names', async () => {
  const started = await startLlm();
  const frames = await framesOf(
    await post(started, '/v1/chat/completions', { model: 'nexus', messages, stream: true }),
  );
  expect(frames.at(-1)).toEqual({ event: '', data: '[DONE]' });
  expect(frames.every(({ event }) => event === '')).toBe(true);
  expect(frames.some(({ data }) => data.includes('"usage"'))).toBe(false);
});
