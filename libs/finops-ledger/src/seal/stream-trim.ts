import type { Redis } from 'ioredis';

/**
 * How many entries were ever taken out of a stream, by whatever. Redis tells since 7.0; before that it is not known. A
 * stream that was removed and begun again counts from 0.
 */
export async function removedFrom(redis: Redis, key: string): Promise<number | undefined> {
  try {
    const facts = (await redis.xinfo('STREAM', key)) as unknown[];
    const added = facts.indexOf('entries-added');
    return added === -1 ? undefined : Number(facts[added + 1]) - Number(facts[facts.indexOf('length') + 1]);
  } catch (error) {
    if (error instanceof Error && error.message.includes('no such key')) return undefined;
    throw error;
  }
}

/** Takes entries up to and with `id` out of a stream; answers how many there were. */
export async function trimUpTo(redis: Redis, key: string, id: string): Promise<number> {
  const [ms = '', number = '0'] = id.split('-');
  return redis.xtrim(key, 'MINID', '=', `${ms}-${BigInt(number) + 1n}`);
}
