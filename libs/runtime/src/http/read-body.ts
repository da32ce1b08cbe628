import type { IncomingMessage } from 'node:http';
import type { ProblemReply } from '@nexus/contracts';

/** How much of an unread body is thrown away after an answer before the connection is cut. */
const DRAIN_BYTES = 8 * 1024 * 1024;
const DRAIN_MS = 2000;

export type BodyBytes = { ok: true; bytes: Buffer } | { ok: false; reply: ProblemReply };

const nothing = Buffer.alloc(0);

/** The problem of a declared length above the limit, before a byte is read. */
export function declaredTooLarge(request: IncomingMessage, limitBytes: number): ProblemReply | undefined {
  return Number(request.headers['content-length'] ?? 0) > limitBytes ? tooLarge(limitBytes) : undefined;
}

/** The answer to a body above its limit. */
export function tooLarge(limitBytes: number): ProblemReply {
  return {
    problem: 'PAYLOAD_TOO_LARGE',
    message: `the body is larger than ${limitBytes} bytes; send less, or upload it as a file`,
    detail: { limit_bytes: limitBytes },
  };
}

/**
 * Reads the whole body, at most `limitBytes`. Rejects when the client goes away. There is no time limit here: the mounting
 * ends a request that takes too long.
 */
export function readBody(request: IncomingMessage, limitBytes: number): Promise<BodyBytes> {
  const early = declaredTooLarge(request, limitBytes);
  if (early) return Promise.resolve({ ok: false, reply: early });
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    function onData(chunk: Buffer): void {
      size += chunk.length;
      if (size <= limitBytes) return void chunks.push(chunk);
      request.off('data', onData);
      resolve({ ok: false, reply: tooLarge(limitBytes) });
    }
    request.on('data', onData);
    request.once('end', () => resolve({ ok: true, bytes: join(chunks) }));
    request.once('error', reject);
    request.once('close', () => {
      if (!request.complete) reject(new Error('the client went away while it sent the body'));
    });
  });
}

function join(chunks: Buffer[]): Buffer {
  const [first = nothing] = chunks;
  return chunks.length > 1 ? Buffer.concat(chunks) : first;
}

/**
 * Lets a client that is still sending read its answer: the rest of the body is thrown away, and the connection is cut when
 * that is too much or takes too long. Closing at once would reset the connection under the answer.
 */
export function drainBody(request: IncomingMessage): void {
  if (request.complete || request.destroyed) return;
  let drained = 0;
  const cut = () => void request.socket.destroy();
  const timer = setTimeout(cut, DRAIN_MS);
  timer.unref();
  request.on('data', (chunk: Buffer) => {
    drained += chunk.length;
    if (drained > DRAIN_BYTES) cut();
  });
  request.once('close', () => clearTimeout(timer));
  request.on('error', () => undefined);
  request.resume();
}
