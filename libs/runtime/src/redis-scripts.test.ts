import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { startTestRedis } from '@nexus/local-redis';
import { bindRedisScripts, bindRelease } from './redis-scripts.ts';
import { connectRedis } from './redis.ts';

let server: Awaited<ReturnType<typeof startTestRedis>>;
let redis: Redis;

beforeAll(async () => {
  server = await startTestRedis();
  redis = connectRedis({ url: server.url, purpose: 'request', name: 'test', onError: () => undefined });
}, 120_000);
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const echo = { keys: 1, lua: 'return { KEYS[1], ARGV[1], #ARGV }' };

test('a script runs by its name, with its keys and its arguments', async () => {
  const { run } = bindRedisScripts(redis, { echo, two: { keys: 2, lua: 'return KEYS[2]' } });
  expect(await run('echo', ['k'], 'a', 2)).toEqual(['k', 'a', 2]);
  expect(await run('two', ['k', 'l'])).toBe('l');
});

test('a server that has forgotten it is told it again', async () => {
  const { run } = bindRedisScripts(redis, { echo });
  await run('echo', ['k'], 'a');
  await redis.script('FLUSH');
  expect(await run('echo', ['k'], 'b')).toEqual(['k', 'b', 1]);
});

test('replies are texts, or the bytes as they are', async () => {
  const bytes = Buffer.from([0xff, 0x00, 0xc3]);
  const { run, runForBytes } = bindRedisScripts(redis, { echo });
  expect(await runForBytes('echo', ['k'], bytes)).toEqual([Buffer.from('k'), bytes, 1]);
  expect(await run('echo', ['k'], '값')).toEqual(['k', '값', 1]);
});

test('two of the same name on one connection are two', async () => {
  const one = bindRedisScripts(redis, { same: { keys: 0, lua: 'return 1' } });
  const other = bindRedisScripts(redis, { same: { keys: 0, lua: 'return 2' } });
  const counted = bindRedisScripts(redis, { same: { keys: 1, lua: 'return 1' } });
  expect(await Promise.all([one.run('same', []), other.run('same', []), counted.run('same', ['k'])])).toEqual([
    1, 2, 1,
  ]);
});

test('what Redis says of an error is what the caller hears', async () => {
  const { run } = bindRedisScripts(redis, { fails: { keys: 0, lua: "return redis.error_reply('NO because')" } });
  await expect(run('fails', [])).rejects.toThrow('NO because');
});

test('a claim is given back by its holder only', async () => {
  const release = bindRelease(redis);
  await redis.set('claim', 'mine', 'NX');
  await release('claim', 'theirs');
  expect(await redis.get('claim')).toBe('mine');
  await release('claim', 'mine');
  expect(await redis.exists('claim')).toBe(0);
  await release('claim', 'mine');
});
