import { accessSync, constants, mkdirSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { type Found, probeProgram, type RedisBinary } from './redis-binary.ts';

/** The start script inside a cached copy: sets the library path and becomes the server, so one path is all one needs. */
export const CACHED_COMMAND = 'redis-server';

/**
 * Where unpacked copies of Redis are kept: `${XDG_CACHE_HOME:-~/.cache}/nexus/redis`, or the data directory where the
 * home folder cannot be written. Created if missing.
 */
export function redisCacheDirectory(
  environment: Readonly<Record<string, string | undefined>>,
  fallback: string,
): string {
  const home = environment['HOME'] || homedir();
  const wanted = join(environment['XDG_CACHE_HOME'] || join(home, '.cache'), 'nexus', 'redis');
  if (isWritable(wanted)) return wanted;
  const local = join(fallback, 'cache', 'redis');
  mkdirSync(local, { recursive: true });
  return local;
}

/** The newest cached copy for this processor that starts. */
export async function findInCache(directory: string): Promise<Found<RedisBinary>> {
  const copies = readdirSync(directory)
    .filter((name) => !name.startsWith('.') && name.endsWith(`-${process.arch}`))
    .sort((left, right) => right.localeCompare(left, 'en', { numeric: true }));
  const reasons: string[] = [];
  for (const copy of copies) {
    const probed = await probeProgram(join(directory, copy, CACHED_COMMAND), 'cache');
    if ('found' in probed) return probed;
    reasons.push(probed.reason);
  }
  return { reason: reasons.length > 0 ? reasons.join('; ') : `nothing in ${directory}` };
}

function isWritable(directory: string): boolean {
  try {
    mkdirSync(directory, { recursive: true });
    accessSync(directory, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}
