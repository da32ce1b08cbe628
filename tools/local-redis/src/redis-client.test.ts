import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { connectRedis, type RedisClient } from './redis-client.ts';
import { startTestRedis, type TestRedis } from './test-redis.ts';

let redis: TestRedis;
let client: RedisClient;
beforeAll(async () => {
  redis = await startTestRedis();
  client = await connectRedis(redis.url);
});
afterAll(async () => {
  client.close();
  await redis.stop();
});

test('every kind of answer', async () => {
  expect(await client.command('SET', '키', '값 "with" \r\n lines')).toBe('OK');
  expect(await client.command('GET', '키')).toBe('값 "with" \r\n lines');
  expect(await client.command('GET', 'none')).toBeNull();
  expect(await client.command('INCR', 'n')).toBe(1);
  expect(await client.command('EVAL', 'return {1,{"a",false},""}', '0')).toEqual([1, ['a', null], '']);
  await expect(client.command('NOSUCH')).rejects.toThrow('unknown command');
});

test('answers come in order, long ones in many pieces too', async () => {
  const long = 'x'.repeat(3_000_000);
  const answers = Promise.all([client.command('ECHO', 'a'), client.command('ECHO', long), client.command('ECHO', 'b')]);
  expect(await answers).toEqual(['a', long, 'b']);
});

test('the database of the URL is selected', async () => {
  const other = await connectRedis(redis.url.replace(/0$/, '3'));
  await other.command('SET', 'only-here', '1');
  expect(await other.command('DBSIZE')).toBe(1);
  expect(await client.command('GET', 'only-here')).toBeNull();
  other.close();
});

test('a stopped server is a rejection, not a wait for ever', async () => {
  const impatient = await connectRedis(redis.url, 50);
  await redis.kill('SIGSTOP');
  await expect(impatient.command('PING')).rejects.toThrow('no answer within 50 ms');
  await redis.kill('SIGCONT');
});
