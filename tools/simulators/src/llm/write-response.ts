import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Call, ProviderWire } from './provider-wire.ts';

/** One request that is being answered. */
export interface Exchange {
  readonly response: ServerResponse;
  readonly wire: ProviderWire;
  readonly call: Call;
  /** Waits that long, or until the client has hung up. */
  readonly wait: (milliseconds: number) => Promise<void>;
  /** Takes the connection away; the client has not hung up then. */
  readonly cut: () => void;
}

/** Bytes written at once by the fault `dribble`: not a divisor of any character's or event's length. */
const DRIBBLE_BYTES = 7;

/** A body that is sent at once. */
interface Whole {
  readonly type: string;
  readonly text: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends it, unless the client has hung up. */
export async function write(exchange: Exchange, { text, ...head }: Whole): Promise<void> {
  if (exchange.response.destroyed) return;
  begin(exchange, { ...head, length: Buffer.byteLength(text) });
  exchange.response.end(text);
}

interface Pieces {
  readonly type: string;
  readonly then?: 'end' | 'cut' | 'hang';
  readonly pause?: number;
}

/** Writes the pieces as chunks of their own, each after the one before has left. */
export async function writePieces(
  exchange: Exchange,
  pieces: readonly (string | Buffer)[],
  { type, then = 'end', pause }: Pieces,
): Promise<void> {
  const { response } = exchange;
  begin(exchange, { type });
  response.flushHeaders();
  await nextTurn();
  for (const piece of pieces) {
    if (pause !== undefined) await exchange.wait(pause);
    if (response.destroyed) return;
    await sent(exchange, piece);
  }
  if (then === 'end') response.end();
  if (then === 'cut') exchange.cut();
}

/** Resolves when the piece was handed to the socket, one turn later: two pieces are two packets. */
export async function sent({ response }: Exchange, piece: string | Buffer): Promise<void> {
  await new Promise((resolve) => response.write(piece, resolve));
  await nextTurn();
}

interface Head {
  readonly type: string;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Bytes; left out: sent in chunks. */
  readonly length?: number;
}

/** Sends the head. */
export function begin({ response, wire, call }: Exchange, { type, status = 200, headers = {}, length }: Head): void {
  const size = length === undefined ? {} : { 'content-length': String(length) };
  response.writeHead(status, { 'content-type': type, ...size, ...wire.headers(call), ...headers });
}

/** The same bytes a few at a time. */
export function dribbles(frames: readonly string[]): Buffer[] {
  const bytes = Buffer.from(frames.join(''));
  const count = Math.ceil(bytes.length / DRIBBLE_BYTES);
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * DRIBBLE_BYTES, (index + 1) * DRIBBLE_BYTES),
  );
}
