import type { CallContext, ModelAnswer, ModelEvent, ModelRequest, Provider } from '../model.ts';
import type { Exchange } from '../transport/exchange.ts';
import type { Transport } from '../transport/transport.ts';
import { isTransportFault } from '../transport/transport-fault.ts';
import { acceptReading } from './accept-reading.ts';
import { garbageFailure, reportedFailure, transportFailure, unsendableKeyFailure, type Call } from './call-failure.ts';
import type { Dialect, Reading } from './dialect.ts';
import { isJsonObject, parseJson } from './json-value.ts';
import { createStopCutter } from './stop-sequences.ts';
import { streamEvents } from './stream-events.ts';
import { NO_WIRE_ERROR, readWireError } from './wire-error.ts';

/** `now` tells the time in epoch milliseconds: dates in answers are relative to it. */
export type ProviderParts = { transport: Transport; now: () => number };

/**
 * Makes a provider of a dialect. One HTTP request a call, never a second; the signal ends it at any point and closes its
 * socket. Throws ProviderFailures only.
 */
export function createProvider(dialect: Dialect, { transport, now }: ProviderParts): Provider {
  async function generate(request: ModelRequest, context: CallContext): Promise<ModelAnswer> {
    const call: Call = { dialect, request, context, now };
    const exchange = await open(call, false);
    const text = await bodyOf(call, exchange);
    return answerOf(call, { status: exchange.status, headers: exchange.headers, text });
  }

  async function* stream(request: ModelRequest, context: CallContext): AsyncGenerator<ModelEvent> {
    const call: Call = { dialect, request, context, now };
    const exchange = await open(call, true);
    try {
      if (isEventStream(exchange)) {
        yield* streamEvents(call, exchange);
        return;
      }
      const text = await bodyOf(call, exchange);
      yield* wholeAsStream(answerOf(call, { status: exchange.status, headers: exchange.headers, text }));
    } finally {
      // A consumer that stops early has hung up: the server is to notice. Finished exchanges are not touched.
      exchange.destroy();
    }
  }

  async function open(call: Call, streaming: boolean): Promise<Exchange> {
    const { request, context } = call;
    if (!/^[\x21-\x7e]*$/.test(context.key)) throw unsendableKeyFailure(call);
    const { url, body } = dialect.write(request, streaming);
    const headers = dialect.headers(context.key);
    try {
      return await transport.open({ url, headers, body: JSON.stringify(body), signal: context.signal });
    } catch (error) {
      throw failureOf(call, error, 0);
    }
  }

  return { name: dialect.name, nativeSchema: dialect.nativeSchema, generate, stream };
}

async function bodyOf(call: Call, exchange: Exchange): Promise<string> {
  let body = '';
  try {
    for (;;) {
      const text = await exchange.next();
      if (text === undefined) return body;
      body += text;
    }
  } catch (error) {
    throw failureOf(call, error, exchange.status);
  }
}

function failureOf(call: Call, error: unknown, status: number): unknown {
  return isTransportFault(error) ? transportFailure(call, error, { status, partialText: '' }) : error;
}

type WholeBody = { status: number; headers: Exchange['headers']; text: string };

function answerOf(call: Call, { status, headers, text }: WholeBody): ModelAnswer {
  const body = parseJson(text);
  const error = readWireError(body);
  const good = status >= 200 && status < 300;
  if (error !== undefined || !good)
    throw reportedFailure(call, { status, headers, error: error ?? NO_WIRE_ERROR, partialText: '' });
  if (!isJsonObject(body)) throw garbageFailure(call, garbage(text), { status, billed: billedGarbage(text) });
  const reading = call.dialect.readAnswer(body);
  if (reading.error !== undefined)
    throw reportedFailure(call, { status, headers, error: reading.error, partialText: reading.text });
  return acceptReading(call, cutAtStops(call, reading), status);
}

function garbage(text: string): string {
  if (text.trim() === '') return 'answered 200 with an empty body';
  if (text.trimStart().startsWith('<')) return 'answered 200 with a page (HTML) instead of JSON';
  return 'answered 200 with something that is not the JSON of an answer';
}

/** Broken JSON may be the broken answer of a model that was paid; a page is not. */
function billedGarbage(text: string): { state: 'no' } | { state: 'unknown'; partialText: string } {
  return /^\s*[[{]/.test(text) ? { state: 'unknown', partialText: '' } : { state: 'no' };
}

/** Applies the stop sequences the provider does not take itself. */
function cutAtStops({ dialect, request }: Call, reading: Reading): Reading {
  const left = request.stop?.slice(dialect.stopSequences) ?? [];
  if (left.length === 0) return reading;
  const cutter = createStopCutter(left);
  const text = cutter.push(reading.text) + cutter.end();
  const cutShort = cutter.met() && (reading.ended === 'length' || reading.ended === 'stop');
  return { ...reading, text, ...(cutShort ? { ended: 'stop' as const } : {}) };
}

function isEventStream({ status, headers }: Exchange): boolean {
  const type = headers['content-type'];
  return status >= 200 && status < 300 && typeof type === 'string' && type.toLowerCase().includes('text/event-stream');
}

/** Some servers ignore `stream: true`: their whole answer is one delta. */
function* wholeAsStream(answer: ModelAnswer): Generator<ModelEvent> {
  if (answer.text !== '') yield { type: 'text', text: answer.text };
  for (const [index, call] of answer.tool_calls.entries()) {
    yield { type: 'tool_call', index, id: call.id, name: call.name, arguments: call.arguments };
  }
  yield { type: 'end', answer };
}
