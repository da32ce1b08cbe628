import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

export type FileLockOptions = { wait: (milliseconds: number) => Promise<void>; newToken: () => string };

const LOCK_POLL_MS = 10;
/** A lock is held for milliseconds, or for one command to Redis; one that stays the same longer was left by the dead. */
const LOOKS_UNTIL_STALE = 400;

/**
 * Waits until the lock file is this caller's; resolves to how to release it. Processes of one machine only. Where no
 * lock file can be made (folder read-only, disk full) it resolves all the same: the write that follows fails and says so.
 */
export async function takeFileLock(path: string, { wait, newToken }: FileLockOptions): Promise<() => Promise<void>> {
  const token = newToken();
  let seen: string | undefined;
  for (let looks = 0; ; looks++) {
    const outcome = await tryLock(path, token);
    if (outcome !== 'held')
      return outcome === 'taken' ? () => rm(path, { force: true }).catch(() => undefined) : async () => undefined;
    const holder = await readFile(path, 'utf8').catch(() => undefined);
    if (holder !== seen) looks = 0;
    seen = holder;
    if (looks >= LOOKS_UNTIL_STALE) {
      await rm(path, { force: true });
      looks = 0;
    }
    await wait(LOCK_POLL_MS);
  }
}

async function tryLock(path: string, token: string): Promise<'taken' | 'held' | 'impossible'> {
  try {
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, token, { flag: 'wx' });
    return 'taken';
  } catch (error) {
    return codeOf(error) === 'EEXIST' ? 'held' : 'impossible';
  }
}

/** The system's name of an error, such as `ENOENT`; undefined where it has none. */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}
