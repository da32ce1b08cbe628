import { failureWithCode } from '../failure-with-code.ts';
import type { OperatorConsole } from '../letters/operator-console.ts';
import { logOf, renderLogLine } from '../stack/render-log-line.ts';
import type { DemoStack } from './demo-stack.ts';

/** With --json stdout belongs to the document: the story goes where notes go. */
export function storyConsole(console: OperatorConsole, json: boolean): OperatorConsole {
  return json ? { ...console, result: console.note, paint: (_style, text) => text } : console;
}

/** Rejects when somebody presses Ctrl-C. */
export function toldToStop(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(failureWithCode('STOPPED', 'Stopped.'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
}

/** Rejects when a part of the stack ends by itself. */
export async function failureOf({ failed }: Pick<DemoStack, 'failed'>): Promise<never> {
  throw failureWithCode('STACK_FAILED', await failed);
}

/** Only what went wrong in the processes is shown. */
export function showTrouble(name: string, line: string, stream: 'stdout' | 'stderr'): void {
  const level = logOf(line)?.['level'];
  if (level !== 'WARN' && level !== 'ERROR' && (level !== undefined || stream === 'stdout')) return;
  process.stderr.write(`${renderLogLine(line, { name, colour: false })}\n`);
}
