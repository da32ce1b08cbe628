import { cutText } from '../cut-text.ts';
import { maskText } from '../mask.ts';

/** Discord refuses a longer `content`; Slack takes more. In UTF-16 units. */
export const MAX_SENTENCE_LENGTH = 2000;

const lineBreaksAndControls = /[\p{Cc}\p{Zl}\p{Zp}]+/gu;
const directionMarks = /\p{Bidi_Control}/gu;
const ZERO_WIDTH_SPACE = '\u200b';

/**
 * A text as one line that a chat shows as it stands: masked, without mass mentions (`@everyone`, `<!channel>`), without
 * links that show another text than their address, at most 2000 characters, never cut inside one.
 */
export function chatSentence(text: string): string {
  // Masking comes before what pulls characters apart, and after what puts them together.
  const oneLine = text.replace(directionMarks, '').replace(lineBreaksAndControls, ' ').trim();
  const inert = maskText(oneLine)
    // Slack reads angle brackets, Discord and Teams read brackets followed by a parenthesis.
    .replaceAll('<', '‹')
    .replaceAll('>', '›')
    .replaceAll('](', '] (')
    .replaceAll('@', `@${ZERO_WIDTH_SPACE}`);
  return cutText(inert, MAX_SENTENCE_LENGTH);
}
