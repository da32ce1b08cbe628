import type { CommandContext } from '../command.ts';
import { chooseLanguage } from '../letters/language.ts';
import { ledgerHelp } from '../ledger/ledger-help.ts';
import { runLedger } from '../ledger/run-ledger.ts';

export const summary = 'export, verify, seal, reconcile and rebuild the cost ledger and the audit';

export const usage = ledgerHelp('en');

/** In the language of --lang, or of the environment. */
export function usageOf(words: readonly string[]): string {
  const at = words.findIndex((word) => word.startsWith('--lang'));
  const asked = at === -1 ? undefined : `${words[at] ?? ''} ${words[at + 1] ?? ''}`;
  const language = asked === undefined ? undefined : /[ =]ko\b/.test(asked) ? 'ko' : 'en';
  return ledgerHelp(chooseLanguage(language, process.env));
}

/** Exit status 1: the chain is broken, totals differ, or records were lost; 2: could not run. */
export function run(words: readonly string[], context: CommandContext): Promise<number> {
  return runLedger(words, context);
}
