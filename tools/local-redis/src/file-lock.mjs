import { linkSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { randomUUID } from 'node:crypto';

/** A breaker that is older than this was left behind by a process that died while it removed a stale lock. */
const BREAKER_MILLISECONDS = 10_000;

/**
 * Runs `action` while no other process holds the lock file; processes of one machine only.
 * A lock whose holder is dead is removed. Plain JavaScript, because the launcher uses it before anything is installed.
 */
export async function withFileLock(path, action, { onWait, pollMilliseconds = 50 } = {}) {
  let waited = false;
  while (!take(path)) {
    const holder = readHolder(path);
    if (holder !== null && !isAlive(holder)) breakLock(path);
    else {
      if (!waited && holder !== null) onWait?.(holder.pid);
      waited = waited || holder !== null;
      await new Promise((resolve) => setTimeout(resolve, pollMilliseconds));
    }
  }
  try {
    return await action();
  } finally {
    rmSync(path, { force: true });
  }
}

/**
 * When the process was started, in clock ticks since boot, so that a reused process id is not mistaken for the old
 * process; null where the system does not tell (no /proc) or the process is gone.
 */
export function processStart(pid) {
  return processStatus(pid)?.start ?? null;
}

/** Whether a process that was recorded as `{pid, start}` still runs; one that ended and was never reaped does not. */
export function isAlive({ pid, start }) {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (error.code !== 'EPERM') return false;
  }
  const now = processStatus(pid);
  if (now === null) return true;
  return !'ZX'.includes(now.state) && (start === null || now.start === start);
}

function processStatus(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field is the program's name in brackets and may hold spaces; field 3 is the state, 22 the start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0], start: fields[19] };
  } catch {
    return null;
  }
}

/** A hard link appears with its whole content at once, so a reader never sees a lock without its holder. */
function take(path) {
  const own = `${path}.${randomUUID()}`;
  writeFileSync(own, JSON.stringify({ pid: process.pid, start: processStart(process.pid) }));
  try {
    linkSync(own, path);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(own, { force: true });
  }
}

/** The holder; null when the lock was released meanwhile. A text that is no holder counts as a dead one. */
function readHolder(path) {
  let text;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return null;
  }
  try {
    const { pid, start } = JSON.parse(text);
    if (Number.isSafeInteger(pid) && pid > 0) return { pid, start };
  } catch {
    // Written by no version of this file.
  }
  return { pid: 2 ** 31 - 1, start: null };
}

/** Only the process that holds the breaker removes a stale lock, so that nobody removes a successor's fresh one. */
function breakLock(path) {
  const breaker = `${path}.breaker`;
  try {
    writeFileSync(breaker, '', { flag: 'wx' });
  } catch {
    dropOldBreaker(breaker);
    return;
  }
  const holder = readHolder(path);
  if (holder !== null && !isAlive(holder)) rmSync(path, { force: true });
  rmSync(breaker, { force: true });
}

function dropOldBreaker(breaker) {
  const status = statSync(breaker, { throwIfNoEntry: false });
  if (status !== undefined && Date.now() - status.mtimeMs > BREAKER_MILLISECONDS) rmSync(breaker, { force: true });
}
