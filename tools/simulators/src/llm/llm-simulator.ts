import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { anthropicWire } from './anthropic/anthropic-wire.ts';
import { compatibleWire } from './compatible/compatible-wire.ts';
import { controlRequest } from './control-request.ts';
import { deliver, type Exchange, sendFailure, sendJson } from './deliver.ts';
import { type Fault, isErrorFault } from './fault.ts';
import { geminiWire } from './gemini/gemini-wire.ts';
import { glmWire } from './glm/glm-wire.ts';
import { createHitLog, type Hit } from './hits.ts';
import { isObject, parseJson } from './json-value.ts';
import { openaiWire } from './openai/openai-wire.ts';
import { checkFault } from './parse-fault.ts';
import type { Call, ProviderWire } from './provider-wire.ts';
import { SIMULATED_PROVIDERS, type SimulatedProvider } from './simulated-provider.ts';

const WIRES: readonly ProviderWire[] = [geminiWire, openaiWire, anthropicWire, glmWire, compatibleWire];

export interface LlmSimulatorOptions {
  /** Loopback port; 0, the default, takes a free one. */
  readonly port?: number;
  /** All by default; the paths of the others do not exist. */
  readonly providers?: readonly SimulatedProvider[];
  /** Every answer waits that long first; 0 by default. */
  readonly delayMs?: number;
  /** How waits are waited (delayMs, slow, slowStream): resolves after the milliseconds, or early when the client has hung up. */
  readonly wait?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** The clock of dates in answers and headers. */
  readonly now?: () => Date;
}

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
  /** Requests since the start or the last reset, the oldest first; at most the last 2,000. */
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
  const scripts = new Map<SimulatedProvider, Fault[]>();
  const habits = new Map<SimulatedProvider, Fault>();
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
    const hit = log.begin({
      provider: wire.name,
      method,
      path: `${url.pathname}${url.search}`,
      headers,
      body: body ?? text,
    });
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
    const fault = scripts.get(wire.name)?.shift() ?? habits.get(wire.name);
    if (delayMs > 0) await exchange.wait(delayMs);
    await answer(exchange, call, fault);
  }

  const server = createServer({ keepAliveTimeout: 60_000, noDelay: true }, (request, response) => {
    onRequest(request, response).catch((error: unknown) =>
      response.destroy(error instanceof Error ? error : undefined),
    );
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
    script: (provider, faults) => {
      const checked = faults.map((fault) => checkFault(fault, provider));
      scripts.set(provider, [...(scripts.get(provider) ?? []), ...checked]);
    },
    always: (provider, fault) => {
      if (fault === undefined) habits.delete(provider);
      else habits.set(provider, checkFault(fault, provider));
    },
    hits: log.of,
    hitCount: log.count,
    arrived: log.arrived,
    settled: log.settled,
    reset: () => {
      scripts.clear();
      habits.clear();
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

/** What the provider says to a request: first about its path, its key and its body, then what was scripted. */
async function answer(exchange: Exchange, call: Call, fault: Fault | undefined): Promise<void> {
  const { wire } = exchange;
  const door = wire.door(call);
  const models = wire.models(call);
  if (door === undefined && models === undefined) return sendFailure(exchange, { kind: 'noSuchPath' });
  if (!wire.hasKey(call)) return sendFailure(exchange, { kind: 'missingKey' });
  if (door === undefined) {
    return fault !== undefined && isErrorFault(fault) ? sendFailure(exchange, fault) : sendJson(exchange, models);
  }
  if (call.body === undefined)
    return sendFailure(exchange, { kind: 'badRequest', message: 'We could not parse the JSON body of your request.' });
  const problem = door.check(call);
  return problem === undefined ? deliver(exchange, door, fault) : sendFailure(exchange, problem);
}

async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function headersOf({ headers }: IncomingMessage): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)]));
}

/** A wait the client ends by hanging up is over, not failed. */
async function waitOnClock(milliseconds: number, signal: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, { signal }).catch(() => undefined);
}
