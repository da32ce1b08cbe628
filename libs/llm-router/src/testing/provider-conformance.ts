import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startLlmSimulator, type Fault, type LlmSimulator } from '@nexus/simulators';
import type { CallContext, ModelAnswer, ModelEvent, ModelRequest, Provider, ProviderName } from '../model.ts';
import { isProviderFailure, type ProviderFailure } from '../provider-failure.ts';
import { createTransport, type Transport } from '../transport/transport.ts';
import { expectations, NOW, type Expectation } from './provider-expectations.ts';

/** What the suite needs of a provider: how to make one for a base URL. */
export type ProviderUnderTest = {
  create: (base: string, parts: { transport: Transport; now: () => number }) => Provider;
};

const KEY = 'sk-test-0123456789abcdefghijklmnopqrstuv';
/** Nobody may read this in a failure. */
const PROMPT =
  '고객 김철수의 주소는 서울특별시 강남구 테헤란로 152번지입니다. Please repeat: the launch code is 7-alpha-tango.';
const MODES = ['whole', 'stream'] as const;
type Mode = (typeof MODES)[number];

/**
 * What every provider must do, against a server that speaks its wire: accept whole answers, refuse everything else with the
 * right kind and the right word on billing, ask once, stop when told, and never show key or prompt.
 */
