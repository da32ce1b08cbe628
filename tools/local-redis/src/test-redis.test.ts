import { afterEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive } from './file-lock.mjs';
import { connectRedis } from './redis-client.ts';
import { startTestRedis, type TestRedis } from './test-redis.ts';

const started: TestRedis[] = [];

async function start(options?: Parameters<typeof startTestRedis>[0]): Promise<TestRedis> {
  const redis = await startTestRedis(options);
  started.push(redis);
  return redis;
}

async function ask(redis: TestRedis, ...words: string[]): Promise<unknown> {
  const client = await connectRedis(redis.url);
  try {
    return await client.command(...words);
  } finally {
    client.close();
  }
}

afterEach(async () => {
  for (const redis of started.splice(0)) await redis.stop();
});

describe('startTestRedis', () => {
  test('serves on loopback, without eviction and without files by default', async () => {
    const redis = await start();
    expect(redis.url).toBe(`redis://127.0.0.1:${redis.port}/0`);
    expect(await ask(redis, 'CONFIG', 'GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    expect(await ask(redis, 'CONFIG', 'GET', 'appendonly')).toEqual(['appendonly', 'no']);
    expect(await ask(redis, 'CONFIG', 'GET', 'bind')).toEqual(['bind', '127.0.0.1']);
  });

  test('two servers share nothing', async () => {
    const [one, two] = await Promise.all([start(), start()]);
    await ask(one, 'SET', 'whose', 'one');
    expect(one.port).not.toBe(two.port);
    expect(await ask(two, 'GET', 'whose')).toBeNull();
  });

  test('keeps port and data over kill -9 and restart, with appendonly', async () => {
    const redis = await start({ appendonly: true, settings: { appendfsync: 'always' } });
    const { pid, port } = redis;
    await ask(redis, 'SET', 'kept', 'yes');
    await redis.kill();
    await expect(ask(redis, 'PING')).rejects.toThrow('ECONNREFUSED');
    await redis.restart();
    expect(redis.port).toBe(port);
    expect(redis.pid).not.toBe(pid);
    expect(await ask(redis, 'GET', 'kept')).toBe('yes');
  });

  test('a given directory stays after stop, and stop may be called twice', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'nexus-kept-'));
    const redis = await start({ directory, appendonly: true });
    await redis.stop();
    await redis.stop();
    expect(existsSync(join(directory, 'appendonlydir'))).toBe(true);
    rmSync(directory, { recursive: true });
  });

  test('dies with the process that started it, even by kill -9, and leaves nothing', async () => {
    const script = `
      import { startTestRedis } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
      const redis = await startTestRedis();
      process.stdout.write(JSON.stringify([redis.pid, redis.url]));
      setInterval(() => undefined, 1000);`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [pid, url] = await new Promise<[number, string]>((resolve) =>
      child.stdout.once('data', (chunk: Buffer) => resolve(JSON.parse(chunk.toString()) as [number, string])),
    );
    expect(isAlive({ pid, start: null })).toBe(true);
    const client = await connectRedis(url);
    const [, directory] = (await client.command('CONFIG', 'GET', 'dir')) as [string, string];
    client.close();
    child.kill('SIGKILL');
    await expect(untilDead(pid)).resolves.toBeUndefined();
    while (existsSync(directory)) await new Promise((resolve) => setImmediate(resolve));
  });
});

/** Fails by the test's own time limit. A zombie that nobody reaps counts as dead. */
async function untilDead(pid: number): Promise<void> {
  for (;;) {
    try {
      if (/\) Z /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'))) return;
      process.kill(pid, 0);
    } catch {
      return;
    }
    await new Promise((resolve) => setImmediate(resolve));
  }
}
