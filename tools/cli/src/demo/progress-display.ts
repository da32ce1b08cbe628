import type { Task } from '@nexus/contracts';

const BAR = 24;

/** Where progress is written: a terminal gets a bar that is redrawn, anything else a line per step. */
export interface Display {
  show(task: Task): void;
  /** Ends the bar's line. */
  end(): void;
}

/** Shows a task's changes on `write`; nothing is repeated that says the same. */
export function createProgressDisplay(write: (text: string) => void, isTerminal: boolean): Display {
  let last = '';
  return {
    show(task) {
      const text = isTerminal ? barOf(task) : lineOf(task);
      if (text === last) return;
      write(isTerminal ? `\r\u001b[2K  ${text}` : `  · ${text}\n`);
      last = text;
    },
    end() {
      if (isTerminal && last !== '') write('\n');
      last = '';
    },
  };
}

/** `[########----------------]  33%  120,000 of 360,000  reading` */
export function barOf(task: Task): string {
  const share = shareOf(task);
  const filled = Math.round((share ?? 0) * BAR);
  const bar = `[${'#'.repeat(filled)}${'-'.repeat(BAR - filled)}]`;
  const percent = share === undefined ? '    ' : `${Math.floor(share * 100)}%`.padStart(4);
  return `${bar} ${percent}  ${wordsOf(task)}`.trimEnd();
}

/** In steps of a tenth, so that a log does not fill up. */
function lineOf(task: Task): string {
  const share = shareOf(task);
  const tenth = share === undefined || task.status !== 'running' ? '' : ` ${Math.floor(share * 10) * 10}%`;
  const message = task.progress?.message;
  return `${statusOf(task)}${tenth}${message === undefined || task.status !== 'running' ? '' : ` ${message}`}`;
}

function shareOf({ status, progress }: Task): number | undefined {
  if (status === 'succeeded') return 1;
  if (progress === null || progress.total === 0) return undefined;
  return Math.min(1, progress.done / progress.total);
}

function wordsOf(task: Task): string {
  const { progress, status } = task;
  const amount =
    progress === null || status !== 'running'
      ? ''
      : progress.total === 0
        ? `  ${progress.done.toLocaleString('en')}`
        : `  ${progress.done.toLocaleString('en')} of ${progress.total.toLocaleString('en')}`;
  return `${statusOf(task)}${amount}${progress?.message === undefined || status !== 'running' ? '' : `  ${progress.message}`}`;
}

/** A task that waits for its next attempt says what went wrong in the last one. */
function statusOf({ status, retry_count: retries, last_error: error }: Task): string {
  return status === 'queued' && retries > 0 ? `queued again after ${error?.code ?? 'a failure'}` : status;
}
