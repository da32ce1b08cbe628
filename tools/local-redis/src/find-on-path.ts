import { accessSync, constants, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { type Found, probeProgram, type RedisBinary } from './redis-binary.ts';

const NAMES = ['valkey-server', 'redis-server', 'redict-server'];

/** Homebrew's folders, which a program started from the desktop does not have on its PATH. */
const MORE_FOLDERS = ['/opt/homebrew/bin', '/usr/local/bin'];

/** Looks for a Redis-compatible server on PATH; the first one that starts and is new enough. */
export async function findOnPath(
  path: string | undefined,
  moreFolders: readonly string[] = MORE_FOLDERS,
): Promise<Found<RedisBinary>> {
  const folders = [...(path ?? '').split(delimiter).filter((folder) => folder !== ''), ...moreFolders];
  const reasons: string[] = [];
  for (const command of folders.flatMap((folder) => NAMES.map((name) => join(folder, name)))) {
    if (!isExecutable(command)) continue;
    const probed = await probeProgram(command, 'PATH');
    if ('found' in probed) return probed;
    reasons.push(probed.reason);
  }
  return { reason: reasons.length > 0 ? [...new Set(reasons)].join('; ') : `no ${NAMES.join(', ')} there` };
}

/** The full path of a program on PATH, or undefined. */
export function programOnPath(name: string, path: string | undefined): string | undefined {
  const folders = (path ?? '').split(delimiter).filter((folder) => folder !== '');
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
