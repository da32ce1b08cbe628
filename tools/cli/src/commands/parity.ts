import type { CommandContext } from '../command.ts';
import { runScript } from '../run-script.ts';

export const summary = 'drive the faults of model providers against Nexus and against another gateway';

export const usage = `Usage: npx nexus parity [--check]

Starts two simulated providers, A and B, and before them Nexus and a gateway of others, each with a fallback from A to
B. Drives every fault of A through both over HTTP, counts who asked whom how often, and writes the table into
docs/llm-router.md. Takes about 20 seconds and needs neither key nor network. Exit status 0 when Nexus met every case
as is right, 1 when not, 2 when it could not be run.

  --check   write nothing; status 1 too when the document has another table
`;

/** The exit status of the comparison, which runs in a process of its own. */
export async function run(words: readonly string[], context: CommandContext): Promise<number> {
  return runScript('tools/bench/src/parity/main.ts', words, context);
}
