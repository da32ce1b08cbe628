import { cleanText, escapeXml, looksLikeFormula } from './cell-text.ts';
import { STYLE } from './styles.ts';
import type { Style } from './styles.ts';

const SECONDS_PER_DAY = 86_400;
/** 1970-01-01 as Excel counts days (1 is 1900-01-01, and it believes in 1900-02-29). */
const UNIX_EPOCH = 25_569;

/** A number; `address` is the cell's, e.g. B7. */
export function numberCell(address: string, value: number, style: Style): string {
  return `<c r="${address}" s="${style}"><v>${value}</v></c>`;
}

/** A day as a real Excel date. */
export function dateCell(address: string, day: number): string {
  return `<c r="${address}" s="${STYLE.date}"><v>${day + UNIX_EPOCH}</v></c>`;
}

/** A moment (wall-clock seconds) as a real Excel date with a time; an empty cell for undefined. */
export function momentCell(address: string, at: number | undefined): string {
  return at === undefined ? '' : numberCell(address, at / SECONDS_PER_DAY + UNIX_EPOCH, STYLE.moment);
}

/** A moment of which, at midnight, only the day is known; an empty cell for undefined. */
export function dayOrMomentCell(address: string, at: number | undefined): string {
  return at !== undefined && at % SECONDS_PER_DAY === 0
    ? dateCell(address, at / SECONDS_PER_DAY)
    : momentCell(address, at);
}

/** The time of day of wall-clock seconds as a real Excel time, shown with seconds if asked. */
export function timeCell(address: string, at: number, withSeconds: boolean): string {
  const fraction = (at % SECONDS_PER_DAY) / SECONDS_PER_DAY;
  return `<c r="${address}" s="${withSeconds ? STYLE.second : STYLE.minute}"><v>${fraction}</v></c>`;
}

/**
 * A text. It is never a formula: the cell's type says text, and one that begins like a formula stays text when edited.
 * Expects at most 32,767 clean characters (cellPieces, cleanText).
 */
export function textCell(address: string, text: string, wrapped = false): string {
  if (text === '') return '';
  const plain = wrapped ? STYLE.wrapped : STYLE.text;
  const quoted = wrapped ? STYLE.quotedWrapped : STYLE.quotedText;
  const style = looksLikeFormula(text) ? quoted : plain;
  return `<c r="${address}" s="${style}" t="inlineStr"><is><t xml:space="preserve">${escapeXml(text)}</t></is></c>`;
}

/** A text that is cleaned first; for names and labels. */
export function labelCell(address: string, label: string): string {
  return textCell(address, cleanText(label).text);
}

/** A cell of the header row. */
export function headerCell(address: string, label: string): string {
  return `<c r="${address}" s="${STYLE.header}" t="inlineStr"><is><t>${escapeXml(label)}</t></is></c>`;
}

/** The letters of a column: 0 is A, 26 is AA. */
export function columnName(index: number): string {
  const last = String.fromCharCode(65 + (index % 26));
  return index < 26 ? last : columnName(Math.floor(index / 26) - 1) + last;
}
