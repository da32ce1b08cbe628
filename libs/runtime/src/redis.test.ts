import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { once } from 'node:events';
import { createServer } from 'node:net';
import type { AddressInfo, Socket } from 'node:net';
import type { Redis } from 'ioredis';
import { startTestRedis } from '@nexus/local-redis';
import { COMMAND_TIMEOUT_MS, connectRedis, pingRedis, reconnectDelay, redisHealth } from './redis.ts';
import type { RedisPurpose } from './redis.ts';

type TestRedis = Awaited<ReturnType<typeof startTestRedis>>;

let server: TestRedis;
const open: Redis[] = [];

beforeAll(async () => {
  server = await startTestRedis();
}, 120_000);
afterEach(() => {
  for (const redis of open.splice(0)) redis.disconnect();
});
afterAll(() => server.stop());

function connect(purpose: RedisPurpose, url = server.url, errors: Error[] = []): Redis {
  const redis = connectRedis({ url, purpose, name: 'test', onError: (error) => errors.push(error) });
  open.push(redis);
  return redis;
}

/** Resolves at the next `ready`, however many errors come before (events.once would reject). */
function untilReady(redis: Redis): Promise<void> {
  return new Promise((resolve) => redis.once('ready', resolve));
}

/** A loopback address that accepts connections and never says a word. */
async function silentServer(): Promise<{ url: string; close: () => void }> {
  const sockets: Socket[] = [];
  const silent = createServer((socket) => void sockets.push(socket.on('error', () => undefined)));
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  const { port } = silent.address() as AddressInfo;
  function close(): void {
    silent.close();
    for (const socket of sockets) socket.destroy();
  }
  return { url: `redis://127.0.0.1:${port}`, close };
}

async function unusedUrl(): Promise<string> {
  const { url, close } = await silentServer();
  close();
  return url;
}

describe('a request connection', () => {
  test('works from the first command on and carries its name', async () => {
    const redis = connect('request');
    expect(await redis.set('k', 'v')).toBe('OK');
    expect(await redis.client('GETNAME')).toBe('test');
  });

  test('refuses at once while Redis is away, and works again when it is back', async () => {
    const redis = connect('request');
    await redis.ping();
    const closed = once(redis, 'close');
    await server.kill('SIGKILL');
    await closed;
    await expect(redis.get('k')).rejects.toThrow(/Stream isn't writeable/);
    expect(await redisHealth(redis)).toMatchObject({ ok: false });
    const ready = untilReady(redis);
    await server.restart();
    await ready;
    expect(await redis.ping()).toBe('PONG');
  });

  test('has an error, not a hanging command, when Redis was never there', async () => {
    const errors: Error[] = [];
    const redis = connect('request', await unusedUrl(), errors);
    await expect(redis.get('k')).rejects.toThrow(/max retries|Connection is closed|ECONNREFUSED/);
    expect(errors[0]?.message).toContain('ECONNREFUSED');
  });

  test('has an error for every command when Redis is stopped, and recovers with it', async () => {
    const redis = connect('request');
    await redis.set('counter', 0);
    process.kill(server.pid, 'SIGSTOP');
    try {
      const outcomes = await Promise.allSettled([
        redis.incr('counter'),
        redis.pipeline().incr('counter').exec(),
        redis.get('k'),
      ]);
      expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'fulfilled', 'rejected']);
      // A pipeline reports per command.
      expect(outcomes[1]).toMatchObject({
        value: [[expect.objectContaining({ message: 'Command timed out' }), undefined]],
      });
      expect(await pingRedis(redis)).toMatchObject({ ok: false, message: expect.stringContaining('250 ms') });
    } finally {
      process.kill(server.pid, 'SIGCONT');
    }
    expect(await redis.ping()).toBe('PONG');
    expect(Number(await redis.get('counter'))).toBeLessThanOrEqual(2);
  });

  test('also when it was stopped before the first connection', async () => {
    process.kill(server.pid, 'SIGSTOP');
    const redis = connect('request');
    const early = await redis.get('k').catch((error: unknown) => error);
    expect(early).toBeInstanceOf(Error);
    const ready = untilReady(redis);
    process.kill(server.pid, 'SIGCONT');
    await ready;
    expect(await redis.ping()).toBe('PONG');
  });

  test('has an error when something accepts the connection and never answers', async () => {
    const silent = await silentServer();
    const redis = connect('request', silent.url);
    await expect(redis.get('k')).rejects.toThrow();
    silent.close();
  });
});

