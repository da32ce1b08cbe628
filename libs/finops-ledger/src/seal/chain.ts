import { hash } from 'node:crypto';
import { canonicalJson } from '@nexus/runtime';

/** The hash before the first record. */
export const GENESIS = '0'.repeat(64);

/** A record of one chain and its place in it, as one line of a file (without the newline). */
export type ChainedLine = { line: string; hash: string };

/**
 * Puts a record behind the one whose hash is `prevHash` (contract 10.3): `hash` = SHA-256 over `prev_hash`, a newline and
 * the canonical JSON of the record without `hash`. The line is exactly that canonical JSON with `hash` as its last member,
 * so that a verifier may hash its bytes without reading them as JSON. Numbers that are no whole numbers become texts.
 */
export function chainRecord(record: Record<string, unknown>, prevHash: string): ChainedLine {
  const chained = { ...(wholeNumbers(record) as object), chain_ver: 1, prev_hash: prevHash, hash: undefined };
  const text = canonicalJson(chained);
  const own = hashOf(text, prevHash);
  return { line: `${text.slice(0, -1)},"hash":"${own}"}`, hash: own };
}

/** The hash of a record whose canonical JSON without `hash` is `text`. */
export function hashOf(text: string, prevHash: string): string {
  return hash('sha256', `${prevHash}\n${text}`, 'hex');
}

/** Fractions have no one spelling in all languages: `chained numeric fields` are integers or texts. */
function wholeNumbers(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) return String(value);
  if (Array.isArray(value)) return value.map(wholeNumbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, wholeNumbers(member)]));
}
