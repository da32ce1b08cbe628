import type { CommandContext } from '../command.ts';
import { runScript } from '../run-script.ts';

export const summary = 'measure speed and memory and print each figure beside its bar';

export const usage = `Usage: npm run bench [-- [--json] [NAME]...]

Measures everything, or the named benchmarks, and prints each figure beside the bar it has to meet and the base of the
same run it is compared with. Exit status 0 when every bar is met, 1 when one is missed, 2 when one was not measured.

  --json    one JSON document: an array of {id, what, value, unit, bar, ok, base}
  NAME      http-create, queue-cpu, queue-latency, excel, supervisor-start, letters-100k, letters-1m, llm
`;

/** The exit status of the benchmark, which runs in a process of its own: nothing of the launcher is measured with it. */
export async function run(words: readonly string[], context: CommandContext): Promise<number> {
  return runScript('tools/bench/src/main.ts', words, context);
}
