import { mkdir, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Makes the folder in which this process keeps the files of its running tasks, empty and for its owner only. What
 * processes of the same agent left behind that no longer live is removed: it holds what people uploaded.
 */
export async function openWorkFolder(parent: string, agent: string): Promise<string> {
  await mkdir(parent, { recursive: true, mode: 0o700 });
  for (const name of await readdir(parent)) {
    const pid = name.startsWith(`${agent}-`) ? Number(name.slice(agent.length + 1)) : Number.NaN;
    // In a container every process has the same id: a folder of our own id is an earlier life's.
    if (pid === process.pid || (Number.isInteger(pid) && !isAlive(pid))) {
      await rm(join(parent, name), { recursive: true, force: true });
    }
  }
  const folder = join(parent, `${agent}-${process.pid}`);
  await mkdir(folder, { mode: 0o700 });
  return folder;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error: unknown) {
    // EPERM: it lives and belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
