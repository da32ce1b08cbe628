import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { describeGuards } from '../testing/guard-conformance.ts';
import { connectTo, openGuards, passInRedis, removeTemporaryFiles, temporaryFile } from '../testing/guard-fixture.ts';

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
  removeTemporaryFiles();
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

test.each([
  ['rpmGlobal', { rpmGlobal: 0, rpmByProvider: {}, rpmDefault: 1 }, 1],
  ['a limit of one provider', { rpmGlobal: 1, rpmByProvider: { glm: 0 }, rpmDefault: 1 }, 1],
  ['the threshold', { rpmGlobal: 1, rpmByProvider: {}, rpmDefault: 1 }, 0],
])('%s below 1 is refused at the start', (_name, limits, failThreshold) => {
  const breaker = { windowSeconds: 1, failThreshold, cooldownSeconds: 1 };
  const act = () => openGuards({ redis: admin, statePath: temporaryFile(), limits, breaker });
  expect(act).toThrow(/below 1.*set 1 or more/);
});
