import type { CommandContext } from '../command.ts';
import type { OperatorConsole } from '../letters/operator-console.ts';
import type { LineReader, Redis } from './open-sources.ts';
import type { WatchOptions } from './watch-options.ts';
import type { WatchSettings } from './watch-settings.ts';
import type { WatchWords } from './watch-words.ts';

/** The parts of the outside world that tests replace. */
export interface WatchSurroundings {
  readonly console: OperatorConsole;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly openLedger: (redis: Redis, zone: string) => LineReader;
}

/** What the parts of the command work with. */
export interface WatchContext extends WatchSurroundings {
  readonly command: CommandContext;
  readonly options: WatchOptions;
  readonly settings: WatchSettings;
  readonly words: WatchWords;
}

/** A note for people; --json keeps quiet. */
export function tellNote({ options, console }: WatchContext, text: string): void {
  if (!options.json) console.note(`${text}\n`);
}
