/** Characters that could begin markup, a mention, a link or HTML on GitHub, each as the HTML entity that shows it. */
const special = /[\\`*_{}[\]()#+\-.!|<>&~@:/=^$"']/gu;

/** Direction marks and controls, line breaks among them, would let a text show as another one. */
const unshown = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu;

/**
 * A text as one line that GitHub's Markdown shows as it stands: it cannot become a heading, a link (bare addresses
 * included), an image, a mention, an issue reference, HTML or part of a table. Cut at `most` characters before that.
 */
export function inertText(text: string, most: number): string {
  return oneLine(text, most).replace(special, (character) => `&#${character.codePointAt(0)};`);
}

/** A text on one line without characters that are not shown, at most `most` long, never cut inside a character. */
export function oneLine(text: string, most: number): string {
  const line = text.replace(unshown, ' ').replace(/\s+/gu, ' ').trim();
  return cut(line, most);
}

/** At most `most` UTF-16 units, an ellipsis instead of what is missing. */
export function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  let kept = '';
  for (const character of text) {
    if (kept.length + character.length > most - 1) break;
    kept += character;
  }
  return `${kept}…`;
}

/** A code block whose content cannot end it: its fence is longer than any run of backticks inside. */
export function fenced(content: string, language = ''): string {
  const longest = [...content.matchAll(/`+/g)].reduce((most, [run]) => Math.max(most, run.length), 2);
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${content}\n${fence}`;
}
