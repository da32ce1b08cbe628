import type { Operation } from '@nexus/contracts';
import { progressBar } from './bar.ts';
import { count } from './moment.ts';
import type { OperatorConsole } from './operator-console.ts';
import type { Words } from './words.ts';

/** Where the progress of an operation is shown: a line that is redrawn on a terminal, a line per tenth elsewhere. */
export interface OperationDisplay {
  show(operation: Operation): void;
  /** Ends the redrawn line. */
  end(): void;
}

/** Shows changes as notes; nothing is repeated that says the same. */
export function createOperationDisplay(console: OperatorConsole, words: Words): OperationDisplay {
  let last = '';
  return {
    show(operation) {
      const text = console.redraws ? progressLine(operation, words) : stepLine(operation, words);
      if (text === last) return;
      console.note(console.redraws ? `\r\u001b[2K  ${text}` : `  · ${text}\n`);
      last = text;
    },
    end() {
      if (console.redraws && last !== '') console.note('\n');
      last = '';
    },
  };
}

/** `[########----------------]  33%  3,300 / 10,000  running  succeeded 3,000  failed again 12` */
export function progressLine(operation: Operation, words: Words): string {
  const { done, total } = operation.progress;
  return `${progressBar(done, total)}  ${words.statuses[operation.status]}${outcomeOf(operation, words)}`;
}

function outcomeOf({ outcome }: Operation, words: Words): string {
  if (outcome.requeued === 0) return '';
  return (['succeeded', 'failed_again', 'pending'] as const)
    .filter((end) => outcome[end] > 0)
    .map((end) => `  ${words.ends[end]} ${count(outcome[end])}`)
    .join('');
}

/** In steps of a tenth, so that a log does not fill up. */
function stepLine({ status, progress }: Operation, words: Words): string {
  const share = progress.total === 0 ? 1 : Math.min(1, progress.done / progress.total);
  return `${words.statuses[status]} ${Math.floor(share * 10) * 10}%`;
}
