import { hash } from 'node:crypto';
import { canonicalJson } from '@nexus/runtime';
import { hashOf } from './chain.ts';

/** What one line says of its place in the chain. `consistent`: its own hash fits its own text. */
export type LinkOfLine =
  { readable: true; prev_hash: string; hash: string; consistent: boolean } | { readable: false; why: string };

const TAIL = /^,"hash":"[0-9a-f]{64}"\}$/;
const TAIL_LENGTH = 75;
const HASH = /^[0-9a-f]{64}$/;
const BRACE = 0x7d;

/**
 * Makes the quick check: whether a line is spelled as the sealer spells lines, follows `prevHash`, and its hash fits. It
 * answers the line's hash, or undefined when {@link linkOfLine} has to look closer.
 */
export function createQuickCheck(): (line: Buffer, prevHash: string) => string | undefined {
  let scratch = Buffer.allocUnsafe(4096);
  return function quickCheck(line, prevHash) {
    const end = line.length - TAIL_LENGTH;
    if (end < 1) return undefined;
    const tail = line.toString('latin1', end);
    if (!TAIL.test(tail) || line.indexOf(`"prev_hash":"${prevHash}"`, 0, 'latin1') === -1) return undefined;
    const size = 65 + end + 1;
    if (scratch.length < size) scratch = Buffer.allocUnsafe(size * 2);
    scratch.write(`${prevHash}\n`, 0, 'latin1');
    line.copy(scratch, 65, 0, end);
    scratch[size - 1] = BRACE;
    const own = tail.slice(9, 73);
    return hash('sha256', scratch.subarray(0, size), 'hex') === own ? own : undefined;
  };
}

/** Reads a line as JSON and checks it by itself, whatever the order and spelling of its members. Never throws. */
export function linkOfLine(line: Buffer): LinkOfLine {
  try {
    return readLink(line);
  } catch {
    // Brackets within brackets without end: RangeError.
    return { readable: false, why: 'it is nested too deeply' };
  }
}

function readLink(line: Buffer): LinkOfLine {
  const text = line.toString('utf8').replace(/^\ufeff/, '');
  if (text.trim() === '') return { readable: false, why: 'it is empty' };
  const record = parseObject(text);
  if (record === undefined) return { readable: false, why: 'it is not a JSON object' };
  const { hash: own, prev_hash } = record;
  if (typeof own !== 'string' || typeof prev_hash !== 'string' || !HASH.test(own) || !HASH.test(prev_hash)) {
    return { readable: false, why: 'it has no prev_hash and hash of 64 hex digits' };
  }
  // JSON.parse keeps the last of two members with one name: the other could say anything.
  if (namesIn(text) !== membersOf(record)) return { readable: false, why: 'it has two members with the same name' };
  const expected = hashOf(canonicalJson({ ...record, hash: undefined }), prev_hash);
  return { readable: true, prev_hash, hash: own, consistent: expected === own && record['chain_ver'] === 1 };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}

/** Member names written in a JSON text. */
function namesIn(text: string): number {
  let names = 0;
  for (const [, colon] of text.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/g)) if (colon !== undefined) names += 1;
  return names;
}

/** Members of a value, at every depth. */
function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inside = Object.values(value).reduce<number>((sum, member) => sum + membersOf(member), 0);
  return Array.isArray(value) ? inside : inside + Object.keys(value).length;
}
