import { runAnomalyWatch } from '../anomaly-watch/run-anomaly-watch.ts';
import { watchHelp } from '../anomaly-watch/watch-help.ts';
import type { CommandContext } from '../command.ts';
import { chooseLanguage } from '../letters/language.ts';

export const summary = 'look whether cost, rate limits or circuits of the models are out of order, for cron';

export const usage = watchHelp('en');

/** In the language of --lang, or of the environment. */
export function usageOf(words: readonly string[]): string {
  const at = words.findIndex((word) => word.startsWith('--lang'));
  const asked = at === -1 ? undefined : `${words[at] ?? ''} ${words[at + 1] ?? ''}`;
  const language = asked === undefined ? undefined : /[ =]ko\b/.test(asked) ? 'ko' : 'en';
  return watchHelp(chooseLanguage(language, process.env));
}

/** Exit status 1: an anomaly was found; 2: could not run, or nobody could be told. */
export function run(words: readonly string[], context: CommandContext): Promise<number> {
  return runAnomalyWatch(words, context);
}
