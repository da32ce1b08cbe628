import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { anthropicWire } from './anthropic/anthropic-wire.ts';
import { compatibleWire } from './compatible/compatible-wire.ts';
import type { LlmSimulatorOptions } from './llm-simulator-options.ts';
import { answerRequest } from './answer-request.ts';
import { controlRequest } from './control-request.ts';
import { createFaultScript } from './fault-script.ts';
import type { Fault } from './fault.ts';
import { geminiWire } from './gemini/gemini-wire.ts';
import { glmWire } from './glm/glm-wire.ts';
import { createHitLog, type Hit } from './hits.ts';
import { isObject, parseJson } from './json-value.ts';
import { openaiWire } from './openai/openai-wire.ts';
import type { ProviderWire } from './provider-wire.ts';
import { headersOf, readBody } from './read-request.ts';
import { SIMULATED_PROVIDERS, type SimulatedProvider } from './simulated-provider.ts';
import type { Exchange } from './write-response.ts';

const WIRES: readonly ProviderWire[] = [geminiWire, openaiWire, anthropicWire, glmWire, compatibleWire];

/** The providers' APIs on one loopback server. They answer without a model: an echo, or a document that fits the schema. */
export interface LlmSimulator {
  readonly url: string;
  readonly port: number;
  /** What the providers' base URL settings (`*_API_BASE`) are set to. */
  readonly bases: Readonly<Record<SimulatedProvider, string>>;
  /** The provider's next requests take one fault each, in this order, after those already waiting. */
  readonly script: (provider: SimulatedProvider, faults: readonly Fault[]) => void;
  /** What the provider does when its script is used up; without a fault: the usual. */
  readonly always: (provider: SimulatedProvider, fault?: Fault) => void;
  /** Requests since the start or the last reset, the oldest first; at most the last 2,000, fewer if they are large. */
  readonly hits: (provider: SimulatedProvider) => Hit[];
  /** Their number, those no longer kept included. */
  readonly hitCount: (provider: SimulatedProvider) => number;
  /** Resolves when that many requests have arrived, whatever becomes of them. */
  readonly arrived: (provider: SimulatedProvider, count: number) => Promise<void>;
  /** Resolves when no request is open: each is answered, cut, or given up by its client. A hang that nobody ends keeps it waiting. */
  readonly settled: () => Promise<void>;
  /** Forgets scripts, `always` and hits; requests that are open go on. */
  readonly reset: () => void;
  /** Cuts what is open and frees the port. */
  readonly close: () => Promise<void>;
}

/** Starts the server on 127.0.0.1. Fails with EADDRINUSE if the port is taken. */
export async function startLlmSimulator(options: LlmSimulatorOptions = {}): Promise<LlmSimulator> {
  const {
    port = 0,
    providers = SIMULATED_PROVIDERS,
    delayMs = 0,
    wait = waitOnClock,
    now = () => new Date(),
  } = options;
  const log = createHitLog();
  const faults = createFaultScript();
  let sequence = 0;

  async function onRequest(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readBody(request);
    const url = new URL(request.url ?? '/', 'http://localhost');
    const [, prefix = ''] = url.pathname.split('/');
    const wire = WIRES.find((one) => one.prefix === prefix && providers.includes(one.name));
    if (wire === undefined) return controlRequest(simulator, { request, response, url, text });
    const headers = headersOf(request);
    const method = request.method ?? 'GET';
    const body = text === '' ? {} : parseJson(text);
    const seen = { provider: wire.name, method, path: `${url.pathname}${url.search}`, headers, body: body ?? text };
    const hit = log.begin(seen, text.length);
    const gone = new AbortController();
    let cut = false;
    response.on('close', () => {
      gone.abort();
      hit.end({
        status: response.headersSent ? response.statusCode : undefined,
        aborted: !response.writableFinished && !cut,
      });
    });
    sequence += 1;
    const path = url.pathname.slice(prefix.length + 1);
    const call = {
      method,
      path,
      query: url.searchParams,
      headers,
      body: isObject(body) ? body : undefined,
      sequence,
      now: now(),
    };
    const exchange: Exchange = {
      response,
      wire,
      call,
      wait: (milliseconds) => wait(milliseconds, gone.signal),
      cut: () => {
        cut = true;
        response.destroy();
      },
    };
    const fault = faults.take(wire.name);
    if (delayMs > 0) await exchange.wait(delayMs);
    await answerRequest(exchange, fault);
  }

  const server = createServer({ keepAliveTimeout: 60_000, noDelay: true }, (request, response) => {
    onRequest(request, response).catch((error: unknown) => failLoudly(response, error));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address() as AddressInfo;
  const url = `http://127.0.0.1:${address.port}`;
  const bases = Object.fromEntries(WIRES.map(({ name, prefix, base }) => [name, `${url}/${prefix}${base}`]));
  const simulator: LlmSimulator = {
    url,
    port: address.port,
    bases: bases as Record<SimulatedProvider, string>,
    script: faults.append,
    always: faults.always,
    hits: log.of,
    hitCount: log.count,
    arrived: log.arrived,
    settled: log.settled,
    reset: () => {
      faults.clear();
      log.clear();
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return simulator;
}

/** A wait the client ends by hanging up is over, not failed. */
async function waitOnClock(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}

/** A fault of the simulator itself must not look like one of a provider. */
function failLoudly(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  response.writeHead(500, { 'content-type': 'text/plain; charset=utf-8' });
  response.end(`The simulator itself failed: ${error instanceof Error ? error.message : String(error)}\n`);
}
