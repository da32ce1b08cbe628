import { connect as connectPlain, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

/** An answer of Redis: error answers are thrown as Error with the server's text as message. */
export type RedisReply = string | number | null | readonly RedisReply[];

/** One connection that answers commands in the order they were sent. */
export interface RedisClient {
  /** Rejects with the server's error text, or when the connection ends first. */
  command(...words: string[]): Promise<RedisReply>;
  close(): void;
}

/** A reply and where the next one starts; undefined while bytes are still missing. */
type Parsed = { readonly value: RedisReply | Error; readonly next: number } | undefined;

/**
 * Connects to `redis://` or `rediss://` with the URL's user, password and database. Just enough of the protocol to ask a
 * server who it is, so that this package needs nothing installed; the product's own connections are ioredis.
 * Rejects when there is no answer within `timeout` milliseconds, or the login is refused.
 */
export async function connectRedis(url: string, timeout = 5_000): Promise<RedisClient> {
  const { protocol, hostname, port, username, password, pathname } = new URL(url);
  const address = { host: hostname.replace(/^\[|\]$/g, ''), port: port === '' ? 6379 : Number(port) };
  const socket = protocol === 'rediss:' ? connectTls({ ...address, servername: address.host }) : connectPlain(address);
  const client = clientOn(socket, timeout);
  try {
    const login = [username, password].filter((word) => word !== '').map(decodeURIComponent);
    if (password !== '') await client.command('AUTH', ...login);
    if (/^\/\d+$/.test(pathname) && pathname !== '/0') await client.command('SELECT', pathname.slice(1));
    return client;
  } catch (error) {
    client.close();
    throw error;
  }
}

function clientOn(socket: Socket, timeout: number): RedisClient {
  const waiting: { resolve: (reply: RedisReply) => void; reject: (error: Error) => void }[] = [];
  let received = Buffer.alloc(0);
  let ended: Error | undefined;

  function fail(error: Error): void {
    ended ??= error;
    socket.destroy();
    for (const { reject } of waiting.splice(0)) reject(ended);
  }
  socket.setTimeout(timeout, () => fail(new Error(`no answer within ${timeout} ms`)));
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection was closed')));
  function take(chunk: Buffer): void {
    received = Buffer.concat([received, chunk]);
    for (let parsed = parseReply(received, 0); parsed !== undefined; parsed = parseReply(received, 0)) {
      received = received.subarray(parsed.next);
      const first = waiting.shift();
      if (parsed.value instanceof Error) first?.reject(parsed.value);
      else first?.resolve(parsed.value);
    }
  }
  socket.on('data', (chunk) => {
    try {
      take(chunk);
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)));
    }
  });
  return {
    command(...words) {
      if (ended !== undefined) return Promise.reject(ended);
      const parts = words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`);
      return new Promise((resolve, reject) => {
        waiting.push({ resolve, reject });
        socket.write(`*${words.length}\r\n${parts.join('')}`);
      });
    },
    close: () => fail(new Error('the connection was closed')),
  };
}

/** RESP 2, https://redis.io/docs/latest/develop/reference/protocol-spec/. */
function parseReply(bytes: Buffer, start: number): Parsed {
  const end = bytes.indexOf('\r\n', start);
  if (end < 0) return undefined;
  const kind = String.fromCharCode(bytes[start] ?? 0);
  const line = bytes.toString('utf8', start + 1, end);
  const next = end + 2;
  if (kind === '+') return { value: line, next };
  if (kind === '-') return { value: new Error(line), next };
  if (kind === ':') return { value: Number(line), next };
  if (kind === '*') return parseArray(bytes, { length: Number(line), next });
  if (kind !== '$') throw new Error('the server does not speak the Redis protocol');
  const length = Number(line);
  if (length < 0) return { value: null, next };
  if (bytes.length < next + length + 2) return undefined;
  return { value: bytes.toString('utf8', next, next + length), next: next + length + 2 };
}

function parseArray(bytes: Buffer, { length, next }: { length: number; next: number }): Parsed {
  if (length < 0) return { value: null, next };
  const items: RedisReply[] = [];
  let position = next;
  for (let index = 0; index < length; index++) {
    const item = parseReply(bytes, position);
    if (item === undefined) return undefined;
    if (item.value instanceof Error) return { value: item.value, next: item.next };
    items.push(item.value);
    position = item.next;
  }
  return { value: items, next: position };
}
