import { cutText, maskText } from '@nexus/runtime';

const LONGEST = 60;

/**
 * A name that callers wrote (team, project, model) as a word of a message: masked, on one line, without anything that a
 * chat or a terminal acts on, at most 60 characters. What is left out shows as `·`.
 */
export function plainName(name: string): string {
  const masked = maskText(name.slice(0, 4 * LONGEST));
  const plain = masked
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N} ._:/*-]/gu, '·')
    // An asterisk stays only where the mask put several; one would begin bold text.
    .replace(/\*+/g, '···')
    .replace(/\/{2,}/g, '/·')
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, '·')
    .trim();
  return plain === '' ? '·' : cutText(plain, LONGEST);
}
