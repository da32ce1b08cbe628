import { Pool } from 'undici';
import { Exchange } from './exchange.ts';
import { reasonOf, transportFault } from './transport-fault.ts';

/** A POST of JSON. `url` is absolute; the signal ends it at once, wherever it is. */
export type WireRequest = { url: string; headers: Record<string, string>; body: string; signal: AbortSignal };

export type TransportOptions = {
  /** Connections to one origin at most; further calls wait for a free one, inside their own deadline. */
  connections: number;
};

/** Keep-alive connections to every provider. Never retries, never follows redirects, has no timeouts but connecting. */
export type Transport = {
  /**
   * Resolves when status and headers are there. The caller must read the body to its end, `release()` or `destroy()` it.
   * Rejects with a TransportFault only.
   */
  open(request: WireRequest): Promise<Exchange>;
  /** Ends every connection; calls under way fail as cut. Idempotent. */
  close(): Promise<void>;
};

const CONNECT_TIMEOUT_MS = 10_000;
/**
 * Idle connections are kept this long. Public providers keep theirs for minutes and a TLS handshake is dear; servers on
 * the local network close after 5 s without saying so, and a request on a closing socket fails. A server's own
 * `Keep-Alive` hint is honoured in both cases.
 */
const KEEP_ALIVE_MS = { 'https:': 30_000, 'http:': 4_000 } as const;

/** Creates the connections. One per process: the pools are shared by all providers and keys. */
export function createTransport({ connections }: TransportOptions): Transport {
  const pools = new Map<string, Pool>();
  const places = new Map<string, { origin: string; path: string }>();

  function placeOf(url: string): { origin: string; path: string } {
    const known = places.get(url);
    if (known !== undefined) return known;
    const { origin, pathname, search } = new URL(url);
    const place = { origin, path: pathname + search };
    // Model names of callers are part of some URLs: they must not grow this without bound.
    if (places.size < 200) places.set(url, place);
    return place;
  }

  function poolOf(origin: string): Pool {
    const known = pools.get(origin);
    if (known !== undefined) return known;
    const keepAliveTimeout = origin.startsWith('https:') ? KEEP_ALIVE_MS['https:'] : KEEP_ALIVE_MS['http:'];
    const pool = new Pool(origin, {
      connections,
      pipelining: 1,
      // Over HTTP/2 calls share a socket, and closing one's own would end the others'.
      allowH2: false,
      // The call's own deadline is the only clock.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout,
      connect: { timeout: CONNECT_TIMEOUT_MS },
    });
    pools.set(origin, pool);
    return pool;
  }

  function open(request: WireRequest): Promise<Exchange> {
    if (request.signal.aborted) return Promise.reject(transportFault('aborted', false, 'signal'));
    const exchange = new Exchange(request.signal);
    const opened = exchange.opened();
    dispatch(request, exchange);
    return opened;
  }

  function dispatch({ url, headers, body }: WireRequest, exchange: Exchange): void {
    try {
      const { origin, path } = placeOf(url);
      poolOf(origin).dispatch({ method: 'POST', path, headers, body }, exchange);
    } catch (error) {
      exchange.onResponseError(undefined, transportFault('unsendable', false, reasonOf(error)));
    }
  }

  async function close(): Promise<void> {
    await Promise.all([...pools.values()].map((pool) => pool.destroy()));
    pools.clear();
  }

  return { open, close };
}
