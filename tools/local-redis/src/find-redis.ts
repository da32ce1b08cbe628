import { join } from 'node:path';
import { withFileLock } from './file-lock.mjs';
import { findContainerEngine } from './find-container-engine.ts';
import { findOnPath } from './find-on-path.ts';
import { type Found, probeProgram, type RedisBinary } from './redis-binary.ts';
import { findInCache, redisCacheDirectory } from './redis-cache.ts';
import { unpackDebianPackages } from './unpack-debian-packages.ts';

/** Environment variables as a process has them. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** One place to look: its name for people and how to look there. */
export interface FindStep {
  readonly name: string;
  readonly find: () => Promise<Found<RedisBinary>>;
}

/** Where to look. `dataDirectory` holds the cache where the home folder is not writable; `report` gets progress lines. */
export interface FindOptions {
  readonly environment: Environment;
  readonly dataDirectory: string;
  readonly report: (line: string) => void;
  /** Steps that came before these and found nothing, for the error's list. */
  readonly tried?: readonly TriedStep[];
  /** Containers last: for tests, which kill servers and start many of them. */
  readonly preferProgram?: boolean;
}

/** A step that found nothing. */
export interface TriedStep {
  readonly step: string;
  readonly reason: string;
}

/** The error of a machine without Redis; the message lists every step tried and what to type. */
export interface RedisNotFoundError extends Error {
  readonly code: 'REDIS_NOT_FOUND';
  readonly tried: readonly TriedStep[];
}

const ADVICE = `Install Redis 6.2 or later, or name a running one. One of these is enough:
  Debian, Ubuntu   sudo apt-get install redis-server
  Fedora, RHEL     sudo dnf install redis        (or: valkey)
  macOS            brew install redis
  Docker           docker run -d -p 127.0.0.1:6379:6379 redis:8.2-alpine && export REDIS_URL=redis://127.0.0.1:6379/0
  elsewhere        export REDIS_URL=redis://HOST:PORT/0
  Windows          run this in WSL (wsl --install), then as for Ubuntu`;

/**
 * Finds a way to run a Redis server here: NEXUS_REDIS_SERVER (a program; wrong is an error, never skipped) → PATH →
 * cache → docker or podman that answers → Debian packages unpacked into the cache. Many callers at once download once.
 * Rejects with RedisNotFoundError.
 */
export async function findRedis(options: FindOptions): Promise<RedisBinary> {
  const { environment, dataDirectory, report, tried = [], preferProgram = false } = options;
  const named = environment['NEXUS_REDIS_SERVER'];
  if (named !== undefined && named !== '') {
    return firstFound([{ name: 'NEXUS_REDIS_SERVER', find: () => probeProgram(named, 'NEXUS_REDIS_SERVER') }], tried);
  }
  const path = environment['PATH'];
  const cacheDirectory = redisCacheDirectory(environment, dataDirectory);
  const containers = { name: 'docker or podman', find: () => findContainerEngine(path, report) };
  const steps = [
    { name: 'redis-server or valkey-server on PATH', find: () => findOnPath(path) },
    { name: 'unpacked copy', find: () => findInCache(cacheDirectory) },
    ...(preferProgram ? [] : [containers]),
    { name: 'Debian packages', find: () => unpackOnce({ path, cacheDirectory, report }) },
    ...(preferProgram ? [containers] : []),
  ];
  return firstFound(steps, tried);
}

/** Takes the steps in order; the first that finds something wins. Rejects with RedisNotFoundError. */
export async function firstFound(steps: readonly FindStep[], before: readonly TriedStep[] = []): Promise<RedisBinary> {
  const tried = [...before];
  for (const { name, find } of steps) {
    const result = await find();
    if ('found' in result) return result.found;
    tried.push({ step: name, reason: result.reason });
  }
  const list = tried.map(({ step, reason }, index) => `  ${index + 1}. ${step}: ${reason}`).join('\n');
  const message = `No Redis could be found or started on this machine. Tried:\n${list}\n\n${ADVICE}`;
  throw Object.assign(new Error(message), { code: 'REDIS_NOT_FOUND' as const, tried });
}

/** Whoever waited for the lock finds the copy that the other one made. */
async function unpackOnce(options: Parameters<typeof unpackDebianPackages>[0]): Promise<Found<RedisBinary>> {
  const { cacheDirectory, report } = options;
  const onWait = (): void => report('another process is downloading Redis, waiting for it');
  return withFileLock(
    join(cacheDirectory, '.lock'),
    async () => {
      const cached = await findInCache(cacheDirectory);
      return 'found' in cached ? cached : unpackDebianPackages(options);
    },
    { onWait },
  );
}
