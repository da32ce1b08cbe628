import { createServer } from 'node:http';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Logger } from './logger.ts';

/** One part a process cannot work without. */
export type HealthCheck = () => Promise<{ ok: boolean; message?: string }>;

export type HealthServerOptions = {
  host: string;
  /** 0 = any free port. */
  port: number;
  checks: Record<string, HealthCheck>;
  metrics: { expose: () => Promise<string>; contentType: string };
  logger: Logger;
};

export type HealthServer = { port: number; close: () => Promise<void> };

/** A check that does not answer by then counts as failed, so that /health/ready always does. */
const CHECK_TIMEOUT_MS = 2000;

async function runCheck(check: HealthCheck): Promise<{ ok: boolean; message?: string }> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<{ ok: boolean; message: string }>((resolve) => {
    timer = setTimeout(
      () => resolve({ ok: false, message: `no answer within ${CHECK_TIMEOUT_MS} ms` }),
      CHECK_TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([check(), late]);
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  } finally {
    clearTimeout(timer);
  }
}

export type Readiness = { status: 'ok' | 'degraded'; checks: Record<string, { ok: boolean; message?: string }> };

/** Runs all checks at once and adds them up, in the shape of GET /health/ready. Never rejects. */
export async function readiness(checks: Record<string, HealthCheck>): Promise<Readiness> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await runCheck(check)] as const),
  );
  const ready = results.every(([, result]) => result.ok);
  return { status: ready ? 'ok' : 'degraded', checks: Object.fromEntries(results) };
}

type Answer = { status: number; type: string; body: string };

function json(status: number, body: unknown): Answer {
  return { status, type: 'application/json; charset=utf-8', body: JSON.stringify(body) };
}

function problem(status: number, code: string, message: string): Answer {
  const title = status === 404 ? 'Not Found' : status === 405 ? 'Method Not Allowed' : 'Internal Server Error';
  const body = { type: 'about:blank', title, status, detail: message, error: { code, message } };
  return { status, type: 'application/problem+json; charset=utf-8', body: JSON.stringify(body) };
}

async function answer(request: { method: string; path: string }, options: HealthServerOptions): Promise<Answer> {
  const { method, path } = request;
  if (!['/health/live', '/health/ready', '/metrics'].includes(path)) {
    return problem(404, 'NOT_FOUND', 'There is nothing here. Ask /health/live, /health/ready or /metrics.');
  }
  if (method !== 'GET' && method !== 'HEAD') return problem(405, 'BAD_REQUEST', 'Only GET is answered here.');
  if (path === '/health/live') return json(200, { status: 'ok' });
  if (path === '/metrics')
    return { status: 200, type: options.metrics.contentType, body: await options.metrics.expose() };
  const result = await readiness(options.checks);
  return json(result.status === 'ok' ? 200 : 503, result);
}

function send(response: ServerResponse, { status, type, body }: Answer): void {
  const retry = status === 503 ? { 'retry-after': '5' } : {};
  response.writeHead(status, {
    'content-type': type,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...retry,
  });
  response.end(body);
}

/**
 * Serves /health/live, /health/ready and /metrics of a process that has no API of its own (agents, the bot). Rejects when
 * the address cannot be listened on. No request creates anything or fails unanswered.
 */
export async function startHealthServer(options: HealthServerOptions): Promise<HealthServer> {
  const { logger } = options;
  const server = createServer((request, response) => {
    const path = (request.url ?? '/').split('?', 1)[0] ?? '/';
    answer({ method: request.method ?? 'GET', path }, options).then(
      (found) => send(response, found),
      (error: unknown) => {
        logger.error('A health request failed', { event: 'HEALTH_FAILED', path, error });
        send(response, problem(500, 'INTERNAL_ERROR', 'The health of this process could not be told; see its log.'));
      },
    );
  });
  server.requestTimeout = 10_000;
  server.headersTimeout = 5_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host: options.host, port: options.port }, () => {
      server.off('error', reject);
      resolve();
    });
  });
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
