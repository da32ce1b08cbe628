import { inertText } from '../../letters/inert-text.ts';
import { count } from '../../letters/moment.ts';
import type { Paint } from '../../letters/operator-console.ts';
import type { StoryWords } from './story-words.ts';
import type { Sum } from './sums.ts';

/** Failure codes stay as they are; names of counts are read as words. */
function named(name: string): string {
  return /^[a-z_]+$/.test(name) ? name.replaceAll('_', ' ') : inertText(name, 40);
}

/** The sums for people, one a line with its parts, and the verdict. */
export function describeSums(sums: readonly Sum[], words: StoryWords, paint: Paint): string {
  const lines = sums.map(({ what, expected, parts, agrees }) => {
    const added = Object.entries(parts)
      .filter(([, value], _index, all) => value !== 0 || all.length === 1)
      .map(([name, value]) => `${count(value)} ${named(name)}`)
      .join(' + ');
    const mark = agrees ? paint('green', '✓') : paint('red', '✗');
    return ` ${mark} ${words.sumNames[what]}: ${count(expected)} = ${added === '' ? '0' : added}`;
  });
  const wrong = sums.filter(({ agrees }) => !agrees).length;
  const verdict =
    wrong === 0 ? paint('green', words.agree(String(sums.length))) : paint('red', words.disagree(String(wrong)));
  return `\n${paint('bold', words.sums)}\n\n${lines.join('\n')}\n\n${verdict}\n`;
}
