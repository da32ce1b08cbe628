import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { connectRedis } from '@nexus/runtime';
import { classifyStoreError, isStoreUnavailable } from './store-unavailable.ts';

let redis: TestRedis;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());

function connect(url = redis.url) {
  return connectRedis({ url, purpose: 'request', name: 'test', onError: () => undefined });
}

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
}

describe('what the Redis client really throws', () => {
  test('a server that is not there', async () => {
    const connection = connect('redis://127.0.0.1:1');
    expect(isStoreUnavailable(await failureOf(connection.ping()))).toBe(true);
    expect(isStoreUnavailable(await failureOf(connection.ping()))).toBe(true);
    connection.disconnect();
  });

  test('a server that is killed, stopped, or full', async () => {
    const connection = connect();
    await connection.ping();
    await redis.kill('SIGSTOP');
    expect(isStoreUnavailable(await failureOf(connection.ping()))).toBe(true);
    await redis.kill('SIGCONT');
    await connection.config('SET', 'maxmemory', '1');
    expect(isStoreUnavailable(await failureOf(connection.set('a', 'b')))).toBe(true);
    await redis.kill('SIGKILL');
    expect(isStoreUnavailable(await failureOf(connection.ping()))).toBe(true);
    connection.disconnect();
    await redis.restart();
  });

  test('a closed connection', async () => {
    const connection = connect();
    await connection.ping();
    connection.disconnect();
    expect(isStoreUnavailable(await failureOf(connection.ping()))).toBe(true);
  });

  test('a wrong command is our fault, not the store’s', async () => {
    const connection = connect();
    expect(isStoreUnavailable(await failureOf(connection.call('NONSENSE')))).toBe(false);
    await connection.set('text', 'x');
    expect(isStoreUnavailable(await failureOf(connection.lpush('text', 'x')))).toBe(false);
    connection.disconnect();
  });
});

test.each([
  [new TypeError('x is undefined')],
  ['Connection is closed.'],
  [undefined],
  [null],
  [{}],
  [new Error('the Connection is closed.')],
])('%p is not about the store', (thrown) => {
  expect(isStoreUnavailable(thrown)).toBe(false);
  expect(classifyStoreError(thrown)).toBeUndefined();
});

test('a cause counts, and the client is told to come back', () => {
  const wrapped = new Error('could not read', { cause: new Error('LOADING Redis is loading the dataset in memory') });
  expect(classifyStoreError(wrapped)).toMatchObject({ problem: 'STORE_UNAVAILABLE', retryAfter: 2 });
});
