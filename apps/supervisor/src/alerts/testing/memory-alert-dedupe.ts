import { CLAIM_LEASE_SECONDS, type AlertDedupe } from '../alert-dedupe.ts';

type Held = { by: string; delivered: boolean; until: number };

/** A dedupe in memory for tests; `now` in milliseconds is its time. */
export function createMemoryAlertDedupe(ttlSeconds: number, now: () => number): AlertDedupe {
  const claims = new Map<string, Held>();
  const counts = new Map<string, number>();
  return {
    async claim(key, owner) {
      const held = claims.get(key);
      const left = held === undefined ? 0 : held.until - now();
      if (held === undefined || left <= 0 || (held.by === owner && !held.delivered)) {
        claims.set(key, { by: owner, delivered: false, until: now() + CLAIM_LEASE_SECONDS * 1000 });
        return { allowed: true, ttl_seconds: ttlSeconds, suppressed: counts.get(key) ?? 0 };
      }
      if (held.by !== owner) counts.set(key, (counts.get(key) ?? 0) + 1);
      return { allowed: false, ttl_seconds: Math.ceil(left / 1000), suppressed: counts.get(key) ?? 0 };
    },
    async commit(key, { owner, reported }) {
      claims.set(key, { by: owner, delivered: true, until: now() + ttlSeconds * 1000 });
      counts.set(key, Math.max(0, (counts.get(key) ?? 0) - reported));
    },
    async release(key, owner) {
      const held = claims.get(key);
      if (held?.by === owner && !held.delivered) claims.delete(key);
    },
  };
}
