import type { Park } from '@nexus/contracts';
import type { CommandContext } from '../command.ts';
import { failureWithCode } from '../failure-with-code.ts';
import { untilToldToStop } from '../stack/until-told-to-stop.ts';
import { connect } from './connection.ts';
import { parkHelp, subcommandHelp } from './help.ts';
import { chooseLanguage } from './language.ts';
import { GENERAL_OPTIONS } from './letter-options.ts';
import { nearestName } from './nearest-name.ts';
import { type OperatorConsole, processConsole } from './operator-console.ts';
import { parseOptions } from './parse-options.ts';
import { problemText } from './problem-text.ts';
import { type LetterContext, type Subcommand, SupervisorRefusal } from './subcommand.ts';
import { subcommands } from './subcommands.ts';
import { wordsIn } from './words.ts';

/** How long one answer may take; operations run in the background, so that no answer takes long. Milliseconds. */
const ANSWER_MILLISECONDS = 30_000;

/** The parts of the outside world that tests and the demo replace. */
export interface LetterSurroundings {
  readonly console: OperatorConsole;
  readonly now: () => number;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly untilToldToStop: () => AbortSignal;
  readonly onAnswer?: (answer: unknown) => void;
}

/**
 * Runs one operators' command on a park; resolves to the exit status of contract 13. Throws what is wrong with the words
 * themselves (OPTION_…, SUBCOMMAND_…, each a sentence for people), which the caller prints as status 2.
 */
export async function runLetters(
  park: Park,
  words: readonly string[],
  { environment, root, workingDirectory, surroundings = realSurroundings(environment) }: LettersContext,
): Promise<number> {
  const [name, ...rest] = words;
  if (name === undefined) {
    surroundings.console.note(parkHelp(park));
    return 2;
  }
  const subcommand = findSubcommand(park, name);
  const { values, positionals } = parseOptions(rest, [...subcommand.options, ...GENERAL_OPTIONS]);
  const positional = onePositional(subcommand, positionals);
  const { client, baseUrl } = connect({
    baseUrl: values['base-url'],
    adminKey: values['admin-key'],
    environment,
    root,
    timeoutMs: ANSWER_MILLISECONDS,
  });
  const language = wordsIn(chooseLanguage(values.lang, environment));
  const context: LetterContext = { ...surroundings, client, baseUrl, workingDirectory, words: language };
  try {
    return await subcommand.run({ park, values, positional }, context);
  } catch (error) {
    if (!(error instanceof SupervisorRefusal)) throw error;
    surroundings.console.note(`nexus ${park} ${subcommand.name}: ${problemText(error.failure, language, baseUrl)}\n`);
    return 2;
  }
}

/** The command's context, and in tests other surroundings than this process. */
export type LettersContext = CommandContext & { readonly surroundings?: LetterSurroundings };

/** The help for `words` (the part before `--help`): of the subcommand they name, else of the park. */
export function lettersHelp(park: Park, words: readonly string[]): string {
  const name = words.find((word) => !word.startsWith('-'));
  return name === undefined ? parkHelp(park) : subcommandHelp(park, findSubcommand(park, name));
}

function findSubcommand(park: Park, name: string): Subcommand {
  const list = subcommands[park];
  const found = list.find((each) => each.name === name || each.aliases?.includes(name) === true);
  if (found !== undefined) return found;
  const names = list.flatMap((each) => [each.name, ...(each.aliases ?? [])]);
  const near = nearestName(name, names);
  const hint = near === undefined ? `There are ${names.join(', ')}.` : `Did you mean ${near}?`;
  const message = `There is no subcommand ${JSON.stringify(name)}. ${hint} npx nexus ${park} --help lists them.`;
  throw failureWithCode('SUBCOMMAND_UNKNOWN', message);
}

function onePositional({ name, positional }: Subcommand, given: readonly string[]): string {
  const [first = '', ...more] = given;
  if (positional !== undefined && first === '') {
    throw failureWithCode('OPTION_MISSING', `${name} needs one word: ${name} ${positional}.`);
  }
  const surplus = positional === undefined ? given : more;
  if (surplus.length === 0) return first;
  const shown = surplus.map((word) => JSON.stringify(word)).join(', ');
  throw failureWithCode('OPTION_UNKNOWN', `${name} does not know what to do with ${shown}; options begin with --.`);
}

function realSurroundings(environment: CommandContext['environment']): LetterSurroundings {
  return {
    console: processConsole(),
    now: Date.now,
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    untilToldToStop: () => untilToldToStop(environment['NEXUS_LAUNCHER_PID']),
  };
}
