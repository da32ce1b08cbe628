import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type LlmSimulator, startLlmSimulator } from './llm-simulator.ts';
import { call, type DoorName, DOORS, PROVIDER_OF } from './testing/raw-client.ts';
import { eventsOf, readBody, readStream } from './testing/read-answer.ts';

let simulator: LlmSimulator;
beforeAll(async () => {
  simulator = await startLlmSimulator();
});
beforeEach(() => simulator.reset());
afterAll(() => simulator.close());

const schema = {
  type: 'object',
  additionalProperties: false,
  required: ['action', 'count'],
  properties: { action: { type: 'string', enum: ['noop', 'send'] }, count: { type: 'integer' } },
};
const question = '3월 매출을 요약해 줘 🙂';

const STOP: Record<DoorName, string> = {
  gemini: 'STOP',
  responses: 'completed',
  chat: 'stop',
  anthropic: 'end_turn',
  glm: 'stop',
  compatible: 'stop',
};
const TOOLS: Record<DoorName, string> = {
  ...STOP,
  chat: 'tool_calls',
  anthropic: 'tool_use',
  glm: 'tool_calls',
  compatible: 'tool_calls',
};
const LENGTH: Record<DoorName, string> = {
  gemini: 'MAX_TOKENS',
  responses: 'incomplete',
  chat: 'length',
  anthropic: 'max_tokens',
  glm: 'length',
  compatible: 'length',
};

describe.each(DOORS)('%s', (door) => {
  test('answers with the last message', async () => {
    const response = await call(simulator, door, { text: question });
    expect([response.status, response.headers.get('content-type')]).toEqual([200, 'application/json']);
    const answer = readBody(door, await response.json());
    expect(answer).toMatchObject({ text: `Simulated answer of m-1: ${question}`, finish: STOP[door], tools: [] });
  });

  test('streams the same answer with its final marker and the same usage', async () => {
    const whole = readBody(door, await (await call(simulator, door, { text: question })).json());
    const response = await call(simulator, door, { text: question, stream: true });
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    const { marker, ...streamed } = readStream(door, await response.text());
    expect(marker).toBe(true);
    expect(streamed).toEqual(whole);
  });

  test('counts tokens by characters, whatever its words for them', async () => {
    const { usage } = readBody(door, await (await call(simulator, door, { text: 'x'.repeat(400) })).json());
    const numbers = Object.values(usage).filter((value) => typeof value === 'number');
    const output = Math.ceil('Simulated answer of m-1: '.length / 4 + 100);
    expect(numbers).toEqual(expect.arrayContaining([100, output]));
  });

  test.each([false, true])('answers with a document that fits the schema (stream: %j)', async (stream) => {
    const response = await call(simulator, door, { text: 'Answer in JSON', schema, stream });
    const answer = stream ? readStream(door, await response.text()) : readBody(door, await response.json());
    expect(JSON.parse(answer.text)).toEqual({ action: 'noop', count: 0 });
  });

  test.each([false, true])('calls the tool the message asks for (stream: %j)', async (stream) => {
    const response = await call(simulator, door, { text: 'Please call the tool "lookup".', tool: schema, stream });
    const answer = stream ? readStream(door, await response.text()) : readBody(door, await response.json());
    const tools = [{ name: 'lookup', input: { action: 'noop', count: 0 } }];
    expect(answer).toMatchObject({ text: '', finish: TOOLS[door], tools });
  });

  test('calls no tool when the message asks for none', async () => {
    const answer = readBody(door, await (await call(simulator, door, { tool: schema })).json());
    expect(answer).toMatchObject({ tools: [], finish: STOP[door] });
  });

  test.each([false, true])('stops at the output limit (stream: %j)', async (stream) => {
    const response = await call(simulator, door, { text: 'x'.repeat(200), maxTokens: 10, stream });
    const answer = stream ? readStream(door, await response.text()) : readBody(door, await response.json());
    expect(answer.finish).toBe(LENGTH[door]);
    expect(answer.text).toHaveLength(40);
  });

  test('lists its models', async () => {
    const headers = { authorization: 'Bearer k', 'x-api-key': 'k', 'x-goog-api-key': 'k' };
    const response = await fetch(`${simulator.bases[PROVIDER_OF[door]]}/models`, { headers });
    const body = (await response.json()) as Record<string, unknown[]>;
    expect([response.status, (body['data'] ?? body['models'])?.length]).toEqual([200, 1]);
  });
});

