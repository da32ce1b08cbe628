import { bindRedisScripts, bindRelease } from '@nexus/runtime';
import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';

/**
 * May this alert be told? Allowed: `ttl_seconds` is how long equal ones will be suppressed, `suppressed` how many were
 * since the last one told. Refused: the seconds left, and the count with this one in it.
 */
export type AlertClaim = { allowed: boolean; ttl_seconds: number; suppressed: number };

/**
 * Tells equal alerts once, over every supervisor: claim → deliver → commit, or release when the delivery failed. A claim
 * that is neither committed nor released ends by itself after CLAIM_LEASE_SECONDS. Methods reject when the store is away.
 */
export type AlertDedupe = {
  /**
   * Of any number of owners one is allowed; the owner of a claim that is still open is allowed again. A refusal counts,
   * but for the owner whose alert is the one that was delivered.
   */
  claim(key: string, owner: string): Promise<AlertClaim>;
  /** The owner's alert was delivered and stated `reported` suppressed ones, which are counted off. */
  commit(key: string, { owner, reported }: { owner: string; reported: number }): Promise<void>;
  /** The alert was not delivered: the next one may try. Does nothing to somebody else's claim. */
  release(key: string, owner: string): Promise<void>;
};

/** How long a claim holds whose process died; longer than a delivery can take. */
export const CLAIM_LEASE_SECONDS = 30;
/** How long a count of suppressed alerts waits for the next alert that states it. */
const COUNT_SECONDS = 7 * 86_400;

const OPEN = 'open:';
const DELIVERED = 'delivered:';

/**
 * KEYS 1 claim, 2 count · ARGV 1 owner's open value, 2 owner's delivered value, 3 lease ms, 4 lifetime of the count s
 * Returns {allowed, ms left, count}
 */
const claimScript = `
local held = redis.call('GET', KEYS[1])
if not held or held == ARGV[1] then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3])
  return {1, tonumber(ARGV[3]), tonumber(redis.call('GET', KEYS[2]) or 0)}
end
local left = redis.call('PTTL', KEYS[1])
if held == ARGV[2] then return {0, left, tonumber(redis.call('GET', KEYS[2]) or 0)} end
local count = redis.call('INCR', KEYS[2])
redis.call('EXPIRE', KEYS[2], ARGV[4])
return {0, left, count}`;

/** KEYS 1 claim, 2 count · ARGV 1 owner's delivered value, 2 TTL s, 3 how many were stated */
const commitScript = `
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
if tonumber(ARGV[3]) > 0 and redis.call('DECRBY', KEYS[2], ARGV[3]) <= 0 then redis.call('DEL', KEYS[2]) end`;

/** The dedupe all supervisors share; key and TTL are those of contract 5.4. A TTL of 0 allows everything. */
export function createRedisAlertDedupe(redis: Redis, ttlSeconds: number): AlertDedupe {
  if (ttlSeconds === 0) return noDedupe;
  const release = bindRelease(redis);
  const { run } = bindRedisScripts(redis, {
    claimAlert: { keys: 2, lua: claimScript },
    commitAlert: { keys: 2, lua: commitScript },
  });
  return {
    async claim(key, owner) {
      const times = [CLAIM_LEASE_SECONDS * 1000, COUNT_SECONDS];
      const values = [OPEN + owner, DELIVERED + owner, ...times];
      const reply = await run('claimAlert', keysOf(key), ...values);
      const [allowed, leftMs, suppressed] = reply as [number, number, number];
      if (allowed === 1) return { allowed: true, ttl_seconds: ttlSeconds, suppressed };
      return { allowed: false, ttl_seconds: Math.ceil(leftMs / 1000), suppressed };
    },
    async commit(key, { owner, reported }) {
      await run('commitAlert', keysOf(key), DELIVERED + owner, ttlSeconds, reported);
    },
    release: (key, owner) => release(keysOf(key)[0], OPEN + owner),
  };
}

const noDedupe: AlertDedupe = {
  claim: () => Promise.resolve({ allowed: true, ttl_seconds: 0, suppressed: 0 }),
  commit: () => Promise.resolve(),
  release: () => Promise.resolve(),
};

/** Claim and count. The braces of the second make both lie in one slot of a cluster. */
function keysOf(key: string): [claim: string, count: string] {
  const claim = `nexus:alertdedupe:${plain(key)}`;
  return [claim, `{${claim}}:suppressed`];
}

const MAX_KEY_LENGTH = 200;

/** Task types and codes of damaged letters may hold anything: braces would move the slot, length would cost memory. */
function plain(key: string): string {
  if (key.length <= MAX_KEY_LENGTH && /^[^{}\s]+$/.test(key)) return key;
  return `sha256-${createHash('sha256').update(key).digest('hex')}`;
}
