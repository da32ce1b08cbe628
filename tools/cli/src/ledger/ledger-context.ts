import type { Clock } from '@nexus/runtime';
import type { Ledger } from '@nexus/finops-ledger';
import type { CommandContext } from '../command.ts';
import type { OperatorConsole } from '../letters/operator-console.ts';
import type { LedgerOptions } from './ledger-options.ts';
import type { LedgerPlace, LedgerRedis, Redis } from './ledger-place.ts';
import type { LedgerWords } from './ledger-words.ts';

/** What these commands need of the ledger. */
export type LedgerAccess = Pick<Ledger, 'lines' | 'months' | 'reconcile' | 'rebuild'>;

/** The parts of the outside world that tests replace. */
export interface LedgerSurroundings {
  readonly console: OperatorConsole;
  readonly now: Clock;
  readonly wait: (milliseconds: number) => Promise<void>;
  readonly openLedger: (redis: Redis, zone: string) => LedgerAccess;
}

/** What a subcommand works with. */
export interface LedgerContext extends LedgerSurroundings {
  readonly command: CommandContext;
  readonly options: LedgerOptions;
  readonly place: LedgerPlace;
  readonly words: LedgerWords;
  /** Connects; the caller closes it. */
  readonly connect: () => Promise<LedgerRedis>;
}

/** A note for people; --json keeps quiet. */
export function tell({ console, options }: LedgerContext, text: string): void {
  if (!options.json) console.note(`${text}\n`);
}