describe('a blocking connection', () => {
  test('waits for Redis as long as it takes', async () => {
    const redis = connect('blocking');
    await redis.ping();
    await server.kill('SIGKILL');
    const answer = redis.ping();
    await server.restart();
    expect(await answer).toBe('PONG');
  });

  test('tells once of an outage, however often it tries, and of the end of it', async () => {
    const errors: Error[] = [];
    let ready = 0;
    let attempts = 0;
    const redis = connectRedis({
      url: server.url,
      purpose: 'blocking',
      name: 'test',
      onError: (error) => errors.push(error),
      onReady: () => (ready += 1),
    });
    open.push(redis);
    await redis.ping();
    const often = new Promise<void>((resolve) => {
      redis.on('error', () => void (++attempts === 4 && resolve()));
    });
    await server.kill('SIGKILL');
    await often;
    await server.restart();
    await redis.ping();
    expect([new Set(errors.map(String)).size, ready]).toEqual([errors.length, 2]);
    expect(errors.length).toBeGreaterThan(0);
  });

  test('may block longer than the time limit of requests', () => {
    const redis = connect('blocking');
    expect(redis.options.maxRetriesPerRequest).toBeNull();
    expect(redis.options.commandTimeout).toBeUndefined();
    expect(redis.options.socketTimeout).toBeUndefined();
  });
});

describe('addresses and passwords', () => {
  test.each(['localhost:6379', 'http://localhost', '', 'redis//x'])('%j is refused before anything connects', (url) => {
    expect(() => connect('request', url)).toThrow(/REDIS_URL is not a Redis address/);
  });

  test('a wrong password is said and never shown', async () => {
    const admin = connect('request');
    await admin.config('SET', 'requirepass', 'right-password');
    try {
      const errors: Error[] = [];
      const redis = connect('request', server.url.replace('redis://', 'redis://:wrong-password@'), errors);
      const failed: unknown = await redis.get('k').catch((error: unknown) => error);
      const health = await redisHealth(redis);
      expect(health.ok).toBe(false);
      const said = [failed, ...errors].map(String).join('\n') + health.message;
      expect(said).toMatch(/WRONGPASS|NOAUTH|invalid password/i);
      expect(said).not.toContain('wrong-password');
    } finally {
      await admin.config('SET', 'requirepass', '');
    }
  });
});

describe('commands of one turn', () => {
  test('wait for its end and leave together, in their order, and each has its own answer', async () => {
    const redis = connect('request');
    await redis.ping();
    for (const key of ['turn:1', 'turn:2']) {
      const answers = Promise.all([
        redis.set(key, 'one'),
        redis.append(key, ' two'),
        redis.pipeline().append(key, ' three').get(key).exec(),
        redis.get(key),
      ]);
      expect(redis.stream.writableLength).toBeGreaterThan(100);
      expect(await answers).toEqual([
        'OK',
        7,
        [
          [null, 13],
          [null, 'one two three'],
        ],
        'one two three',
      ]);
      expect(redis.stream.writableLength).toBe(0);
    }
  });

  test('of a connection that breaks in between fail, and the next connection carries the next ones', async () => {
    const redis = connect('request');
    await redis.ping();
    const lost = redis.get('turn');
    redis.stream.destroy();
    await expect(lost).rejects.toThrow();
    await untilReady(redis);
    expect(await Promise.all([redis.ping(), redis.ping()])).toEqual(['PONG', 'PONG']);
  });
});

describe('health', () => {
  test('asks for a policy that evicts nothing', async () => {
    const redis = connect('request');
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
    expect(await redisHealth(redis)).toEqual({ ok: true });
    await redis.config('SET', 'maxmemory-policy', 'allkeys-lru');
    expect(await redisHealth(redis)).toMatchObject({ ok: false, message: expect.stringContaining('noeviction') });
    await redis.config('SET', 'maxmemory-policy', 'noeviction');
  });

  test('does not hold it against a service that CONFIG is forbidden', async () => {
    const admin = connect('request');
    await admin.acl('SETUSER', 'plain', 'on', '>secret-of-plain', '~*', '+@all', '-config');
    const redis = connect('request', server.url.replace('redis://', 'redis://plain:secret-of-plain@'));
    expect(await redisHealth(redis)).toEqual({ ok: true });
  });
});

test('reconnects quickly at first, then every two seconds, for ever', () => {
  expect([1, 2, 3, 6, 7, 1000].map(reconnectDelay)).toEqual([50, 100, 200, 1600, 2000, 2000]);
  expect(COMMAND_TIMEOUT_MS).toBeLessThan(5000);
});
