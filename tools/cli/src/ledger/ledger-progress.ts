import { progressBar } from '../letters/bar.ts';
import type { OperatorConsole } from '../letters/operator-console.ts';

/** Where long work tells how far it is. */
export interface LedgerProgress {
  readonly show: (done: number, total: number) => void;
  /** Ends the redrawn line. */
  readonly end: () => void;
}

/** Work below this many steps is over before anybody looks. */
const WORTH_TELLING = 100_000;

/** A line that is redrawn on a terminal, a line per tenth elsewhere; silent for short work. */
export function ledgerProgress(console: OperatorConsole, label: string): LedgerProgress {
  let last = '';
  return {
    show(done, total) {
      if (total < WORTH_TELLING) return;
      const tenth = Math.floor((done / total) * 10);
      const text = console.redraws ? `${label} ${progressBar(done, total)}` : `${label} ${tenth * 10}%`;
      if (text === last) return;
      last = text;
      console.note(console.redraws ? `\r\u001b[2K  ${text}` : `  · ${text}\n`);
    },
    end() {
      if (console.redraws && last !== '') console.note('\n');
      last = '';
    },
  };
}
