import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { CommandContext } from '../command.ts';

export const summary = 'measure speed and memory and print each figure beside its bar';

export const usage = `Usage: npm run bench [-- [--json] [NAME]...]

Measures everything, or the named benchmarks, and prints each figure beside the bar it has to meet and the base of the
same run it is compared with. Exit status 0 when every bar is met, 1 when one is missed, 2 when one was not measured.

  --json    one JSON document: an array of {id, what, value, unit, bar, ok, base}
  NAME      http-create, queue-cpu, queue-latency, excel, supervisor-start
`;

/** The exit status of the benchmark, which runs in a process of its own: nothing of the launcher is measured with it. */
export async function run(words: readonly string[], context: CommandContext): Promise<number> {
  const script = join(context.root, 'tools/bench/src/main.ts');
  const child = spawn(process.execPath, ['-C', '@nexus/source', script, ...words], {
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
