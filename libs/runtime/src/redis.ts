import { Redis } from 'ioredis';
import type { RedisOptions } from 'ioredis';

/** `request` = serves somebody who waits: fails fast. `blocking` = waits for work and for Redis as long as it takes. */
export type RedisPurpose = 'request' | 'blocking';

export type RedisConnectionOptions = {
  /** redis:// or rediss://, with user, password and database number where needed. */
  url: string;
  purpose: RedisPurpose;
  /** Shown by CLIENT LIST; letters, digits, `-`, `.` and `:`. */
  name: string;
  /** Told once of each different error of an outage, not of every attempt to reconnect. Messages never hold the password. */
  onError: (error: Error) => void;
  /** Told each time the connection is ready, also after an outage. */
  onReady?: () => void;
};

/** A command on a request connection has an answer or an error within this time, also when Redis is stopped. */
export const COMMAND_TIMEOUT_MS = 1500;
const CONNECT_TIMEOUT_MS = 2000;
/** A closed connection that the other side does not close is cut after this. */
const DISCONNECT_TIMEOUT_MS = 500;
/** A connection that says nothing for this long while answers are due is dead, e.g. behind a cut cable. */
const SOCKET_TIMEOUT_MS = 6000;
const KEEP_ALIVE_MS = 10_000;

/** Milliseconds before the `attempt`th reconnect: quick at first, never more than two seconds apart, endless. */
export function reconnectDelay(attempt: number): number {
  return Math.min(2000, 50 * 2 ** Math.min(attempt - 1, 10));
}

type Options = Omit<RedisOptions, 'replyMapping'>;

function optionsFor({ purpose, name }: RedisConnectionOptions): Options {
  const always: Options = {
    connectionName: name,
    connectTimeout: CONNECT_TIMEOUT_MS,
    disconnectTimeout: DISCONNECT_TIMEOUT_MS,
    keepAlive: KEEP_ALIVE_MS,
    retryStrategy: reconnectDelay,
    // A failover leaves the old primary read-only: reconnect, and send that command again.
    reconnectOnError: (error) => (error.message.startsWith('READONLY') ? 2 : false),
  };
  if (purpose === 'blocking') return { ...always, maxRetriesPerRequest: null };
  return {
    ...always,
    // 0: when the connection breaks, what was sent fails at once with an unknown outcome. Sending it again could do it twice.
    maxRetriesPerRequest: 0,
    commandTimeout: COMMAND_TIMEOUT_MS,
    socketTimeout: SOCKET_TIMEOUT_MS,
    autoResendUnfulfilledCommands: false,
  };
}

/** Checks a Redis URL before anything connects: ioredis takes a typing error for a socket path and tries for ever. */
function assertRedisUrl(url: string): void {
  const valid = URL.canParse(url) && ['redis:', 'rediss:'].includes(new URL(url).protocol);
  if (!valid) throw new Error('REDIS_URL is not a Redis address. Write redis://host:6379/0 or rediss://…');
}

/**
 * Opens a connection that reconnects for ever. Returns at once; commands before the first connection wait for it (at
 * most the command timeout on a request connection), afterwards a request connection refuses at once while Redis is
 * away. Throws only for a URL that is none. Close it with `quit()` or `disconnect()`.
 */
export function connectRedis(options: RedisConnectionOptions): Redis {
  assertRedisUrl(options.url);
  const redis = new Redis(options.url, optionsFor(options));
  const told = new Set<string>();
  redis.on('error', (error: Error) => {
    if (told.has(error.message)) return;
    told.add(error.message);
    options.onError(error);
  });
  redis.on('ready', () => {
    told.clear();
    options.onReady?.();
  });
  if (options.purpose === 'request') {
    writeOncePerTurn(redis);
    const refuseWhileAway = () => {
      redis.options.enableOfflineQueue = false;
    };
    redis.once('ready', refuseWhileAway);
    redis.once('close', refuseWhileAway);
  }
  return redis;
}

/**
 * Commands of one turn of the event loop leave in one write, also those of different callers: under load a write to the
 * socket costs more than everything else a command does. Nobody waits for it longer than for the turn to end.
 */
function writeOncePerTurn(redis: Redis): void {
  const sendNow = redis.sendCommand.bind(redis);
  let corked: Redis['stream'] | undefined;
  redis.sendCommand = (command, stream) => {
    const socket = redis.stream as Redis['stream'] | undefined;
    if (socket !== undefined && socket !== corked && socket.writable) {
      corked = socket;
      socket.cork();
      setImmediate(() => {
        if (corked === socket) corked = undefined;
        socket.uncork();
      });
    }
    return sendNow(command, stream);
  };
}

async function within<Value>(promise: Promise<Value>, milliseconds: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Answers within the time whether Redis does. Never rejects. */
export async function pingRedis(redis: Redis, timeoutMs = 250): Promise<{ ok: boolean; message?: string }> {
  try {
    await within(redis.ping(), timeoutMs);
    return { ok: true };
  } catch (error) {
    return { ok: false, message: `Redis does not answer: ${error instanceof Error ? error.message : String(error)}` };
  }
}

const OLDEST = [6, 2] as const;

function tooOld(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
}

/** CONFIG and INFO are forbidden on some managed services; what may not be read is not held against them. */
async function readPermitted<Value>(read: Promise<Value>): Promise<Value | undefined> {
  try {
    return await read;
  } catch (error) {
    if (error instanceof Error && /^(NOPERM|ERR unknown command)/i.test(error.message)) return undefined;
    throw error;
  }
}

async function inspect(redis: Redis): Promise<{ ok: boolean; message?: string }> {
  const [policy, info] = await Promise.all([
    readPermitted(redis.config('GET', 'maxmemory-policy')),
    readPermitted(redis.info('server')),
  ]);
  const evicts = policy?.[1];
  if (evicts !== undefined && evicts !== 'noeviction') {
    return { ok: false, message: `Redis may evict tasks: set maxmemory-policy to noeviction (it is ${evicts}).` };
  }
  const version = /redis_version:([0-9.]+)/.exec(info ?? '')?.[1];
  if (version !== undefined && tooOld(version)) {
    return { ok: false, message: `Redis ${version} is too old: use 6.2 or later.` };
  }
  return { ok: true };
}

/** Is this Redis fit to keep tasks: does it answer, evict nothing and speak a new enough version? Never rejects. */
export async function redisHealth(redis: Redis, timeoutMs = 250): Promise<{ ok: boolean; message?: string }> {
  try {
    const answers = await pingRedis(redis, timeoutMs);
    return answers.ok ? await within(inspect(redis), timeoutMs * 4) : answers;
  } catch (error) {
    return { ok: false, message: `Redis does not answer: ${error instanceof Error ? error.message : String(error)}` };
  }
}
