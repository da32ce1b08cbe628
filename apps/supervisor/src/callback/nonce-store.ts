import type { Redis } from 'ioredis';

/** A value a sender may use once: nonce or webhook id, bound to the key that signed. */
export type OneTimeValue = {
  keyId: string;
  value: string;
  /** SHA-256 of the body it came with. */ bodyDigest: string;
};

/**
 * `new`: nobody used it. Otherwise it was used: with the same body and its work is done, with the same body but nobody
 * said that the work was done, or with another body.
 */
export type ClaimOutcome = 'new' | 'done' | 'unfinished' | 'other_body';

/** Remembers one-time values over every supervisor. Methods reject when the store is away; there is no second store. */
export type NonceStore = {
  /** Takes the value for `ttlSeconds`, at least one; of any number of callers exactly one gets `new`. */
  claim(oneTime: OneTimeValue, ttlSeconds: number): Promise<ClaimOutcome>;
  /** Marks the work of a claimed value as done. */
  finish(oneTime: OneTimeValue): Promise<void>;
};

/** The store all supervisors share. The keys carry the hash tag of the app's other keys. */
export function createRedisNonceStore(redis: Redis): NonceStore {
  return {
    async claim(oneTime, ttlSeconds) {
      const key = keyOf(oneTime);
      const taken = await redis.set(key, `open:${oneTime.bodyDigest}`, 'EX', Math.max(1, ttlSeconds), 'NX');
      if (taken === 'OK') return 'new';
      return outcomeOf((await redis.get(key)) ?? '', oneTime);
    },
    async finish(oneTime) {
      await redis.set(keyOf(oneTime), `done:${oneTime.bodyDigest}`, 'KEEPTTL', 'XX');
    },
  };
}

function keyOf({ keyId, value }: OneTimeValue): string {
  return `{nexus}:nonce:${keyId}:${value}`;
}

/** What a remembered value says about a second use. */
export function outcomeOf(stored: string, { bodyDigest }: OneTimeValue): ClaimOutcome {
  if (stored === `done:${bodyDigest}`) return 'done';
  return stored === `open:${bodyDigest}` ? 'unfinished' : 'other_body';
}
