import { afterAll, afterEach, beforeAll, beforeEach } from '@jest/globals';
import type { Redis } from 'ioredis';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { describeGuards } from '../testing/guard-conformance.ts';
import { connectTo, openGuards, passInRedis, temporaryFile } from '../testing/guard-fixture.ts';

let server: TestRedis;
let admin: Redis;
const open: Redis[] = [];

beforeAll(async () => {
  server = await startTestRedis();
  admin = connectTo(server.url);
}, 120_000);
beforeEach(async () => {
  await admin.flushall();
});
afterEach(() => {
  for (const redis of open.splice(0)) redis.disconnect();
});
afterAll(async () => {
  admin.disconnect();
  await server.stop();
});

describeGuards('Redis', async (options) => {
  await admin.flushall();
  const redis = connectTo(server.url);
  open.push(redis);
  const { guards } = openGuards({ redis, statePath: temporaryFile(), ...options });
  return { guards, pass: (seconds) => passInRedis(admin, seconds) };
});

describeGuards('this machine while Redis is away', async (options) => {
  const redis = connectTo('redis://127.0.0.1:1');
  redis.disconnect();
  const { guards, clock } = openGuards({ redis, statePath: temporaryFile(), ...options });
  return { guards, pass: async (seconds) => void (clock.seconds += seconds) };
});
