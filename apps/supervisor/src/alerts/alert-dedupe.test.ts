import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { connectRedis } from '@nexus/runtime';
import fc from 'fast-check';
import { CLAIM_LEASE_SECONDS, createRedisAlertDedupe, type AlertClaim, type AlertDedupe } from './alert-dedupe.ts';
import { createMemoryAlertDedupe } from './testing/memory-alert-dedupe.ts';

let server: TestRedis;
let redis: ReturnType<typeof connectRedis>;
beforeAll(async () => {
  server = await startTestRedis();
  redis = connectRedis({ url: server.url, purpose: 'request', name: 'test', onError: () => undefined });
});
beforeEach(() => redis.flushall());
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

/** A slow machine may lose seconds of a time that is left; which time it is stays clear. */
function aboutTime(claim: AlertClaim): AlertClaim {
  const ttl_seconds = claim.ttl_seconds > CLAIM_LEASE_SECONDS ? 900 : CLAIM_LEASE_SECONDS;
  return { ...claim, ttl_seconds };
}

/** A dedupe with a TTL of 900 s whose time a test can let pass. */
type Opened = { dedupe: AlertDedupe; endClaim: (key: string) => Promise<void> };

function inMemory(): Opened {
  let now = 0;
  return { dedupe: createMemoryAlertDedupe(900, () => now), endClaim: async () => void (now += 900_000) };
}

function inRedis(): Opened {
  const dedupe = createRedisAlertDedupe(redis, 900);
  return { dedupe, endClaim: async (key) => void (await redis.pexpire(`nexus:alertdedupe:${key}`, 0)) };
}

describe.each([
  ['in memory', inMemory],
  ['in Redis', inRedis],
])('a dedupe %s', (_name, open) => {
  test('lets one through, counts the others, and gives the count to the next', async () => {
    const { dedupe, endClaim } = open();
    expect(await dedupe.claim('t:c', 'a')).toEqual({ allowed: true, ttl_seconds: 900, suppressed: 0 });
    await dedupe.commit('t:c', { owner: 'a', reported: 0 });
    expect(aboutTime(await dedupe.claim('t:c', 'b'))).toEqual({ allowed: false, ttl_seconds: 900, suppressed: 1 });
    expect(await dedupe.claim('t:c', 'c')).toMatchObject({ allowed: false, suppressed: 2 });
    expect(await dedupe.claim('t:other', 'c')).toMatchObject({ allowed: true, suppressed: 0 });
    await endClaim('t:c');
    expect(await dedupe.claim('t:c', 'd')).toMatchObject({ allowed: true, suppressed: 2 });
  });

  test('forgets what was stated and keeps what came meanwhile', async () => {
    const { dedupe, endClaim } = open();
    await dedupe.claim('k', 'a');
    await dedupe.claim('k', 'b');
    await dedupe.release('k', 'a');
    expect(await dedupe.claim('k', 'a')).toMatchObject({ allowed: true, suppressed: 1 });
    await dedupe.claim('k', 'c');
    await dedupe.commit('k', { owner: 'a', reported: 1 });
    await endClaim('k');
    expect(await dedupe.claim('k', 'd')).toMatchObject({ allowed: true, suppressed: 1 });
  });

  test('an open claim is its owner’s: a second try is not an equal alert', async () => {
    const { dedupe } = open();
    await dedupe.claim('k', 'a');
    expect(await dedupe.claim('k', 'a')).toMatchObject({ allowed: true, suppressed: 0 });
  });

  test('an alert that was delivered is not told again and does not count as suppressed', async () => {
    const { dedupe } = open();
    await dedupe.claim('k', 'a');
    await dedupe.commit('k', { owner: 'a', reported: 0 });
    expect(await dedupe.claim('k', 'a')).toMatchObject({ allowed: false, suppressed: 0 });
  });

  test('a claim holds a lease until it is committed', async () => {
    const { dedupe } = open();
    await dedupe.claim('k', 'a');
    expect(aboutTime(await dedupe.claim('k', 'b')).ttl_seconds).toBe(CLAIM_LEASE_SECONDS);
    await dedupe.commit('k', { owner: 'a', reported: 0 });
    expect(aboutTime(await dedupe.claim('k', 'b')).ttl_seconds).toBe(900);
  });

  test('releases only its own open claim', async () => {
    const { dedupe } = open();
    await dedupe.claim('k', 'a');
    await dedupe.release('k', 'b');
    expect(await dedupe.claim('k', 'b')).toMatchObject({ allowed: false });
    await dedupe.commit('k', { owner: 'a', reported: 0 });
    await dedupe.release('k', 'a');
    expect(await dedupe.claim('k', 'b')).toMatchObject({ allowed: false });
  });

  test('of twenty claims at once one is allowed', async () => {
    const { dedupe } = open();
    const claims = await Promise.all(Array.from({ length: 20 }, (_, owner) => dedupe.claim('k', `${owner}`)));
    expect(claims.filter(({ allowed }) => allowed)).toHaveLength(1);
  });
});

