import type { ModelEvent } from '../model.ts';
import type { Exchange } from '../transport/exchange.ts';
import { createSseParser } from '../transport/sse-parser.ts';
import { isTransportFault } from '../transport/transport-fault.ts';
import { acceptReading } from './accept-reading.ts';
import { garbageFailure, reportedFailure, transportFailure, type Call } from './call-failure.ts';
import type { Delta, Reading } from './dialect.ts';
import { createFrameReader } from './frame-reader.ts';
import type { JsonObject } from './json-value.ts';
import { createStopCutter } from './stop-sequences.ts';
import { readWireError } from './wire-error.ts';

/**
 * The events of a stream with a good status: deltas, then one `end`. Throws a ProviderFailure when the stream breaks, holds an
 * error, or is over without the provider's final marker; `billed` then has the text so far.
 */
export async function* streamEvents(call: Call, exchange: Exchange): AsyncGenerator<ModelEvent> {
  const state = startReading(call, exchange);
  for (;;) {
    const text = await nextText(call, { exchange, partialText: state.reading().text });
    yield* state.take(text);
    if (text === undefined || state.complete()) break;
  }
  exchange.release();
  yield* state.end();
}

async function nextText(call: Call, read: { exchange: Exchange; partialText: string }): Promise<string | undefined> {
  try {
    return await read.exchange.next();
  } catch (error) {
    if (!isTransportFault(error)) throw error;
    throw transportFailure(call, error, { status: read.exchange.status, partialText: read.partialText });
  }
}

function startReading(call: Call, exchange: Exchange) {
  const { status, headers } = exchange;
  const parser = createSseParser();
  const frames = createFrameReader();
  const reader = call.dialect.createStreamReader();
  const cutter = createStopCutter(call.request.stop?.slice(call.dialect.stopSequences) ?? []);
  let passed = '';
  let done = false;

  /** Reads a piece of the stream; undefined is its end. */
  function* take(text: string | undefined): Generator<Delta> {
    for (const data of text === undefined ? parser.end() : parser.push(text)) {
      if (data.trim() === '[DONE]') done = true;
      if (complete()) return;
      const read = frames.read(data);
      refuseLoss();
      for (const frame of read) yield* takeFrame(frame);
    }
  }

  function refuseLoss(): void {
    if (!frames.lost()) return;
    const what = 'sent events that are not whole: a part of the answer is missing';
    throw garbageFailure(call, what, { status, billed: { state: 'unknown', partialText: passed } });
  }

  function* takeFrame(frame: JsonObject): Generator<Delta> {
    const error = readWireError(frame);
    if (error !== undefined) throw reportedFailure(call, { status, headers, error, partialText: passed });
    for (const delta of reader.read(frame)) {
      const kept = delta.type === 'text' ? cutter.push(delta.text) : undefined;
      if (kept === undefined) yield delta;
      else if (kept !== '') yield pass(kept);
    }
  }

  function pass(text: string): Delta {
    passed += text;
    return { type: 'text', text };
  }

  function* end(): Generator<ModelEvent> {
    const reading = reader.reading();
    if (reading.error !== undefined)
      throw reportedFailure(call, { status, headers, error: reading.error, partialText: passed });
    frames.end();
    refuseLoss();
    const answer = acceptReading(call, closed(reading), status);
    yield* tail();
    yield { type: 'end', answer: { ...answer, text: passed } };
  }

  function* tail(): Generator<Delta> {
    const held = cutter.end();
    if (held !== '') yield pass(held);
  }

  function closed(reading: Reading): Reading {
    const cutShort = cutter.met() && (reading.ended === 'length' || reading.ended === 'stop');
    return cutShort ? { ...reading, text: passed, ended: 'stop' } : reading;
  }

  function complete(): boolean {
    return done || reader.complete();
  }

  return { take, end, complete, reading: () => ({ text: passed }) };
}
