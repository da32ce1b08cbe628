import { createInterface } from 'node:readline/promises';
import { styleText } from 'node:util';

/** Styles text, or leaves it alone where colours are not wanted. */
export type Paint = (style: 'bold' | 'red' | 'green' | 'yellow' | 'dim', text: string) => string;

/** Where a command writes, and whom it may ask. Results go to `result`, everything else to `note`. */
export interface OperatorConsole {
  readonly result: (text: string) => void;
  readonly note: (text: string) => void;
  readonly paint: Paint;
  /** Columns of the results' terminal; undefined when they go elsewhere. */
  readonly width: number | undefined;
  /** Whether notes go to a terminal: only then is a progress line redrawn. */
  readonly redraws: boolean;
  /** Asks a yes-or-no question; undefined where nobody can answer. */
  readonly confirm: ((question: string) => Promise<boolean>) | undefined;
}

/** The console of this process. No colours when the results do not go to a terminal, or NO_COLOR is set. */
export function processConsole(): OperatorConsole {
  const { stdin, stdout, stderr } = process;
  // Somebody who reads only the head of a long list has seen enough.
  stdout.once('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 2));
  const colour = stdout.isTTY && (process.env['NO_COLOR'] ?? '') === '';
  return {
    result: (text) => void stdout.write(text),
    note: (text) => void stderr.write(text),
    paint: (style, text) => (colour ? styleText(style, text, { validateStream: false }) : text),
    width: stdout.isTTY ? stdout.columns : undefined,
    redraws: stderr.isTTY,
    confirm: stdin.isTTY && stderr.isTTY ? ask : undefined,
  };
}

/** Anything but a clear yes is a no. */
async function ask(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return isYes(await lines.question(`${question} [y/N] `));
  } catch {
    return false;
  } finally {
    lines.close();
  }
}

/** Whether an answer is a clear yes, in either language. */
export function isYes(answer: string): boolean {
  return /^(y|yes|예|네|ㅇ)$/i.test(answer.trim());
}
