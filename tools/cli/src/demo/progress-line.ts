import { progressBar } from '../letters/bar.ts';
import type { OperatorConsole } from '../letters/operator-console.ts';

/** Shows how many of `total` are done: a bar that is redrawn and at last wiped on a terminal, a line per tenth elsewhere. */
export function progressLine(
  { redraws, note }: Pick<OperatorConsole, 'redraws' | 'note'>,
  { total, label }: { readonly total: number; readonly label: string },
): (done: number) => void {
  const steps = redraws ? 100 : 10;
  let shown = 0;
  return (done) => {
    const step = Math.floor((done / total) * steps);
    if (step === shown) return;
    shown = step;
    const line = `${progressBar(done, total)}  ${label}`;
    if (!redraws) return note(`  · ${line}\n`);
    note(done === total ? '\r\u001b[2K' : `\r\u001b[2K  ${line}`);
  };
}
