import type { CommandContext } from '../command.ts';
import { parkHelp } from '../letters/help.ts';
import { lettersHelp, runLetters } from '../letters/run-letters.ts';

export const summary = 'look at alarmed letters, and send them back';

export const usage = parkHelp('alarm');

/** The help of a subcommand: `npx nexus alarm peek --help`. */
export function usageOf(words: readonly string[]): string {
  return lettersHelp('alarm', words);
}

/** Exit status 1: the answer reports errors or an operation did not do what it was asked; 2: it could not be asked. */
export function run(words: readonly string[], context: CommandContext): Promise<number> {
  return runLetters('alarm', words, context);
}
