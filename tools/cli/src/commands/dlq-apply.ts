import type { CommandContext } from '../command.ts';
import { dlqApplyUsage, runDlqApply } from '../letters/dlq-apply.ts';
import { processConsole } from '../letters/operator-console.ts';

export const summary = 'do with dead letters what triage says, for cron: prints one JSON document';

export const usage = dlqApplyUsage;

/** Exit status 1 when the answer reports errors, 2 for any other answer than a success, no connection, or bad options. */
export function run(words: readonly string[], context: CommandContext): Promise<number> {
  return runDlqApply(words, context, processConsole());
}
