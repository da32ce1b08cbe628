import type { Paint } from '../operator-console.ts';
import type { Words } from '../words.ts';

/** What every view needs: the words, where it will be shown, and the time for ages. */
export interface ViewStyle {
  readonly words: Words;
  readonly paint: Paint;
  /** Columns of the terminal; undefined = as wide as needed. */
  readonly width: number | undefined;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** A view's heading: a line of its own between empty ones. */
export function heading(text: string, { paint }: ViewStyle): string {
  return `\n${paint('bold', text)}\n\n`;
}
