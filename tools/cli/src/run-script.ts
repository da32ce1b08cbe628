import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { CommandContext } from './command.ts';

/** Runs a TypeScript file of the project, by its path from the root, in a process of its own; resolves to its exit status. */
export async function runScript(path: string, words: readonly string[], context: CommandContext): Promise<number> {
  const child = spawn(process.execPath, ['-C', '@nexus/source', join(context.root, path), ...words], {
    cwd: context.root,
    env: context.environment,
    stdio: 'inherit',
  });
  const forward = (signal: NodeJS.Signals): void => void child.kill(signal);
  process.on('SIGINT', forward).on('SIGTERM', forward);
  const [code] = (await once(child, 'exit')) as [number | null];
  process.off('SIGINT', forward).off('SIGTERM', forward);
  return code ?? 2;
}
