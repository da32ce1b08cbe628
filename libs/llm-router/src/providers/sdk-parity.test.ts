import Anthropic from '@anthropic-ai/sdk';
import { FunctionCallingConfigMode, GoogleGenAI } from '@google/genai';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startLlmSimulator, type Hit, type LlmSimulator } from '@nexus/simulators';
import OpenAI from 'openai';
import type { ModelRequest, ProviderName } from '../model.ts';
import { createTransport, type Transport } from '../transport/transport.ts';
import { createProviders } from './create-providers.ts';

// The official SDKs are the oracle: for the same call they must send what we send and read what we read.

const schema = {
  type: 'object',
  properties: { greeting: { type: 'string' } },
  required: ['greeting'],
  additionalProperties: false,
};
const request: ModelRequest = {
  model: 'gemini-3-flash-preview',
  messages: [
    { role: 'system', content: '짧게 답하세요.' },
    { role: 'user', content: '안녕하세요, my name is Kim.' },
  ],
  max_tokens: 300,
  temperature: 0.2,
  top_p: 0.5,
  schema: { name: 'greeting', schema },
  tools: [{ name: 'look_up', description: 'looks up', parameters: schema }],
  tool_choice: { name: 'look_up' },
};
const [system, user] = request.messages.map(({ content }) => content) as [string, string];
const key = 'sk-parity-0123456789';

describe('the official SDKs and our calls', () => {
  let simulator: LlmSimulator;
  let transport: Transport;

  beforeAll(async () => {
    simulator = await startLlmSimulator();
    transport = createTransport({ connections: 2 });
  });
  beforeEach(() => simulator.reset());
  afterAll(async () => {
    await transport.close();
    await simulator.close();
  });

  function ours(name: ProviderName) {
    const { bases } = simulator;
    return createProviders({ bases, anthropicVersion: '2023-06-01', transport, now: Date.now })[name];
  }

  /** Makes our call after the SDK's and returns what the two sent. */
  async function both(
    name: ProviderName,
    over: Partial<ModelRequest> = {},
  ): Promise<{ theirs: Hit; mine: Hit; text: string }> {
    const context = { key, signal: new AbortController().signal };
    const { text } = await ours(name).generate({ ...request, tools: undefined, ...over }, context);
    const [theirs, mine] = simulator.hits(name);
    if (theirs === undefined || mine === undefined) throw new Error('Both must have been sent.');
    return { theirs, mine, text };
  }

  test('OpenAI /responses', async () => {
    const client = new OpenAI({ apiKey: key, baseURL: simulator.bases.openai, maxRetries: 0 });
    const answer = await client.responses.create({
      model: request.model,
      input: [
        { role: 'system', content: system },
        { role: 'user', content: user },
      ],
      max_output_tokens: 300,
      temperature: 0.2,
      top_p: 0.5,
      store: false,
      text: { format: { type: 'json_schema', name: 'greeting', strict: true, schema } },
    });
    const { theirs, mine, text } = await both('openai');
    expect({ path: mine.path, body: mine.body }).toEqual({ path: theirs.path, body: theirs.body });
    expect(mine.headers['authorization']).toBe(theirs.headers['authorization']);
    expect(text).toBe(answer.output_text);
  });

  test('Anthropic /messages', async () => {
    const client = new Anthropic({
      apiKey: key,
      baseURL: simulator.bases.anthropic.replace(/\/v1$/, ''),
      maxRetries: 0,
    });
    const answer = await client.messages.create({
      model: request.model,
      max_tokens: 300,
      system,
      messages: [{ role: 'user', content: user }],
      output_config: { format: { type: 'json_schema', schema } },
      tools: [{ name: 'look_up', description: 'looks up', input_schema: { ...schema, type: 'object' } }],
      tool_choice: { type: 'none' },
    });
    const { theirs, mine, text } = await both('anthropic', {
      tools: request.tools,
      tool_choice: 'none',
      temperature: undefined,
      top_p: undefined,
    });
    expect({ path: mine.path, body: mine.body }).toEqual({ path: theirs.path, body: theirs.body });
    const [block] = answer.content;
    expect(text).toBe(block?.type === 'text' ? block.text : undefined);
  });

  test('Gemini generateContent', async () => {
    const baseUrl = simulator.bases.gemini.replace(/\/v1beta$/, '');
    const client = new GoogleGenAI({ apiKey: key, apiVersion: 'v1beta', httpOptions: { baseUrl } });
    const answer = await client.models.generateContent({
      model: request.model,
      contents: [{ role: 'user', parts: [{ text: user }] }],
      config: {
        systemInstruction: { parts: [{ text: system }] },
        maxOutputTokens: 300,
        temperature: 0.2,
        topP: 0.5,
        responseMimeType: 'application/json',
        responseJsonSchema: schema,
        tools: [{ functionDeclarations: [{ name: 'look_up', description: 'looks up', parametersJsonSchema: schema }] }],
        toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.NONE } },
      },
    });
    const { theirs, mine, text } = await both('gemini', { tools: request.tools, tool_choice: 'none' });
    expect({ path: mine.path, body: mine.body }).toEqual({ path: theirs.path, body: theirs.body });
    expect(mine.headers['x-goog-api-key']).toBe(theirs.headers['x-goog-api-key']);
    expect(text).toBe(answer.text);
  });

  test.each(['glm', 'openai-compatible'] as const)('%s through chat completions, streamed', async (name) => {
    const client = new OpenAI({ apiKey: key, baseURL: simulator.bases[name], maxRetries: 0 });
    const stream = await client.chat.completions.create({
      model: request.model,
      messages: [
        { role: 'system', content: system },
        { role: 'user', content: user },
      ],
      max_tokens: 300,
      temperature: 0.2,
      stream: true,
      ...(name === 'glm' ? {} : { stream_options: { include_usage: true } }),
    });
    let theirText = '';
    for await (const chunk of stream) theirText += chunk.choices[0]?.delta.content ?? '';
    const call = { ...request, tools: undefined, schema: undefined, top_p: undefined };
    let text = '';
    for await (const event of ours(name).stream(call, { key, signal: new AbortController().signal }))
      if (event.type === 'text') text += event.text;
    const [theirs, mine] = simulator.hits(name);
    expect({ path: mine?.path, body: mine?.body }).toEqual({ path: theirs?.path, body: theirs?.body });
    expect(text).toBe(theirText);
  });
});
