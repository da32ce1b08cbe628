import { cutText } from '@nexus/runtime';

/** Direction marks and controls, line breaks among them, would let a text show as another one. */
const unshown = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu;

/**
 * A text as one line of code: it shows as it stands. Escaping would not do: GitHub looks for mentions, references and
 * addresses in the rendered text, everywhere but in code. A text without characters is shown as `none`.
 */
export function codeSpan(text: string, most: number): string {
  const line = oneLine(text, most) || 'none';
  const delimiter = '`'.repeat(longestRun(line) + 1);
  // The spaces belong to the delimiters; without them a backtick at either end would lengthen one.
  return `${delimiter} ${line} ${delimiter}`;
}

/** A code block whose content cannot end it: its fence is longer than any run of backticks inside. */
export function codeBlock(content: string, language = ''): string {
  const fence = '`'.repeat(Math.max(3, longestRun(content) + 1));
  return `${fence}${language}\n${content}\n${fence}`;
}

function longestRun(text: string): number {
  return [...text.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 0);
}

/** A text on one line without characters that are not shown, at most `most` UTF-16 units long. */
export function oneLine(text: string, most: number): string {
  return cutText(text.replace(unshown, ' ').replace(/\s+/gu, ' ').trim(), most);
}
