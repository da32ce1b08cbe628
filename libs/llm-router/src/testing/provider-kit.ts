import { afterAll, beforeAll, beforeEach, expect } from '@jest/globals';
import { startLlmSimulator, type Fault, type LlmSimulator } from '@nexus/simulators';
import type { CallContext, ModelAnswer, ModelEvent, ModelRequest, Provider, ProviderName } from '../model.ts';
import { isProviderFailure, type ProviderFailure } from '../provider-failure.ts';
import { createTransport, type Transport } from '../transport/transport.ts';
import { NOW } from './provider-expectations.ts';

/** What the suite needs of a provider: how to make one for a base URL. */
export type ProviderUnderTest = {
  create: (base: string, parts: { transport: Transport; now: () => number }) => Provider;
};

export const KEY = 'sk-test-0123456789abcdefghijklmnopqrstuv';
/** Nobody may read this in a failure. */
export const PROMPT =
  '고객 김철수의 주소는 서울특별시 강남구 테헤란로 152번지입니다. Please repeat: the launch code is 7-alpha-tango.';
export const MODES = ['whole', 'stream'] as const;
export type Mode = (typeof MODES)[number];

/** A provider in front of a server that speaks its wire, and how it is asked. */
export type ProviderKit = {
  name: ProviderName;
  simulator: () => LlmSimulator;
  provider: () => Provider;
  /** The same provider where nobody listens. */
  unreachable: () => Provider;
  request: (over?: Partial<ModelRequest>) => ModelRequest;
  context: (signal?: AbortSignal) => CallContext;
  /** Whole, or the end of a stream that says the same. */
  answer: (mode: Mode, over?: Partial<ModelRequest>) => Promise<ModelAnswer>;
  /** How it fails when the server always does this. */
  failureOf: (mode: Mode, fault: Fault) => Promise<ProviderFailure>;
};

/** Starts and stops with the `describe` it is called in; the server has forgotten everything before each test. */
export function createProviderKit(name: ProviderName, { create }: ProviderUnderTest): ProviderKit {
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

  return {
    name,
    simulator: () => simulator,
    provider: () => provider,
    unreachable: () => create('http://127.0.0.1:1/v1', { transport, now: () => NOW }),
    request,
    context,
    answer,
    failureOf,
  };
}

/** The failure a call ends with. */
export async function rejection(pending: Promise<unknown>): Promise<ProviderFailure> {
  const thrown: unknown = await pending.then(
    (value) => value,
    (error: unknown) => error,
  );
  if (!isProviderFailure(thrown)) throw new Error(`No failure: ${JSON.stringify(thrown)}`, { cause: thrown });
  return thrown;
}

export async function eventsOf(stream: AsyncIterable<ModelEvent>): Promise<ModelEvent[]> {
  const events: ModelEvent[] = [];
  for await (const event of stream) events.push(event);
  return events;
}

export function textOf(events: readonly ModelEvent[]): string {
  return events.map((event) => (event.type === 'text' ? event.text : '')).join('');
}
