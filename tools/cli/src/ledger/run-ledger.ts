import { createLedger } from '@nexus/finops-ledger';
import type { CommandContext } from '../command.ts';
import { failureWithCode } from '../failure-with-code.ts';
import { chooseLanguage } from '../letters/language.ts';
import { processConsole } from '../letters/operator-console.ts';
import { exportTask } from './export-task.ts';
import type { LedgerContext, LedgerSurroundings } from './ledger-context.ts';
import { ledgerHelp } from './ledger-help.ts';
import { ledgerOptions, type LedgerTask } from './ledger-options.ts';
import { ledgerPlace, openRedis } from './ledger-place.ts';
import { ledgerWords } from './ledger-words.ts';
import { rebuildTask, reconcileTask } from './reconcile-task.ts';
import { sealTask } from './seal-task.ts';
import { verifyTask } from './verify-task.ts';

const TASKS: Readonly<Record<LedgerTask, (context: LedgerContext) => Promise<number>>> = {
  export: exportTask,
  verify: verifyTask,
  seal: sealTask,
  reconcile: reconcileTask,
  rebuild: rebuildTask,
};

/**
 * Runs `npx nexus ledger`; resolves to the exit status of contract 13. What it throws has a code and a sentence for
 * people, and is status 2.
 */
export async function runLedger(
  words: readonly string[],
  command: CommandContext,
  surroundings: LedgerSurroundings = realSurroundings(),
): Promise<number> {
  if (words.length === 0) {
    surroundings.console.note(ledgerHelp(chooseLanguage(undefined, command.environment)));
    return 2;
  }
  const options = ledgerOptions(words);
  const place = ledgerPlace(command);
  const report = (line: string): void => (options.json ? undefined : surroundings.console.note(`${line}\n`));
  const context: LedgerContext = {
    ...surroundings,
    command,
    options,
    place,
    words: ledgerWords(chooseLanguage(options.lang, command.environment)),
    connect: () => openRedis(command, { dataDirectory: place.dataDirectory, report }),
  };
  try {
    return await TASKS[options.task](context);
  } catch (error) {
    throw asSentence(error);
  }
}

/** The ledger's own refusals are plain errors with a sentence for people; what has another class is a fault of ours. */
function asSentence(error: unknown): unknown {
  const isPlain = error instanceof Error && error.constructor === Error && !('code' in error);
  return isPlain ? Object.assign(failureWithCode('LEDGER_REFUSED', error.message), { cause: error }) : error;
}

function realSurroundings(): LedgerSurroundings {
  return {
    console: processConsole(),
    now: Date.now,
    wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    openLedger: (redis, zone) =>
      createLedger(redis, { zone, dailyNano: 0n, softFraction: 1, hardFraction: 1, now: Date.now }),
  };
}
