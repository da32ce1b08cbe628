import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { addressKind } from './outbound-address.ts';

/** Every address of a host name. */
export type ResolveHost = (hostname: string) => Promise<LookupAddress[]>;

/** What outgoing requests may do. */
export type OutboundPolicy = {
  /** May they go to private addresses, this machine included? */
  allowPrivate: boolean;
  /** May they go to this machine without TLS? */
  allowLoopbackHttp: boolean;
  /** For everything: name, connection, answer. */
  timeoutMs: number;
  resolve?: ResolveHost;
};

export type WebhookMessage = { headers: Record<string, string>; body: string };

/** The status of the answer, or why there is none: a sentence with the host, never with the rest of the address. */
export type WebhookAnswer = { status: number } | { error: string };

/** As much of an answer as is read, and thrown away, so that a polite receiver can finish. */
const MAX_ANSWER_BYTES = 4096;

/**
 * Posts once and never follows a redirect. The host's addresses are looked up once, checked, and connected to as
 * checked: a name that points elsewhere a moment later leads nowhere else. Never rejects.
 */
export async function postWebhook(url: URL, message: WebhookMessage, policy: OutboundPolicy): Promise<WebhookAnswer> {
  const signal = AbortSignal.timeout(policy.timeoutMs);
  try {
    const addresses = await untilAborted(addressesOf(url, policy.resolve), signal);
    const refusal = refusalOf(url, addresses, policy);
    if (refusal !== undefined) return { error: refusal };
    return { status: await exchange(url, message, { signal, addresses }) };
  } catch (error) {
    if (signal.aborted) return { error: `${url.host} did not answer within ${policy.timeoutMs / 1000} s` };
    return { error: `no answer from ${url.host}: ${codeOf(error)}` };
  }
}

async function addressesOf(url: URL, resolve: ResolveHost = lookUpAll): Promise<LookupAddress[]> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  const family = isIP(host);
  return family === 0 ? resolve(host) : [{ address: host, family }];
}

function lookUpAll(hostname: string): Promise<LookupAddress[]> {
  return lookup(hostname, { all: true });
}

/** Why the request may not be made; undefined when it may. One bad address among good ones is enough. */
function refusalOf(url: URL, addresses: LookupAddress[], policy: OutboundPolicy): string | undefined {
  const kinds = new Set(addresses.map(({ address }) => addressKind(address)));
  const onlyLoopback = kinds.size === 1 && kinds.has('loopback');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && onlyLoopback && policy.allowLoopbackHttp)) {
    return `${url.host} is not asked: a webhook needs https, except on this machine outside production`;
  }
  if (!policy.allowPrivate && (kinds.has('private') || kinds.has('loopback'))) {
    return `${url.host} is not asked: it leads to a private address, which OUTBOUND_ALLOW_PRIVATE forbids`;
  }
  return addresses.length === 0 ? `${url.host} has no address` : undefined;
}

type Connection = { signal: AbortSignal; addresses: LookupAddress[] };

function exchange(url: URL, { headers, body }: WebhookMessage, { signal, addresses }: Connection): Promise<number> {
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const request = send(url, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      // No pool: a kept connection would outlive the check of its address.
      agent: false,
      lookup: checkedLookup(addresses),
      signal,
    });
    request.on('error', reject);
    request.on('response', (response) => {
      // The status decides: a body that never ends must not make a delivered alert an undelivered one.
      const settle = () => resolve(response.statusCode ?? 0);
      request.removeListener('error', reject).on('error', settle);
      discard(response, settle);
    });
    request.end(body);
  });
}

function checkedLookup(addresses: LookupAddress[]): LookupFunction {
  return (_hostname, options, callback) => {
    if (options.all === true) return callback(null, addresses);
    return callback(null, addresses[0]?.address ?? '', addresses[0]?.family);
  };
}

function discard(response: IncomingMessage, done: () => void): void {
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes >= MAX_ANSWER_BYTES) response.destroy();
  });
  response.on('error', done);
  response.on('close', done);
}

function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
    promise.then(resolve, reject);
  });
}

/** Messages of network errors may repeat the address; their codes do not. */
function codeOf(error: unknown): string {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'string' && /^[A-Z0-9_]+$/.test(code) ? code : 'the connection failed';
}
