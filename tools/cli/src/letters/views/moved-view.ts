import { inertText } from '../inert-text.ts';
import { count } from '../moment.ts';
import type { ViewStyle } from './view-style.ts';

/** What every answer about moved letters tells; `what` is the verb of the words. */
export interface MovedAnswer {
  readonly what: 'requeue' | 'hold' | 'alarm' | 'purge';
  readonly moved: number;
  readonly scanned: number;
  readonly total: number;
  readonly dry_run: boolean;
  readonly truncated: boolean;
  readonly skipped_age: number;
  readonly skipped_cap: number;
  readonly skipped_locked: number;
  readonly skipped_policy: number;
  readonly errors: number;
  readonly ids: readonly string[];
}

/** One sentence on what moved (or would move), then why other letters stayed, then some of the task ids. */
export function movedView(answer: MovedAnswer, style: ViewStyle): string {
  const { words } = style;
  const verb = answer.dry_run ? words.wouldMove[answer.what] : words.moved[answer.what];
  const lines = [
    `${style.paint('bold', verb(count(answer.moved), count(answer.total)))}`,
    ...passedOver(answer, style),
  ];
  if (answer.ids.length > 0) lines.push(idsLine(answer, style));
  return `${lines.join('\n')}\n`;
}

/** Why letters stayed, one line a reason that occurred. */
export function passedOver(
  answer: Pick<MovedAnswer, 'skipped_age' | 'skipped_cap' | 'skipped_locked' | 'skipped_policy' | 'errors'>,
  { words, paint }: ViewStyle,
): string[] {
  const reasons = (['skipped_age', 'skipped_cap', 'skipped_locked', 'skipped_policy', 'errors'] as const).filter(
    (reason) => answer[reason] > 0,
  );
  return reasons.map((reason) =>
    paint(reason === 'errors' ? 'red' : 'yellow', `  ${words.stayed[reason](count(answer[reason]))}`),
  );
}

function idsLine({ ids, moved }: MovedAnswer, { words }: ViewStyle): string {
  const shown = ids.slice(0, 3).map((id) => inertText(id, 64));
  const more = moved > shown.length ? ` ${words.andMore(count(moved - shown.length))}` : '';
  return `  ${words.tasks}: ${shown.join(', ')}${more}`;
}
