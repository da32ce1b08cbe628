import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { problemBody, problemStatus, type ProblemReply } from '@nexus/contracts';
import type { HttpApp } from './http-app.ts';

export type ServeOptions = {
  host: string;
  /** 0 = any free port. */
  port: number;
  /** Milliseconds for the head of a request to arrive. */
  headersMs?: number;
  /** Milliseconds for a whole request to arrive, uploads included. */
  requestMs?: number;
};

export type HttpServer = {
  port: number;
  host: string;
  /**
   * Stops in order: readiness turns 503 and `drainMs` pass so that balancers see it, nothing new is accepted, event
   * streams end, running requests finish, and what is left at `deadlineMs` is cut. Handlers that were cut have
   * `settleMs` more (2 s) to put away what they began, such as the cost of a call.
   */
  close(options: { drainMs: number; deadlineMs: number; settleMs?: number }): Promise<void>;
};

const MAX_HEADER_BYTES = 16 * 1024;
const SETTLE_MS = 2000;

/** Serves an app. Rejects when the address cannot be listened on. Slow or silent clients are ended by the time limits. */
export async function serveHttp(app: HttpApp, options: ServeOptions): Promise<HttpServer> {
  const server = createServer(
    { maxHeaderSize: MAX_HEADER_BYTES, connectionsCheckingInterval: 1000, keepAlive: true },
    app.listener,
  );
  server.headersTimeout = options.headersMs ?? 10_000;
  server.requestTimeout = options.requestMs ?? 15 * 60_000;
  server.keepAliveTimeout = 65_000;
  server.on('clientError', answerBrokenRequest);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  return { port, host: options.host, close: (closing) => close(server, app, closing) };
}

async function close(
  server: Server,
  app: HttpApp,
  { drainMs, deadlineMs, settleMs = SETTLE_MS }: Parameters<HttpServer['close']>[0],
): Promise<void> {
  app.startClosing();
  const cut = setTimeout(() => server.closeAllConnections(), deadlineMs);
  if (drainMs > 0) await new Promise((resolve) => setTimeout(resolve, Math.min(drainMs, deadlineMs)));
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  app.endStreams();
  server.closeIdleConnections();
  await closed;
  clearTimeout(cut);
  await within(app.idle(), settleMs);
}

/** Resolves with the promise, or when the time is over. */
async function within(promise: Promise<void>, milliseconds: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, milliseconds);
  });
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

const broken: Record<string, ProblemReply> = {
  HPE_HEADER_OVERFLOW: {
    problem: 'HEADERS_TOO_LARGE',
    message: `the headers are larger than ${MAX_HEADER_BYTES} bytes`,
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    problem: 'REQUEST_TIMEOUT',
    message: 'the request did not arrive in time; send it again',
  },
};

/** What Node cannot parse as HTTP never reaches a route; it is answered like everything else. */
function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
  const reply = broken[error.code ?? ''] ?? { problem: 'BAD_REQUEST', message: 'this is not a valid HTTP request' };
  const requestId = randomUUID();
  const body = JSON.stringify(problemBody(reply, { instance: '/', requestId }));
  const head = [
    `HTTP/1.1 ${problemStatus[reply.problem]} ${problemBody(reply, { instance: '/', requestId }).title}`,
    'content-type: application/problem+json; charset=utf-8',
    `content-length: ${Buffer.byteLength(body)}`,
    `x-request-id: ${requestId}`,
    'x-content-type-options: nosniff',
    'cache-control: no-store',
    'connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}
