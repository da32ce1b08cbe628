import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isAlive, processStart } from './file-lock.mjs';
import { type ProvidedRedis, startManagedRedis } from './managed-redis.ts';
import { connectRedis } from './redis-client.ts';
import { readInstance, writeInstance } from './redis-instance.ts';
import { startTestRedis } from './test-redis.ts';

let dataDirectory: string;
let started: ProvidedRedis[];
beforeEach(() => {
  dataDirectory = mkdtempSync(join(tmpdir(), 'nexus-managed-'));
  started = [];
});
afterEach(async () => {
  for (const redis of started) await redis.stop();
  rmSync(dataDirectory, { recursive: true });
});

async function start(): Promise<ProvidedRedis> {
  const redis = await startManagedRedis({ environment: process.env, dataDirectory, report: () => undefined });
  started.push(redis);
  return redis;
}

async function ask(url: string, ...words: string[]): Promise<unknown> {
  const client = await connectRedis(url);
  try {
    return await client.command(...words);
  } finally {
    client.close();
  }
}

function place(): string {
  return join(dataDirectory, 'redis');
}

describe('startManagedRedis', () => {
  test('is durable, never evicts, listens on loopback and wants its password', async () => {
    const { url, owned, description } = await start();
    expect(owned).toBe(true);
    expect(await ask(url, 'CONFIG', 'GET', 'append*')).toEqual(
      expect.arrayContaining(['appendonly', 'yes', 'appendfsync', 'everysec']),
    );
    expect(await ask(url, 'CONFIG', 'GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'noeviction']);
    expect(await ask(url, 'CONFIG', 'GET', 'bind')).toEqual(['bind', '127.0.0.1']);
    await expect(ask(url.replace(/:[^:]*@/, ''), 'PING')).rejects.toThrow('NOAUTH');
    expect(description).not.toContain(new URL(url).password);
  });

  test('keeps the password from other users: not on the command line, and in files of the owner only', async () => {
    const { url } = await start();
    const { password } = new URL(url);
    const pid = readInstance(place())?.pid ?? 0;
    expect(spawnSync('ps', ['-o', 'args=', '-p', String(pid)]).stdout.toString()).not.toContain(password);
    expect(statSync(join(place(), 'password')).mode & 0o077).toBe(0);
    expect(statSync(place()).mode & 0o077).toBe(0);
    expect(readFileSync(join(place(), 'redis.log'), 'utf8')).not.toContain(password);
  });

  test('a second start uses the first one, and only the owner stops it', async () => {
    const first = await start();
    const second = await start();
    expect(second).toMatchObject({ url: first.url, owned: false });
    await second.stop();
    expect(await ask(first.url, 'PING')).toBe('PONG');
    await first.stop();
    await expect(ask(first.url, 'PING')).rejects.toThrow('ECONNREFUSED');
    expect(readInstance(place())).toBeUndefined();
  });

  test('two starts at once make one server', async () => {
    const both = await Promise.all([start(), start(), start()]);
    expect(new Set(both.map(({ url }) => url)).size).toBe(1);
    expect(both.filter(({ owned }) => owned)).toHaveLength(1);
  });

  test('data survives stop and start', async () => {
    const first = await start();
    await ask(first.url, 'SET', 'kept', 'yes');
    await first.stop();
    const second = await start();
    expect(second.owned).toBe(true);
    expect(await ask(second.url, 'GET', 'kept')).toBe('yes');
  });

  test('a server whose owner was killed is adopted and then stopped', async () => {
    const script = `
      import { startManagedRedis } from ${JSON.stringify(join(import.meta.dirname, 'index.ts'))};
      const { url } = await startManagedRedis({ environment: process.env, dataDirectory: ${JSON.stringify(dataDirectory)}, report: () => undefined });
      process.stdout.write(url);
      process.kill(process.pid, 'SIGKILL');`;
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let url = '';
    child.stdout.on('data', (chunk: Buffer) => (url += chunk.toString()));
    await new Promise((resolve) => child.once('close', resolve));
    expect(await ask(url, 'PING')).toBe('PONG');

    const adopted = await start();
    expect(adopted).toMatchObject({ url, owned: true });
    await adopted.stop();
    await expect(ask(url, 'PING')).rejects.toThrow('ECONNREFUSED');
  });

  test('a record of a dead process is replaced', async () => {
    const first = await start();
    const record = readInstance(place());
    await first.stop();
    if (record !== undefined) writeInstance(place(), record);
    const second = await start();
    expect(second.owned).toBe(true);
    expect(readInstance(place())?.pid).not.toBe(record?.pid);
  });

  test('a process id that now belongs to another program is neither used nor killed', async () => {
    const first = await start();
    const record = readInstance(place());
    await first.stop();
    const stranger = spawn('sleep', ['60'], { stdio: 'ignore' });
    const pid = stranger.pid ?? 0;
    if (record !== undefined) writeInstance(place(), { ...record, pid, start: processStart(pid) });
    const second = await start();
    expect(second.owned).toBe(true);
    await second.stop();
    expect(isAlive({ pid, start: null })).toBe(true);
    stranger.kill();
  });

  test("somebody else's server on the recorded port is not adopted", async () => {
    const first = await start();
    const record = readInstance(place());
    await first.stop();
    const foreign = await startTestRedis();
    if (record !== undefined) writeInstance(place(), { ...record, port: foreign.port });
    const second = await start();
    expect(new URL(second.url).port).not.toBe(String(foreign.port));
    expect(await ask(foreign.url, 'PING')).toBe('PONG');
    await foreign.stop();
  });

  test('the server of the folder that this one is a copy of is neither used nor stopped', async () => {
    const original = await start();
    const copy = mkdtempSync(join(tmpdir(), 'nexus-copied-'));
    cpSync(place(), join(copy, 'redis'), { recursive: true });
    const options = { environment: process.env, dataDirectory: copy, report: () => undefined };
    const copied = await startManagedRedis(options);
    expect(copied.owned).toBe(true);
    expect(copied.url).not.toBe(original.url);
    await copied.stop();
    expect(await ask(original.url, 'PING')).toBe('PONG');
    rmSync(copy, { recursive: true });
  });

  test('the server of a folder that was moved is still found', async () => {
    const before = await start();
    const moved = mkdtempSync(join(tmpdir(), 'nexus-moved-'));
    renameSync(place(), join(moved, 'redis'));
    const after = await startManagedRedis({ environment: process.env, dataDirectory: moved, report: () => undefined });
    expect(after).toMatchObject({ url: before.url, owned: false });
    renameSync(join(moved, 'redis'), place());
    rmSync(moved, { recursive: true });
  });

  test('a server that lives but does not answer is not given a twin on the same files', async () => {
    await start();
    const record = readInstance(place());
    const foreign = await startTestRedis();
    if (record !== undefined) writeInstance(place(), { ...record, port: foreign.port });
    await expect(start()).rejects.toMatchObject({
      code: 'REDIS_SILENT',
      message: expect.stringContaining(`kill ${record?.pid}`),
    });
    if (record !== undefined) writeInstance(place(), record);
    await foreign.stop();
  });

  test('a server that cannot start says why', async () => {
    const directory = join(dataDirectory, 'fake');
    writeFileSync(
      directory,
      '#!/bin/sh\n[ "$1" = --version ] && echo "Redis server v=7.2.0" && exit\necho "Fatal: cannot" && exit 1\n',
      { mode: 0o755 },
    );
    const environment = { ...process.env, NEXUS_REDIS_SERVER: directory };
    const broken = startManagedRedis({ environment, dataDirectory, report: () => undefined });
    await expect(broken).rejects.toThrow(/the server process ended[^]*Fatal: cannot/);
    expect(readInstance(place())).toBeUndefined();
  });
});
