import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

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

/** KEYS 1 claim · ARGV 1 owner */
const RELEASE = `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`;

/** `receiver` names who is told: a chat and a webhook are told each. `owner` is this process, or one run of it. */
export function createToldAnomalies(
  redis: Redis,
  { receiver, owner }: { receiver: string; owner: string },
): ToldAnomalies {
  const keyOf = (key: string) => `{nexus}:anomaly:told:${receiver}:${plain(key)}`;
  return {
    claim: async (key) => (await redis.set(keyOf(key), owner, 'EX', CLAIM_SECONDS, 'NX')) === 'OK',
    commit: async (key, seconds) => void (await redis.set(keyOf(key), 'told', 'EX', Math.max(1, Math.ceil(seconds)))),
    release: async (key) => void (await redis.eval(RELEASE, 1, keyOf(key), owner)),
  };
}

/** Scopes hold what callers write: length would cost memory, braces would move the key in a cluster. */
function plain(key: string): string {
  if (key.length <= 100 && /^[^{}\s]+$/.test(key)) return key;
  return `sha256-${createHash('sha256').update(key).digest('hex')}`;
}
