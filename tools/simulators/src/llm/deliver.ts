import { type Answer, planAnswer } from './answer.ts';
import { type Fault, isErrorFault } from './fault.ts';
import type { Ask, Door, Failure, Problem, StreamEvent } from './provider-wire.ts';
import { renderStream } from './render-stream.ts';
import { begin, dribbles, type Exchange, sent, write, writePieces } from './write-response.ts';

const HTML =
  '<!DOCTYPE html><html><head><title>Just a moment...</title></head><body><h1>One more step</h1></body></html>';

/** Answers in the provider's format, or as the fault says. Returns with the response open where the fault is a hang. */
export async function deliver(exchange: Exchange, door: Door, fault?: Fault): Promise<void> {
  const { wire, call, wait } = exchange;
  if (fault?.kind === 'hang') return;
  if (fault?.kind === 'slow') {
    await wait(fault.ms);
    return deliver(exchange, door, fault.then);
  }
  if (fault?.kind === 'html200') return write(exchange, { type: 'text/html; charset=UTF-8', text: HTML });
  const ask = door.ask(call);
  if (fault?.kind === 'blocked' && wire.blocksWithError)
    return sendFailure(exchange, { kind: 'blockedPrompt' }, asArray(ask, door));
  if (fault !== undefined && isErrorFault(fault)) return sendFailure(exchange, fault, asArray(ask, door));
  const answer = planAnswer(ask, call, fault);
  return ask.stream ? deliverStream(exchange, { door, answer, fault }) : deliverBody(exchange, { door, answer, fault });
}

/** Sends an error status. `array`: Gemini puts it into a list where a JSON array was asked for. */
export function sendFailure(exchange: Exchange, problem: Problem, { array = false } = {}): Promise<void> {
  const { status, headers, body } = exchange.wire.failure(problem, exchange.call);
  const isText = typeof body === 'string';
  const text = isText ? body : JSON.stringify(array ? [body] : body);
  return write(exchange, { status, headers, type: isText ? 'text/plain; charset=utf-8' : 'application/json', text });
}

/** Sends JSON with status 200. */
export function sendJson(exchange: Exchange, body: unknown): Promise<void> {
  return write(exchange, { type: 'application/json', text: JSON.stringify(body) });
}

function asArray({ stream }: Ask, { framing }: Door): { array: boolean } {
  return { array: stream && framing === 'array' };
}

interface Delivery {
  readonly door: Door;
  readonly answer: Answer;
  readonly fault: Fault | undefined;
}

async function deliverBody(exchange: Exchange, { door, answer, fault }: Delivery): Promise<void> {
  if (fault?.kind === 'hangStreamAfter') return;
  if (fault?.kind === 'errorIn200' || fault?.kind === 'errorAfterFirstEvent') {
    return sendJson(exchange, door.failedBody(scripted(exchange, fault), answer));
  }
  const text = JSON.stringify(door.body(answer));
  const half = text.slice(0, Math.floor(text.length / 2));
  if (fault?.kind === 'brokenJson') return write(exchange, { type: 'application/json', text: half });
  if (fault?.kind === 'cleanEofWithoutMarker') return writePieces(exchange, [half], { type: 'application/json' });
  if (fault?.kind === 'dribble') return writePieces(exchange, dribbles([text]), { type: 'application/json' });
  if (fault?.kind !== 'cutSocketMidBody' && fault?.kind !== 'cutStreamAfter')
    return sendJson(exchange, door.body(answer));
  begin(exchange, { type: 'application/json', length: Buffer.byteLength(text) });
  await sent(exchange, half);
  exchange.cut();
}

async function deliverStream(exchange: Exchange, { door, answer, fault }: Delivery): Promise<void> {
  const type = door.framing === 'array' ? 'application/json; charset=UTF-8' : 'text/event-stream; charset=utf-8';
  const frames = renderStream(eventsOf(exchange, { door, answer, fault }), door, fault);
  switch (fault?.kind) {
    case 'cutSocketMidBody': {
      const middle = Math.floor(frames.length / 2);
      const cut = frames[middle] ?? '';
      return writePieces(exchange, [...frames.slice(0, middle), cut.slice(0, Math.ceil(cut.length / 2))], {
        type,
        then: 'cut',
      });
    }
    case 'cutStreamAfter':
      return writePieces(exchange, frames.slice(0, fault.events), { type, then: 'cut' });
    case 'hangStreamAfter':
      return writePieces(exchange, frames.slice(0, fault.events), { type, then: 'hang' });
    case 'slowStream':
      return writePieces(exchange, frames, { type, pause: fault.ms });
    case 'dribble':
      return writePieces(exchange, dribbles(frames), { type });
    default:
      return writePieces(exchange, frames, { type });
  }
}

function eventsOf(exchange: Exchange, { door, answer, fault }: Delivery): StreamEvent[] {
  if (fault?.kind === 'errorIn200') return door.failedEvents(scripted(exchange, fault), answer);
  const events = door.events(answer);
  if (fault?.kind !== 'errorAfterFirstEvent') return events;
  const failed = door.failedEvents(scripted(exchange, fault), answer).filter(({ part }) => part === 'end');
  return [...events.slice(0, fault.events ?? 1), ...failed];
}

function scripted({ wire, call }: Exchange, { error = { kind: 'overloaded' } }: { readonly error?: Problem }): Failure {
  return wire.failure(error, call);
}
