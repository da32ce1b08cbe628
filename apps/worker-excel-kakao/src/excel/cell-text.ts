/** The most characters (UTF-16 units) a cell holds. */
export const LONGEST_CELL = 32_767;

/**
 * Characters an XML document cannot hold, and pieces of a surrogate pair. A carriage return is none of them: it becomes
 * the line feed Excel breaks lines at.
 */
// eslint-disable-next-line no-control-regex
const ILLEGAL = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|\p{Surrogate}/gu;
/** Anything that makes a text differ from its XML, tested first because most texts are plain. */
// eslint-disable-next-line no-control-regex
const NOT_PLAIN = /[\u0000-\u0008\u000b-\u001f\ufffe\uffff\ud800-\udfff]/;
const MARKUP = /[&<>]|_x/;
/** Excel reads `_x0041_` in a text as "A"; the underscore itself is written as `_x005F_`. */
const ESCAPE_LOOKALIKE = /_(?=x[0-9A-Fa-f]{4}_)/g;

/** The text without what a cell cannot hold, and how many characters that cost. */
export function cleanText(text: string): { text: string; removed: number } {
  if (!NOT_PLAIN.test(text)) return { text, removed: 0 };
  const lines = text.replace(/\r\n?/g, '\n');
  const clean = lines.replace(ILLEGAL, '');
  return { text: clean, removed: lines.length - clean.length };
}

/** Writes a clean text as XML character data. */
export function escapeXml(text: string): string {
  if (!MARKUP.test(text)) return text;
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(ESCAPE_LOOKALIKE, '_x005F_');
}

/** Cuts a clean text into pieces that fit into cells, never inside a surrogate pair; an empty text is one piece. */
export function cellPieces(text: string): string[] {
  if (text.length <= LONGEST_CELL) return [text];
  const pieces: string[] = [];
  for (let start = 0; start < text.length;) {
    let end = Math.min(start + LONGEST_CELL, text.length);
    const last = text.charCodeAt(end - 1);
    if (end < text.length && last >= 0xd800 && last <= 0xdbff) end -= 1;
    pieces.push(text.slice(start, end));
    start = end;
  }
  return pieces;
}

/** True when a spreadsheet would take the text for a formula if somebody typed or re-imported it. */
export function looksLikeFormula(text: string): boolean {
  const first = text.charCodeAt(0);
  // = + - @ tab
  return first === 0x3d || first === 0x2b || first === 0x2d || first === 0x40 || first === 0x09;
}

/** Rows taller than this many lines Excel does not draw (409 points at 15 a line). */
const MOST_LINES = 27;

/** About how many lines a text takes in a column of this width (in characters; a wide letter such as Hangul takes two). */
export function linesOf(text: string, width: number): number {
  if (text.length * 2 <= width && !text.includes('\n')) return 1;
  let lines = 1;
  let used = 0;
  for (let at = 0; at < text.length && lines < MOST_LINES; at += 1) {
    const unit = text.charCodeAt(at);
    const letter = unit < 0x1100 ? 1 : 2;
    const breaks = unit === 0x0a || used + letter > width;
    if (breaks) lines += 1;
    used = unit === 0x0a ? 0 : breaks ? letter : used + letter;
  }
  return lines;
}
