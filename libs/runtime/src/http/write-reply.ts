import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { isProblemReply, problemBody, problemStatus, type ProblemReply, type Route } from '@nexus/contracts';
import type { AnyReply, EventItem, StreamFrame } from './handler.ts';

/** What the writer needs to know about the request it answers. */
export type Answering = {
  requestId: string;
  /** Path of the request, without the query. */
  instance: string;
  method: string;
  /** Ends the connection after this answer: the process is shutting down. */
  closing: boolean;
  /** A stream whose client reads nothing for this long is cut. */
  idleMs: number;
};

/** Time after which an event stream's client comes back when the connection broke. */
const EVENT_RETRY_MS = 3000;

/** A success by its declaration, or a problem. Resolves when everything is handed to the socket. */
export async function writeReply(
  response: ServerResponse,
  reply: AnyReply,
  { declared, answering }: { declared: Route | undefined; answering: Answering },
): Promise<number> {
  if (isProblemReply(reply)) return writeProblem(response, reply, answering);
  const content = declared?.responses[reply.status];
  const headers = headersOf(answering, reply.headers);
  if (content === undefined || content.kind === 'nothing') {
    response.writeHead(reply.status, headers).end();
  } else if (reply.frames !== undefined) {
    await writeSse(response, reply.frames, { headers, answering, status: reply.status, write: frameOf });
  } else if (content.kind === 'json' || content.kind === 'json-or-stream') {
    writeWhole(response, reply.status, {
      type: 'application/json; charset=utf-8',
      text: JSON.stringify(reply.body),
      headers,
    });
  } else if (content.kind === 'text') {
    writeWhole(response, reply.status, { type: content.mediaType, text: reply.text ?? '', headers });
  } else if (content.kind === 'bytes') {
    await writeStream(response, reply, { headers, answering });
  } else {
    const write = (item: EventItem<unknown>) => frame(item, content.event);
    await writeSse(response, reply.events ?? [], { headers, answering, status: reply.status, write, retry: true });
  }
  return reply.status;
}

/** The problem document of a reply; returns its status. 402, 429 and 503 always carry Retry-After. */
function writeProblem(
  response: ServerResponse,
  reply: ProblemReply & { headers?: Record<string, string> },
  answering: Answering,
): number {
  const status = problemStatus[reply.problem];
  const text = JSON.stringify(problemBody(reply, answering));
  const retry = reply.retryAfter ?? ([402, 429, 503].includes(status) ? 1 : undefined);
  const headers = headersOf(answering, reply.headers);
  if (retry !== undefined) headers['retry-after'] = String(Math.max(1, Math.ceil(retry)));
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="nexus"';
  writeWhole(response, status, { type: 'application/problem+json; charset=utf-8', text, headers });
  return status;
}

/** Headers of every answer (nothing is guessed, framed, scripted or kept), with those of this one over them. */
function headersOf(answering: Answering, own: Record<string, string> | undefined): Record<string, string> {
  const headers: Record<string, string> = {
    'x-request-id': answering.requestId,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  };
  if (answering.closing) headers['connection'] = 'close';
  return own === undefined ? headers : Object.assign(headers, own);
}

type Whole = { type: string; text: string; headers: Record<string, string> };

function writeWhole(response: ServerResponse, status: number, { type, text, headers }: Whole): void {
  headers['content-type'] = type;
  headers['content-length'] = String(Buffer.byteLength(text));
  response.writeHead(status, headers).end(text);
}

type Streaming = { headers: Record<string, string>; answering: Answering };

async function writeStream(
  response: ServerResponse,
  reply: Exclude<AnyReply, ProblemReply>,
  { headers, answering }: Streaming,
): Promise<void> {
  response.writeHead(reply.status, { 'content-type': 'application/octet-stream', ...headers });
  if (reply.stream === undefined || answering.method === 'HEAD') {
    reply.stream?.destroy();
    return void response.end();
  }
  response.setTimeout(answering.idleMs, () => response.destroy());
  await pipeline(reply.stream, response);
}

type Events<Item> = Streaming & { status: number; write: (item: Item) => string; retry?: boolean };

async function writeSse<Item>(
  response: ServerResponse,
  items: AsyncIterable<Item> | Iterable<Item>,
  { headers, answering, status, write, retry }: Events<Item>,
): Promise<void> {
  // Proxies must not collect the stream; nginx reads this header.
  response.writeHead(status, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'x-accel-buffering': 'no',
  });
  if (answering.method === 'HEAD') return void response.end();
  response.setTimeout(answering.idleMs, () => response.destroy());
  if (retry) response.write(`retry: ${EVENT_RETRY_MS}\n\n`);
  for await (const item of items) {
    if (response.destroyed) return;
    if (!response.write(write(item))) await drained(response);
  }
  response.end();
}

function frameOf(item: StreamFrame): string {
  if ('comment' in item) return `: ${item.comment}\n\n`;
  if ('text' in item) return `data: ${item.text}\n\n`;
  return `${item.event === undefined ? '' : `event: ${item.event}\n`}data: ${JSON.stringify(item.json)}\n\n`;
}

/** JSON has no line breaks outside strings, where they are escaped: one data line is enough. */
function frame(item: EventItem<unknown>, event: string): string {
  if ('comment' in item) return `: ${item.comment}\n\n`;
  return `id: ${item.id}\nevent: ${event}\ndata: ${JSON.stringify(item.data)}\n\n`;
}

async function drained(response: ServerResponse): Promise<void> {
  const gone = new AbortController();
  const onClose = () => gone.abort();
  response.once('close', onClose);
  try {
    await once(response, 'drain', { signal: gone.signal });
  } catch {
    // The client went away: the loop sees it.
  } finally {
    response.off('close', onClose);
  }
}
