import { maskText } from '@nexus/runtime';
import type { ModelRequest } from '../model.ts';

const MOST_CHARACTERS = 300;
/** A shared run of this many characters or more, at any place, counts as quoting: half of it is always seen. */
const QUOTE = 16;
const LEFT_OUT = '[…]';
const MASKED = '[masked]';

type Call = { key: string; request: ModelRequest };

/**
 * A provider's own words for a message of ours: on one line, at most 300 characters, without the key, without anything
 * quoted from the prompt, masked. '' when nothing is left.
 */
export function quotableMessage(message: string, { key, request }: Call): string {
  // What is cut off here could not be recognised below, so the margin is generous.
  const line = message
    .slice(0, 4 * MOST_CHARACTERS)
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim();
  const unquoted = request.messages.reduce((text, { content }) => withoutQuotes(text, content), withoutKey(line, key));
  const masked = maskText(unquoted);
  return masked.length <= MOST_CHARACTERS ? masked : `${masked.slice(0, MOST_CHARACTERS - 1)}…`;
}

/** Providers repeat a key in part ("sk-proj-********wxyz"): a word with its first or last characters is hidden whole. */
function withoutKey(line: string, key: string): string {
  if (key === '') return line;
  const text = line.replaceAll(key, MASKED);
  if (key.length < 8) return text;
  const ends = [key.slice(0, 4), key.slice(-4)];
  return text.replace(/\S+/g, (word) => (ends.some((end) => word.includes(end)) ? MASKED : word));
}

function withoutQuotes(text: string, prompt: string): string {
  const source = prompt.replace(/\s+/g, ' ').trim();
  if (source.length < QUOTE) return source.length < 4 ? text : text.replaceAll(source, LEFT_OUT);
  const step = QUOTE / 2;
  let clean = '';
  let from = 0;
  let at = 0;
  while (at + step <= text.length) {
    const found = source.indexOf(text.slice(at, at + step));
    if (found < 0) {
      at += step;
      continue;
    }
    const run = sharedRun({ text, at, from }, { source, found, step });
    clean += text.slice(from, run.start) + LEFT_OUT;
    from = run.end;
    at = run.end;
  }
  return clean + text.slice(from);
}

/** How far text and prompt agree around a place where they do. */
function sharedRun(
  { text, at, from }: { text: string; at: number; from: number },
  { source, found, step }: { source: string; found: number; step: number },
): { start: number; end: number } {
  let before = 0;
  while (at - before > from && found > before && text[at - before - 1] === source[found - before - 1]) before += 1;
  let length = step;
  while (at + length < text.length && found + length < source.length && text[at + length] === source[found + length])
    length += 1;
  return { start: at - before, end: at + length };
}
