import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { connectRedis } from '@nexus/runtime';
import { createRedisNonceStore, type NonceStore, type OneTimeValue } from './nonce-store.ts';
import { createMemoryNonceStore } from './testing/memory-nonce-store.ts';

let server: TestRedis;
let redis: ReturnType<typeof connectRedis>;
beforeAll(async () => {
  server = await startTestRedis();
  redis = connectRedis({ url: server.url, purpose: 'request', name: 'test', onError: () => undefined });
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

function describeStore(name: string, open: () => NonceStore): void {
  describe(`a nonce store: ${name}`, () => {
    const value = (over: Partial<OneTimeValue> = {}): OneTimeValue => ({
      keyId: 'k',
      value: 'nonce-1',
      bodyDigest: 'b',
      ...over,
    });

    test('is new once, then unfinished, then done; another body is another body', async () => {
      const store = open();
      const oneTime = value({ value: `${name}-life` });
      expect(await store.claim(oneTime, 10)).toBe('new');
      expect(await store.claim(oneTime, 10)).toBe('unfinished');
      await store.finish(oneTime);
      expect(await store.claim(oneTime, 10)).toBe('done');
      expect(await store.claim({ ...oneTime, bodyDigest: 'c' }, 10)).toBe('other_body');
    });

    test('of twenty callers one gets it', async () => {
      const store = open();
      const claims = await Promise.all(
        Array.from({ length: 20 }, () => store.claim(value({ value: `${name}-race` }), 10)),
      );
      expect(claims.filter((claim) => claim === 'new')).toHaveLength(1);
    });

    test('a value belongs to the key that signed it', async () => {
      const store = open();
      expect(await store.claim(value({ value: `${name}-bound` }), 10)).toBe('new');
      expect(await store.claim(value({ value: `${name}-bound`, keyId: 'other' }), 10)).toBe('new');
    });

    test('finishing what was forgotten does not remember it', async () => {
      const store = open();
      await store.finish(value({ value: `${name}-gone` }));
      expect(await store.claim(value({ value: `${name}-gone` }), 10)).toBe('new');
    });
  });
}

describeStore('in memory', createMemoryNonceStore);
describeStore('Redis', () => createRedisNonceStore(redis));

test('in Redis it has its time, which finishing does not change, and the key of the contract', async () => {
  const store = createRedisNonceStore(redis);
  const oneTime = { keyId: 'k1', value: 'ttl', bodyDigest: 'b' };
  await store.claim(oneTime, 600);
  await store.finish(oneTime);
  const left = await redis.ttl('{nexus}:nonce:k1:ttl');
  expect(left).toBeGreaterThan(590);
  expect(left).toBeLessThanOrEqual(600);
  await store.claim({ ...oneTime, value: 'zero' }, 0);
  expect(await redis.ttl('{nexus}:nonce:k1:zero')).toBe(1);
});
