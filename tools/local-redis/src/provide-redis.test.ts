import { afterAll, afterEach, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { provideRedis } from './provide-redis.ts';
import { startTestRedis } from './test-redis.ts';

const dataDirectory = mkdtempSync(join(tmpdir(), 'nexus-provide-'));
afterEach(() => {
  // Never a silent fallback: whatever REDIS_URL was, no server was started here.
  expect(readdirSync(dataDirectory)).toEqual([]);
});

function provide(environment: Record<string, string>): ReturnType<typeof provideRedis> {
  return provideRedis({ environment, dataDirectory, report: () => undefined });
}

afterAll(() => rmSync(dataDirectory, { recursive: true }));

describe('provideRedis', () => {
  test('uses REDIS_URL and never stops it', async () => {
    const redis = await startTestRedis();
    const provided = await provide({ REDIS_URL: redis.url });
    expect(provided).toMatchObject({ url: redis.url, owned: false });
    await provided.stop();
    expect(await provide({ REDIS_URL: redis.url })).toMatchObject({ owned: false });
    await redis.stop();
  });

  test('nobody there: host, port and cause', async () => {
    const port = await freePort();
    await expect(provide({ REDIS_URL: `redis://:secret@127.0.0.1:${port}/0` })).rejects.toMatchObject({
      code: 'REDIS_URL_UNUSABLE',
      message: expect.stringMatching(new RegExp(`^(?!.*secret).*127.0.0.1:${port}: .*ECONNREFUSED`)),
    });
  });

  test('a password that is missing or wrong: what the server said, and no password', async () => {
    const redis = await startTestRedis({ password: 'right' });
    expect(await provide({ REDIS_URL: redis.url })).toHaveProperty('url', redis.url);
    const place = /^(?!.*(right|wrong)).*127\.0\.0\.1:\d+: (NOAUTH|WRONGPASS)/;
    await expect(provide({ REDIS_URL: redis.url.replace(':right@', '') })).rejects.toThrow(place);
    await expect(provide({ REDIS_URL: redis.url.replace('right', 'wrong') })).rejects.toThrow(place);
    await redis.stop();
  });

  test('something else answers there', async () => {
    const server = createServer((socket) => socket.resume().end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    await expect(provide({ REDIS_URL: `redis://127.0.0.1:${port}` })).rejects.toThrow(
      'does not speak the Redis protocol',
    );
    await new Promise((resolve) => server.close(resolve));
  });

  test.each(['localhost:6379', 'http://127.0.0.1:6379', 'nonsense'])('not an address of Redis: %s', async (url) => {
    await expect(provide({ REDIS_URL: url })).rejects.toThrow(/form redis:\/\//);
  });

  test('production starts no server of its own', async () => {
    await expect(provide({ NODE_ENV: 'production' })).rejects.toMatchObject({ code: 'REDIS_URL_REQUIRED' });
    await expect(provide({ NODE_ENV: 'production', REDIS_URL: '' })).rejects.toThrow('set REDIS_URL=');
  });
});
