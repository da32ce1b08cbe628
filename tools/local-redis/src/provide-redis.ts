import { type ManagedRedisOptions, type ProvidedRedis, startManagedRedis } from './managed-redis.ts';
import { isNewEnough, OLDEST_REDIS } from './redis-binary.ts';
import { connectRedis } from './redis-client.ts';

/**
 * The Redis to use: REDIS_URL if set, and then nothing else, however wrong it is; otherwise the managed one.
 * Rejects with code REDIS_URL_UNUSABLE (host, port and cause in the message), REDIS_URL_REQUIRED (NODE_ENV=production
 * starts no server of its own), or as startManagedRedis().
 */
export async function provideRedis(options: ManagedRedisOptions): Promise<ProvidedRedis> {
  const url = options.environment['REDIS_URL'];
  if (url !== undefined && url !== '') return checkedUrl(url);
  if (options.environment['NODE_ENV'] !== 'production') return startManagedRedis(options);
  const message =
    'REDIS_URL is not set. With NODE_ENV=production no local Redis is started: set REDIS_URL=redis://HOST:6379/0';
  throw Object.assign(new Error(message), { code: 'REDIS_URL_REQUIRED' });
}

async function checkedUrl(url: string): Promise<ProvidedRedis> {
  const address = URL.canParse(url) ? new URL(url) : undefined;
  if (address === undefined || !['redis:', 'rediss:'].includes(address.protocol)) {
    throw unusable('it is not of the form redis://[USER:PASSWORD@]HOST:PORT/DATABASE (rediss:// for TLS)');
  }
  const place = `${address.hostname}:${address.port === '' ? 6379 : address.port}`;
  try {
    const client = await connectRedis(url);
    const info = String(await client.command('INFO', 'server').finally(() => client.close()));
    const version = /^redis_version:(\S+)/m.exec(info)?.[1];
    if (version !== undefined && !isNewEnough(version)) {
      throw new Error(`it is Redis ${version}; ${OLDEST_REDIS} or later is needed`);
    }
  } catch (error) {
    throw unusable(`${place}: ${causeOf(error)}`);
  }
  return {
    url,
    description: `${place}, from REDIS_URL`,
    owned: false,
    untilExit: () => new Promise(() => undefined),
    stop: () => Promise.resolve(),
  };
}

/** A refused connection to a name with several addresses comes as an AggregateError without a message. */
function causeOf(error: unknown): string {
  if (error instanceof AggregateError) return error.errors.map(causeOf).join(', ');
  return error instanceof Error ? error.message : String(error);
}

function unusable(reason: string): Error {
  const message = `REDIS_URL cannot be used: ${reason}. Correct it, or unset it to have a local Redis started.`;
  return Object.assign(new Error(message), { code: 'REDIS_URL_UNUSABLE' });
}
