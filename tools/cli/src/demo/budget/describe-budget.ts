import { nanoToUsd } from '@nexus/finops';
import { shareBar } from '../../letters/bar.ts';
import { count } from '../../letters/moment.ts';
import type { Paint } from '../../letters/operator-console.ts';
import type { BudgetSum, Measured } from './budget-sums.ts';
import type { BudgetWords } from './budget-words.ts';
import type { CallTotals } from './fire-calls.ts';

/** The end of the story: what became of the calls, how much of the budget is gone, and the sums. */
export function describeBudget(
  { totals, measured, sums }: { totals: CallTotals; measured: Measured; sums: readonly BudgetSum[] },
  words: BudgetWords,
  paint: Paint,
): string {
  const { answered, refused, other } = totals;
  const odd = Object.entries(other).map(([status, number]) => `${status} × ${number}`);
  const calls = [
    ['answered', answered] as const,
    ['refused', refused] as const,
    ...(odd.length > 0 ? [['other', measured.calls - answered - refused] as const] : []),
  ].map(([what, number]) => `  ${shareBar(number, measured.calls)}  ${count(number)} ${words[what]}`);
  const spent = `  ${shareBar(Number(measured.spent), Number(measured.cap))}  ${words.spent} ${nanoToUsd(measured.spent)} / ${words.cap} ${nanoToUsd(measured.cap)} USD`;
  const lines = sums.map(({ what, found, relation, expected, agrees }) => {
    const mark = agrees ? paint('green', '✓') : paint('red', '✗');
    return ` ${mark} ${words.sumNames[what]}: ${found} ${relation} ${expected}`;
  });
  const wrong = sums.filter(({ agrees }) => !agrees).length;
  const verdict =
    wrong === 0 ? paint('green', words.agree(String(sums.length))) : paint('red', words.disagree(String(wrong)));
  const oddly = odd.length > 0 ? `  ${words.other}: ${odd.join(', ')}\n` : '';
  return `${calls.join('\n')}\n${oddly}${spent}\n\n${paint('bold', words.sums)}\n\n${lines.join('\n')}\n\n${verdict}\n`;
}