type Step = { do: 'claim' | 'commit' | 'release' | 'end'; owner: string };
const steps = fc.array(
  fc.record({
    do: fc.constantFrom<Step['do']>('claim', 'commit', 'release', 'end'),
    owner: fc.constantFrom('a', 'b', 'c'),
  }),
  { maxLength: 25 },
);

async function take({ dedupe, endClaim }: Opened, { do: what, owner }: Step) {
  if (what === 'claim') return aboutTime(await dedupe.claim('k', owner));
  if (what === 'commit') return dedupe.commit('k', { owner, reported: 1 });
  return what === 'release' ? dedupe.release('k', owner) : endClaim('k');
}

test('Redis and memory answer alike, whatever happens in whatever order', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      await redis.flushall();
      const [one, other] = [inRedis(), inMemory()];
      for (const step of taken) expect(await take(one, step)).toEqual(await take(other, step));
    }),
    { numRuns: 60 },
  );
});

describe('in Redis', () => {
  test('key and time are those of the contract', async () => {
    const dedupe = createRedisAlertDedupe(redis, 600);
    await dedupe.claim('excel_kakao:PROVIDER_AUTH_ERROR', 'a');
    const key = 'nexus:alertdedupe:excel_kakao:PROVIDER_AUTH_ERROR';
    expect(await redis.ttl(key)).toBeLessThanOrEqual(CLAIM_LEASE_SECONDS);
    await dedupe.commit('excel_kakao:PROVIDER_AUTH_ERROR', { owner: 'a', reported: 0 });
    expect(await redis.ttl(key)).toBeGreaterThan(590);
    expect(await redis.ttl(key)).toBeLessThanOrEqual(600);
  });

  test('every key expires, and claim and count lie in one slot of a cluster', async () => {
    const dedupe = createRedisAlertDedupe(redis, 600);
    for (const key of ['t:c', 'with {braces} in it', 'x'.repeat(10_000)]) {
      await dedupe.claim(key, 'a');
      await dedupe.claim(key, 'b');
    }
    const keys = await redis.keys('*');
    expect(keys).toHaveLength(6);
    // Redis Cluster hashes what stands between the first braces, else the whole key.
    expect(new Set(keys.map((key) => /\{([^}]+)\}/.exec(key)?.[1] ?? key)).size).toBe(3);
    for (const key of keys) expect(await redis.ttl(key)).toBeGreaterThan(0);
    expect(Math.max(...keys.map((key) => key.length))).toBeLessThan(300);
  });

  test('a TTL of zero suppresses nothing and leaves nothing', async () => {
    const dedupe = createRedisAlertDedupe(redis, 0);
    for (const owner of ['a', 'b']) {
      expect(await dedupe.claim('k', owner)).toEqual({ allowed: true, ttl_seconds: 0, suppressed: 0 });
      await dedupe.commit('k', { owner, reported: 0 });
    }
    expect(await redis.dbsize()).toBe(0);
  });
});
