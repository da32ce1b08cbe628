import type { CommandContext } from '../command.ts';
import { englishHelp, koreanHelp } from '../finops-report/help-text.ts';
import { runFinopsReport } from '../finops-report/run-finops-report.ts';

export const summary = 'report what was spent on language models, as Markdown, HTML, CSV, FOCUS or JSON';

export const usage = englishHelp;

/** The help in the language that is asked for. */
export function usageOf(words: readonly string[]): string {
  const asked = words.includes('--lang=ko') || words[words.indexOf('--lang') + 1] === 'ko';
  return asked ? koreanHelp : englishHelp;
}

/** Exit status 0: written, also when nothing was spent; 2: it could not be made. */
export function run(words: readonly string[], context: CommandContext): Promise<number> {
  return runFinopsReport(words, context, {
    now: Date.now,
    result: (text) => void process.stdout.write(text),
    note: (text) => void process.stderr.write(`${text}\n`),
  });
}
