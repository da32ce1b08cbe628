/** Control characters, line ends, and the invisible ones that reverse or hide what follows. */
const UNSHOWN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu;

/** Joins the parts of emoji and of words in some scripts: harmless, and needed to write them. */
const JOINERS = /[\u200c\u200d]/;

/** Text that somebody wrote as one line without active characters; longer than `longest` characters it is cut with `…`. */
export function inertText(text: string, longest = 80): string {
  const line = text
    .replace(UNSHOWN, (found) => (JOINERS.test(found) && found.length === 1 ? found : ' '))
    .replace(/\s+/gu, ' ')
    .trim();
  const characters = [...line];
  return characters.length <= longest ? line : `${characters.slice(0, longest - 1).join('')}…`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text for HTML, between tags and inside quoted attributes. */
export function htmlText(text: string, longest?: number): string {
  return inertText(text, longest).replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}

/** Words, numbers, dots, hyphens, spaces and slashes mean nothing in Markdown, unless they make an address. */
const PLAIN = /^[\p{L}\p{N}](?:[\p{L}\p{N} ._/-]*[\p{L}\p{N}])?$/u;

/** Text for a cell of a Markdown table: as it is when that is harmless, else as code, where nothing is active. */
export function markdownText(text: string, longest?: number): string {
  const line = inertText(text, longest);
  if (line === '' || line === '-') return '-';
  if (PLAIN.test(line) && !/www\.|\/\//i.test(line)) return line;
  const runs = line.match(/`+/g) ?? [];
  const fence = '`'.repeat(Math.max(0, ...runs.map(({ length }) => length)) + 1);
  const padding = /^`|`$/.test(line) ? ' ' : '';
  return `${fence}${padding}${line.replaceAll('|', '\\|')}${padding}${fence}`;
}

/** A cell that begins like this is a formula to a spreadsheet, also in its full-width forms. */
const FORMULA = /^[=+\-@\t\r\uff0b\uff0d\uff1d\uff20]/;

/** Text for a cell of a spreadsheet: an apostrophe before what would be read as a formula. */
export function spreadsheetText(text: string): string {
  return FORMULA.test(text) ? `'${text}` : text;
}