describe('gemini', () => {
  const headers = { 'x-goog-api-key': 'k' };
  const body = JSON.stringify({ contents: [{ role: 'user', parts: [{ text: question }] }] });

  test('answers below /v1 as below /v1beta', async () => {
    const path = `${simulator.url}/gemini/v1/models/m-1:generateContent`;
    expect((await fetch(path, { method: 'POST', headers, body })).status).toBe(200);
  });

  test('streams one JSON array when server-sent events are not asked for', async () => {
    const path = `${simulator.bases.gemini}/models/m-1:streamGenerateContent`;
    const response = await fetch(path, { method: 'POST', headers, body });
    expect(response.headers.get('content-type')).toContain('application/json');
    const chunks = (await response.json()) as unknown[];
    expect(chunks.length).toBeGreaterThan(3);
    expect(chunks.map((chunk) => readBody('gemini', chunk).text).join('')).toContain(question);
  });

  test('ends lines as its server does, and repeats cumulative usage on every event', async () => {
    const text = await (await call(simulator, 'gemini', { stream: true, text: question })).text();
    expect(text).toMatch(/\r\n\r\n$/);
    const totals = eventsOf(text).map(({ data }) => data['usageMetadata'].totalTokenCount as number);
    expect(totals).toEqual([...totals].sort((one, other) => one - other));
    expect(new Set(totals).size).toBeGreaterThan(2);
  });
});

describe('streams differ in their framing', () => {
  test('responses: typed events with a running number and no [DONE]', async () => {
    const events = eventsOf(await (await call(simulator, 'responses', { stream: true })).text());
    expect(events.map(({ event }) => event)).toEqual(events.map(({ data }) => data['type'] as unknown));
    expect(events.map(({ data }) => data['sequence_number'] as unknown)).toEqual(events.map((_, index) => index));
    expect(events[0]?.event).toBe('response.created');
    expect(events.at(-1)?.event).toBe('response.completed');
  });

  test('chat: usage in an extra event with no choices, null before, and only if asked for', async () => {
    const asked = eventsOf(await (await call(simulator, 'chat', { stream: true })).text()).map(({ data }) => data);
    expect(asked.at(-2)).toMatchObject({ choices: [], usage: { total_tokens: expect.any(Number) } });
    expect(asked.slice(0, -2).every(({ usage }) => usage === null)).toBe(true);
    const silent = await call(simulator, 'chat', { stream: true, extra: { stream_options: undefined } });
    expect(await silent.text()).not.toContain('usage');
  });

  test('anthropic: a placeholder of 1 output token first, the true number at the end', async () => {
    const events = eventsOf(await (await call(simulator, 'anthropic', { stream: true })).text());
    expect(events.map(({ event }) => event)).toEqual(events.map(({ data }) => data['type'] as unknown));
    expect(events[0]?.data['message'].usage).toMatchObject({ input_tokens: 2, output_tokens: 1 });
    expect(events.at(-2)?.data['usage']).toMatchObject({ output_tokens: 8 });
    expect(events.some(({ event }) => event === 'ping')).toBe(true);
  });

  test.each(['glm', 'compatible'] as const)('%s: usage on the event with the finish reason', async (door) => {
    const events = eventsOf(await (await call(simulator, door, { stream: true })).text()).map(({ data }) => data);
    expect(events.filter(({ usage }) => usage !== undefined)).toMatchObject([{ choices: [{ finish_reason: 'stop' }] }]);
  });
});
