import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Cluster, type Redis } from 'ioredis';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { callOf, conclude, granted } from '../testing/guard-calls.ts';
import { connectTo, openGuards, removeTemporaryFiles, temporaryFile } from '../testing/guard-fixture.ts';
import type { GuardedCall } from './guards.ts';

let server: TestRedis;
let cluster: Cluster;

beforeAll(async () => {
  server = await startTestRedis({ settings: { 'cluster-enabled': 'yes', 'cluster-announce-ip': '127.0.0.1' } });
  const node = connectTo(server.url);
  await node.cluster('ADDSLOTS', ...Array.from({ length: 16_384 }, (_, slot) => slot));
  while (!(await node.cluster('INFO')).includes('cluster_state:ok')) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  node.disconnect();
  cluster = new Cluster([{ host: '127.0.0.1', port: server.port }]);
}, 120_000);
afterAll(async () => {
  cluster.disconnect();
  await server.stop();
  removeTemporaryFiles();
});

test('on a Redis Cluster all keys of a call lie in one slot', async () => {
  const limits = { rpmGlobal: 9, rpmByProvider: {}, rpmDefault: 9 };
  const breaker = { windowSeconds: 300, failThreshold: 1, cooldownSeconds: 120 };
  const redis = cluster as unknown as Redis;
  const rider = { keys: ['{nexus}:rides'], lua: "return redis.call('INCR', KEYS[1])" };
  const riders = { admit: rider, conclude: rider };
  const { guards, errors } = openGuards({ redis, limits, breaker, riders, statePath: temporaryFile() });
  const equal: GuardedCall = { ...callOf('gemini', 'openai'), dedupe: { key: 'd'.repeat(64), ttlSeconds: 30 } };
  await conclude(guards, granted(await guards.admit(equal)), { kind: 'outage' });
  const call = granted(await guards.admit({ ...equal, rider: () => 'x' }));
  expect(call.rode).toBe(1);
  expect(call.grant).toMatchObject({ provider: 'openai', local: false });
  await guards.conclude(call, {
    outcomes: [{ grant: call.grant }],
    answer: { provider: 'openai', model: 'model', text: 'answer' },
    rider: 'x',
  });
  expect(await cluster.get('{nexus}:rides')).toBe('2');
  expect((await guards.admit(equal)).verdict).toBe('hit');
  expect(await cluster.keys('*')).toEqual(
    expect.arrayContaining(['{nexus}:breaker:gemini', `{nexus}:dedupe:${'d'.repeat(64)}`, '{nexus}:llm:buckets']),
  );
  expect(errors).toEqual([]);
});
