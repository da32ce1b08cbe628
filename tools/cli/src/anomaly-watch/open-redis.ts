import { provideRedis, type ProvidedRedis } from '@nexus/local-redis';
import { connectRedis, pingRedis } from '@nexus/runtime';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { CommandContext } from '../command.ts';
import { failureWithCode } from '../failure-with-code.ts';
import { stackSettings } from '../stack/stack-settings.ts';
import type { Redis } from './open-sources.ts';

/** A connection, or none where none is needed. `close` also ends a Redis that was started for it. */
export type OpenedRedis = { redis: Redis | undefined; close: () => Promise<void> };

const PATIENCE_MS = 2000;
const none: OpenedRedis = { redis: undefined, close: () => Promise.resolve() };

/**
 * The Redis of REDIS_URL, else the local one of this installation. `optional`: it is asked only where REDIS_URL names it,
 * and done without when it does not answer. Otherwise rejects with a sentence for people.
 */
export async function openRedis(
  { environment, root }: CommandContext,
  { optional, report }: { optional: boolean; report: (line: string) => void },
): Promise<OpenedRedis> {
  const isNamed = (environment['REDIS_URL'] ?? '') !== '';
  const { dataDirectory } = stackSettings(environment, root);
  if (optional && !isNamed) return none;
  // To start a Redis only to find nothing in it would be a strange answer to a question.
  if (!isNamed && !existsSync(join(dataDirectory, 'redis'))) {
    throw failureWithCode(
      'REDIS_UNREACHABLE',
      'There is nothing to watch here: Nexus never ran in this folder. Set REDIS_URL, or give --ledger FILE and --audit FILE.',
    );
  }
  try {
    return await connected(await provideRedis({ environment, dataDirectory, report }));
  } catch (error) {
    if (optional) return none;
    throw error;
  }
}

async function connected(provided: ProvidedRedis): Promise<OpenedRedis> {
  // Commands that fail tell; the same outage need not be told twice.
  const onError = (): void => undefined;
  const redis = connectRedis({ url: provided.url, purpose: 'request', name: 'nexus-anomaly-watch', onError });
  const close = async (): Promise<void> => {
    redis.disconnect();
    await provided.stop();
  };
  if ((await pingRedis(redis, PATIENCE_MS)).ok) return { redis, close };
  await close();
  throw redisAway();
}

/** What a command says that Redis left in the middle. */
export function redisAway(): Error {
  return failureWithCode('REDIS_UNREACHABLE', 'Redis does not answer, so nothing can be said. Check REDIS_URL.');
}

/** Whether a command failed because Redis is away, as ioredis words it. */
export function isRedisAway(error: unknown): boolean {
  return (
    error instanceof Error &&
    /Connection is closed|Command timed out|max retries|ECONN|enableOfflineQueue/i.test(error.message)
  );
}
