import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findOnPath } from './find-on-path.ts';
import { findContainerEngine } from './find-container-engine.ts';
import { findRedis, firstFound } from './find-redis.ts';
import { isNewEnough, type RedisBinary } from './redis-binary.ts';
import { findInCache, redisCacheDirectory } from './redis-cache.ts';

let root: string;
let folder: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'nexus-find-'));
});
afterAll(() => rmSync(root, { recursive: true }));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** An otherwise empty PATH folder with one script in it. */
function script(name: string, body: string): string {
  folder = mkdtempSync(join(root, 'bin-'));
  return addScript(name, body);
}

function addScript(name: string, body: string): string {
  const file = join(folder, name);
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}

const silent = (): void => undefined;

describe('findOnPath', () => {
  test.each([
    ['redis-server', 'Redis server v=7.0.15 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64', '7.0.15'],
    ['valkey-server', 'Valkey server v=8.1.1 sha=00000000:0 malloc=jemalloc-5.3.0 bits=64', '8.1.1'],
    ['redict-server', 'Redict server v=7.3.0 sha=00000000:0', '7.3.0'],
  ])('finds %s', async (name, printed, version) => {
    const command = script(name, `echo "${printed}"`);
    expect(await findOnPath(`/nowhere:${folder}`, [])).toEqual({
      found: { kind: 'program', command, version, origin: 'PATH' },
    });
  });

  test('passes over what is too old, does not run, or is a folder, and says so', async () => {
    script('redis-server', 'echo "Redis server v=6.0.16 sha=0"');
    addScript('valkey-server', 'echo "error while loading shared libraries: libx.so" >&2; exit 127');
    mkdirSync(join(folder, 'redict-server'));
    expect(await findOnPath(folder, [])).toEqual({
      reason: expect.stringMatching(/libx\.so.*; .*version 6\.0\.16; 6\.2 or later/),
    });
  });

  test('an empty PATH finds nothing', async () => {
    expect(await findOnPath('', [])).toEqual({ reason: 'no valkey-server, redis-server, redict-server there' });
  });
});

describe('findContainerEngine', () => {
  test('a client without its engine does not count', async () => {
    script('docker', 'echo "Cannot connect to the Docker daemon" >&2; exit 1');
    expect(await findContainerEngine(folder, silent)).toEqual({
      reason: expect.stringMatching(/docker is there, but no engine answered within 2 s; no podman/),
    });
  });

  test('an engine that answers is taken, its image fetched if missing', async () => {
    script('podman', `echo "$@" >> ${root}/podman.log; [ "$1 $2" != "image inspect" ]`);
    const lines: string[] = [];
    const result = await findContainerEngine(folder, (line) => lines.push(line));
    expect(result).toMatchObject({ found: { kind: 'container', engine: join(folder, 'podman') } });
    expect(readFileSync(join(root, 'podman.log'), 'utf8')).toMatch(
      /^info\nimage inspect redis:\S+\npull --quiet redis:/,
    );
    expect(lines).toHaveLength(1);
  });
});

describe('the cache', () => {
  test('lies in XDG_CACHE_HOME, else in HOME, else in the data directory', () => {
    expect(redisCacheDirectory({ XDG_CACHE_HOME: join(root, 'x'), HOME: root }, root)).toBe(
      join(root, 'x/nexus/redis'),
    );
    expect(redisCacheDirectory({ HOME: join(root, 'h') }, root)).toBe(join(root, 'h/.cache/nexus/redis'));
    writeFileSync(join(root, 'file'), 'not a folder');
    expect(redisCacheDirectory({ HOME: join(root, 'file') }, join(root, 'data'))).toBe(join(root, 'data/cache/redis'));
  });

  test('gives the newest copy that starts on this processor', async () => {
    folder = mkdtempSync(join(root, 'cache-'));
    addScript(`7.0.9-${process.arch}/redis-server`, 'echo "Redis server v=7.0.9"');
    const newest = addScript(`7.0.15-${process.arch}/redis-server`, 'echo "Redis server v=7.0.15"');
    addScript(`9.0.0-${process.arch}/redis-server`, 'exit 127');
    addScript('9.1.0-pdp11/redis-server', 'echo "Redis server v=9.1.0"');
    addScript(`.unpacking-x-${process.arch}/redis-server`, 'echo "Redis server v=9.9.9"');
    expect(await findInCache(folder)).toMatchObject({ found: { command: newest, version: '7.0.15' } });
  });
});

describe('findRedis', () => {
  test('a program that NEXUS_REDIS_SERVER names is taken or is an error', async () => {
    const command = script('my-redis', 'echo "Redis server v=7.4.0"');
    const options = { dataDirectory: root, report: silent };
    expect(await findRedis({ ...options, environment: { NEXUS_REDIS_SERVER: command } })).toMatchObject({ command });
    const wrong = findRedis({ ...options, environment: { ...process.env, NEXUS_REDIS_SERVER: '/nowhere/redis' } });
    await expect(wrong).rejects.toMatchObject({
      code: 'REDIS_NOT_FOUND',
      message: expect.stringContaining('/nowhere/redis'),
    });
  });

  test('containers come before a download, and last where a program is preferred', async () => {
    script('docker', 'exit 0');
    const cache = join(root, 'home-with-docker');
    const options = { environment: { PATH: folder, HOME: cache }, dataDirectory: root, report: silent };
    expect(await findRedis(options)).toMatchObject({ kind: 'container', origin: 'docker' });
    addScript('apt-get', 'echo "E: no network" >&2; exit 100');
    for (const tool of ['apt-cache', 'dpkg-deb', 'dpkg-query']) addScript(tool, 'exit 1');
    const lines: string[] = [];
    const preferred = await findRedis({ ...options, report: (line) => lines.push(line), preferProgram: true });
    expect(preferred).toMatchObject({ kind: 'container' });
    expect(lines).toContainEqual(expect.stringContaining('downloading'));
  });

  test('a machine without anything: every step with its result, and what to type', async () => {
    folder = mkdtempSync(join(root, 'home-'));
    const lost = findRedis({
      environment: { PATH: folder, HOME: folder },
      dataDirectory: root,
      report: silent,
      tried: [{ step: 'REDIS_URL', reason: 'not set' }],
    });
    await expect(lost).rejects.toMatchObject({ code: 'REDIS_NOT_FOUND' });
    const { message } = (await lost.catch((error: unknown) => error)) as Error;
    expect(message).toMatch(
      /1\. REDIS_URL: not set\n\s+2\. redis-server or valkey-server on PATH: no .*\n\s+3\. unpacked copy: nothing in .*\n\s+4\. docker or podman: no docker; no podman\n\s+5\. Debian packages: not a Debian family system \(no apt-get/,
    );
    for (const typed of ['apt-get install', 'dnf install', 'brew install', 'docker run', 'export REDIS_URL=']) {
      expect(message).toContain(typed);
    }
  });
});

test('firstFound stops at the first success', async () => {
  const binary: RedisBinary = { kind: 'program', command: 'x', version: '7.0.0', origin: 'test' };
  const late = (): never => {
    throw new Error('asked too far');
  };
  const steps = [
    { name: 'one', find: async () => ({ reason: 'no' }) },
    { name: 'two', find: async () => ({ found: binary }) },
    { name: 'three', find: late },
  ];
  expect(await firstFound(steps)).toBe(binary);
});

test('isNewEnough compares numbers', () => {
  expect(['6.2.0', '6.10.1', '7.0.15', '10.0'].every(isNewEnough)).toBe(true);
  expect(['6.0.16', '5.9.9', '2.8'].some(isNewEnough)).toBe(false);
});
