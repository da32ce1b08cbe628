import { bindRelease } from '@nexus/runtime';
import type { Redis } from 'ioredis';
import { createHash } from 'node:crypto';

/**
 * Tells each anomaly once, over all processes: claim → deliver → commit, or release when it could not be delivered. A
 * claim whose process died ends by itself after a minute. Methods reject when the store is away.
 */
export type ToldAnomalies = {
  /** True for the one who may tell it now. */
  claim: (key: string) => Promise<boolean>;
  /** It was told: nobody tells it again for `seconds`. */
  commit: (key: string, seconds: number) => Promise<void>;
  /** It was not told: the next one may try. Does nothing to somebody else's claim. */
  release: (key: string) => Promise<void>;
};

const CLAIM_SECONDS = 60;

/** `receiver` names who is told: a chat and a webhook are told each. `owner` is this process, or one run of it. */
export function createToldAnomalies(
  redis: Redis,
  { receiver, owner }: { receiver: string; owner: string },
): ToldAnomalies {
  const release = bindRelease(redis);
  const keyOf = (key: string) => `{nexus}:anomaly:told:${receiver}:${plain(key)}`;
  return {
    claim: async (key) => (await redis.set(keyOf(key), owner, 'EX', CLAIM_SECONDS, 'NX')) === 'OK',
    commit: async (key, seconds) => void (await redis.set(keyOf(key), 'told', 'EX', Math.max(1, Math.ceil(seconds)))),
    release: (key) => release(keyOf(key), owner),
  };
}

/** Scopes hold what callers write: length would cost memory, braces would move the key in a cluster. */
function plain(key: string): string {
  if (key.length <= 100 && /^[^{}\s]+$/.test(key)) return key;
  return `sha256-${createHash('sha256').update(key).digest('hex')}`;
}