export function describeProvider(name: ProviderName, { create }: ProviderUnderTest): void {
  describe(`${name} conforms`, () => {
    let simulator: LlmSimulator;
    let transport: Transport;
    let provider: Provider;

    beforeAll(async () => {
      simulator = await startLlmSimulator({ now: () => new Date(NOW) });
      transport = createTransport({ connections: 4 });
      provider = create(simulator.bases[name], { transport, now: () => NOW });
    });
    beforeEach(() => simulator.reset());
    afterAll(async () => {
      await transport.close();
      await simulator.close();
    });

    function request(over: Partial<ModelRequest> = {}): ModelRequest {
      return { model: 'test-model', messages: [{ role: 'user', content: PROMPT }], max_tokens: 512, ...over };
    }

    function context(signal = new AbortController().signal): CallContext {
      return { key: KEY, signal };
    }

    async function answer(mode: Mode, over: Partial<ModelRequest> = {}): Promise<ModelAnswer> {
      if (mode === 'whole') return provider.generate(request(over), context());
      const events = await eventsOf(provider.stream(request(over), context()));
      const last = events.at(-1);
      if (last?.type !== 'end') throw new Error('A stream must end with its answer.');
      expect(textOf(events)).toBe(last.answer.text);
      return last.answer;
    }

    async function failureOf(mode: Mode, fault: Fault): Promise<ProviderFailure> {
      simulator.always(name, fault);
      const thrown: unknown = await answer(mode).then(
        (accepted) => ({ accepted }),
        (error: unknown) => error,
      );
      if (!isProviderFailure(thrown)) throw new Error(`No failure: ${JSON.stringify(thrown)}`, { cause: thrown });
      return thrown;
    }

    describe.each(MODES)('%s', (mode) => {
      test('answers with the text, the finish and the usage', async () => {
        const { text, finish, usage, tool_calls, model } = await answer(mode);
        expect(text).toContain('테헤란로 152번지');
        expect({ finish, tool_calls, model }).toEqual({ finish: 'stop', tool_calls: [], model: 'test-model' });
        expect(usage).toMatchObject({ cache_read: 0, cache_write: 0, reasoning: 0 });
        await simulator.settled();
        expect(simulator.hits(name).map(({ aborted }) => aborted)).toEqual([false]);
      });

      test('sends conversation, limits and key, the key in a header only', async () => {
        const messages: ModelRequest['messages'] = [
          { role: 'system', content: 'You are brief.' },
          { role: 'user', content: 'first question' },
          { role: 'assistant', content: 'first reply' },
          { role: 'user', content: 'second question' },
        ];
        const { text } = await answer(mode, { messages, temperature: 0.3, max_tokens: 77, top_p: 0.9, stop: ['@@'] });
        expect(text).toContain('second question');
        const [hit] = simulator.hits(name);
        const body = JSON.stringify(hit?.body);
        for (const sent of ['You are brief.', 'first question', 'first reply', '0.3', '77'])
          expect(body).toContain(sent);
        expect(`${hit?.path} ${body}`).not.toContain(KEY);
        expect(JSON.stringify(hit?.headers)).toContain(KEY);
      });

      test('gets a document that fits a schema', async () => {
        const schema = { name: 'greeting', schema: strictSchema };
        const { text } = await answer(mode, { schema });
        expect(Object.keys(JSON.parse(text) as object).sort()).toEqual(['count', 'greeting']);
      });

      test('gets a document that fits a schema with what providers do not take', async () => {
        const { text } = await answer(mode, { schema: { name: 'a name, with spaces', schema: looseSchema } });
        expect(JSON.parse(text)).toHaveProperty('greeting');
      });

      test('passes tools and tool calls through', async () => {
        const tools = [{ name: 'get_weather', description: 'weather', parameters: toolParameters }];
        const asked = { role: 'user' as const, content: 'call the tool get_weather' };
        const { tool_calls, finish } = await answer(mode, { messages: [asked], tools, tool_choice: 'auto' });
        expect(finish).toBe('tool_calls');
        expect(tool_calls).toHaveLength(1);
        const [call] = tool_calls;
        expect(call).toMatchObject({ id: expect.stringMatching(/./), name: 'get_weather' });
        expect(JSON.parse(call?.arguments ?? '')).toHaveProperty('city');
        const result = { role: 'tool' as const, content: '{"degrees":3}', tool_call_id: call?.id ?? '' };
        const messages = [asked, { role: 'assistant' as const, content: '', tool_calls }, result];
        await expect(answer(mode, { messages, tools })).resolves.toMatchObject({ finish: 'stop' });
        expect(JSON.stringify(simulator.hits(name)[1]?.body)).toContain('degrees');
      });

      test('ends the text at every stop sequence, whoever knows it', async () => {
        simulator.always(name, { kind: 'text', reply: 'one two three four five' });
        const stop = ['nowhere', 'never', 'zzz', 'yyy', 'xxx', 'www', 'four', 'three'];
        const cut = await answer(mode, { stop });
        // The simulator does not apply stop sequences: what is sent to it is not seen here.
        const sent = JSON.stringify(simulator.hits(name)[0]?.body);
        const first = ['three', 'four'].find((word) => !sent.includes(`"${word}"`));
        expect(cut.text).toBe(
          first === undefined ? 'one two three four five' : first === 'three' ? 'one two ' : 'one two three ',
        );
      });

      test('says length when the output limit cut a text', async () => {
        simulator.always(name, { kind: 'truncated', reply: 'half of a sen' });
        await expect(answer(mode)).resolves.toMatchObject({ text: 'half of a sen', finish: 'length' });
      });

      test('counts each token once', async () => {
        const over = { input: 100, cacheRead: 40, output: 30, reasoning: 12 };
        simulator.always(name, { kind: 'usage', over });
        const { usage } = await answer(mode);
        expect(usage).toEqual({ input: 100, cache_read: 40, cache_write: 0, output: 30, reasoning: 12 });
      });

      test('does not invent usage', async () => {
        simulator.always(name, { kind: 'usageNever' });
        await expect(answer(mode)).resolves.toHaveProperty('usage', undefined);
      });

      test.each(['usageEveryChunk', 'usageLastChunkOnly', 'pingFlood', 'dribble'] as const)(
        'reads %s',
        async (kind) => {
          const usual = await answer(mode);
          simulator.always(name, { kind });
          await expect(answer(mode)).resolves.toMatchObject({ text: usual.text, usage: usual.usage, finish: 'stop' });
        },
      );

      test.each(expectations.filter((row) => applies(row, mode)).map((row) => [titleOf(row), row] as const))(
        '%s is a failure of the right kind, asked for once, that shows nothing',
        async (_title, row) => {
          const thrown = await failureOf(mode, row.fault);
          const expected = row.except?.[name] ?? row.expected;
          const { kind, billed, retryAfterSeconds, message, provider: named } = thrown.llm;
          expect({ named, kind, message, billed: billed.state }).toEqual({
            named: name,
            kind: expected.kind,
            message,
            billed: expected.billed,
          });
          if ('retryAfterSeconds' in expected) expect(retryAfterSeconds).toBe(expected.retryAfterSeconds);
          expectSilence(thrown);
          await simulator.settled();
          expect(simulator.hitCount(name)).toBe(1);
        },
      );

      test.each(['timeout', 'caller'] as const)(
        'a %s ends a hanging call at once and closes its socket',
        async (reason) => {
          simulator.always(name, { kind: 'hang' });
          const controller = new AbortController();
          const call = provider.generate(request(), context(controller.signal));
          const streamed = eventsOf(provider.stream(request(), context(controller.signal)));
          const pending = mode === 'whole' ? call : streamed;
          (mode === 'whole' ? streamed : call).catch(() => undefined);
          await simulator.arrived(name, 2);
          controller.abort(reason);
          const thrown = await rejection(pending);
          expect(thrown.llm).toMatchObject({
            kind: reason === 'timeout' ? 'timeout' : 'cancelled',
            billed: { state: 'unknown', partialText: '' },
          });
          await simulator.settled();
          expect(simulator.hits(name).map(({ aborted }) => aborted)).toEqual([true, true]);
        },
      );

      test('a signal that was given before asks nobody', async () => {
        const thrown = await rejection(
          mode === 'whole'
            ? provider.generate(request(), context(AbortSignal.abort('caller')))
            : eventsOf(provider.stream(request(), context(AbortSignal.abort('caller')))),
        );
        expect(thrown.llm).toMatchObject({ kind: 'cancelled', billed: { state: 'no' } });
        expect(simulator.hitCount(name)).toBe(0);
      });

      test('a key no header can carry is a refused key, and is not shown', async () => {
        const bad = { key: `${KEY}\r\nx-evil: 1`, signal: new AbortController().signal };
        const thrown = await rejection(
          mode === 'whole' ? provider.generate(request(), bad) : eventsOf(provider.stream(request(), bad)),
        );
        expect(thrown.llm).toMatchObject({ kind: 'auth', billed: { state: 'no' } });
        expectSilence(thrown);
        expect(simulator.hitCount(name)).toBe(0);
      });

      test('a refused connection costs nothing', async () => {
        const gone = create('http://127.0.0.1:1/v1', { transport, now: () => NOW });
        const thrown = await rejection(
          mode === 'whole' ? gone.generate(request(), context()) : eventsOf(gone.stream(request(), context())),
        );
        expect(thrown.llm).toMatchObject({ kind: 'outage', status: 0, billed: { state: 'no' } });
        expectSilence(thrown);
      });
    });

    test('a provider message that quotes key and prompt is cleaned and cut', async () => {
      const message = `Wrong key ${KEY} or ${KEY.slice(0, 8)}****${KEY.slice(-4)} in: ${PROMPT} mail kim@example.com ${'x'.repeat(900)}`;
      const thrown = await failureOf('whole', { kind: 'status', code: 400, body: { error: { message } } });
      expectSilence(thrown);
      expect(thrown.message).toContain('Wrong key');
      expect(thrown.message).not.toContain('kim@example.com');
      expect(thrown.message).not.toContain(KEY.slice(-4));
      expect(thrown.message.length).toBeLessThan(400);
    });

    test('a stream yields nothing before the first token and tells the text so far when it breaks', async () => {
      simulator.always(name, { kind: 'hangStreamAfter', events: 6 });
      const controller = new AbortController();
      const events = provider.stream(request(), context(controller.signal))[Symbol.asyncIterator]();
      const first = await events.next();
      expect(first.value).toMatchObject({ type: 'text', text: expect.stringMatching(/./) });
      const seen = [first.value as ModelEvent];
      const rest = (async () => {
        for (;;) {
          const next = await events.next();
          if (next.done === true) return;
          seen.push(next.value);
        }
      })();
      controller.abort('timeout');
      const thrown = await rejection(rest);
      expect(thrown.llm).toMatchObject({ kind: 'timeout', billed: { state: 'unknown', partialText: textOf(seen) } });
      await simulator.settled();
      expect(simulator.hits(name)[0]?.aborted).toBe(true);
    });

    test('an error after the first event is a failure, whatever was streamed', async () => {
      const thrown = await failureOf('stream', { kind: 'errorAfterFirstEvent' });
      expect(thrown.llm.kind).toBe('outage');
      expect(simulator.hitCount(name)).toBe(1);
    });

    test('a reader that stops early closes the socket', async () => {
      simulator.always(name, { kind: 'hangStreamAfter', events: 6 });
      for await (const event of provider.stream(request(), context())) {
        expect(event.type).toBe('text');
        break;
      }
      await simulator.settled();
      expect(simulator.hits(name)[0]?.aborted).toBe(true);
    });

    function applies({ only, mode: wanted }: Expectation, mode: Mode): boolean {
      return (only ?? [name]).includes(name) && (wanted ?? mode) === mode;
    }
  });
}

function titleOf({ fault }: Expectation): string {
  return JSON.stringify(fault);
}

function expectSilence(thrown: ProviderFailure): void {
  const shown = [JSON.stringify(thrown), String(thrown), thrown.stack, thrown.message].join('\n');
  expect(shown).not.toContain(KEY);
  // The partial text of a broken stream is the model's, which here repeats the prompt.
  const told = JSON.stringify({ ...thrown, llm: { ...thrown.llm, billed: undefined } });
  for (const part of ['테헤란로', 'launch code', 'alpha-tango']) expect(told).not.toContain(part);
}

async function rejection(pending: Promise<unknown>): Promise<ProviderFailure> {
  const thrown: unknown = await pending.then(
    (value) => value,
    (error: unknown) => error,
  );
  if (!isProviderFailure(thrown)) throw new Error(`No failure: ${JSON.stringify(thrown)}`, { cause: thrown });
  return thrown;
}

async function eventsOf(stream: AsyncIterable<ModelEvent>): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

function textOf(events: readonly ModelEvent[]): string {
  return events.map((event) => (event.type === 'text' ? event.text : '')).join('');
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
