/**
 * Writes a file of chained cost records, and its sidecar, as an export of the ledger has them; the chain is made here anew
 * from its rules, not by the code that is measured.
 * Usage: node finops-chain.ts FILE COUNT. Prints {@link ChainFileFigures}.
 */
import { hash, randomUUID } from 'node:crypto';
import { closeSync, openSync, writeFileSync, writeSync } from 'node:fs';
import { costRecord } from '@nexus/finops';
import { canonicalJson } from '@nexus/runtime';
import { benchCall } from './finops-subject.ts';

/** `middle`: where the line in the middle begins, and its number. */
export type ChainFileFigures = { bytes: number; middle: { line: number; at: number } };

const CHUNK = 1024 * 1024;
const FIRST_INSTANT = Date.UTC(2026, 0, 1);
/** Distinct calls; of more only ids and times are new. */
const DISTINCT = 10_000;

const [path = '', count = '1000000'] = process.argv.slice(2);
const total = Number(count);
const calls = Array.from({ length: Math.min(total, DISTINCT) }, (_, n) => benchCall(n).cost);

function recordOf(n: number): Record<string, unknown> {
  const call = calls[n % calls.length];
  if (call === undefined) throw new Error('a file of no records was asked for');
  const ts = FIRST_INSTANT + n * 250;
  return costRecord({
    ...call,
    ...call.tags,
    ...call.usage,
    estimated_nano: call.estimate_nano,
    id: `${ts}-0`,
    kind: 'settle',
    ts,
    day: '2026-01-01',
    reservation_id: randomUUID(),
  });
}

const file = openSync(path, 'w');
const figures: ChainFileFigures = { bytes: 0, middle: { line: Math.ceil(total / 2), at: 0 } };
let prev = '0'.repeat(64);
let pending = '';
for (let n = 0; n < total; n += 1) {
  const text = canonicalJson({ ...recordOf(n), chain_ver: 1, prev_hash: prev });
  prev = hash('sha256', `${prev}\n${text}`, 'hex');
  if (n + 1 === figures.middle.line) figures.middle.at = figures.bytes + pending.length;
  pending += `${text.slice(0, -1)},"hash":"${prev}"}\n`;
  if (pending.length < CHUNK && n + 1 < total) continue;
  // The records are ASCII: as many bytes as characters.
  figures.bytes += writeSync(file, pending, null, 'latin1');
  pending = '';
}
closeSync(file);
writeFileSync(`${path}.chain`, `${prev}\n`);
process.stdout.write(`${JSON.stringify(figures)}\n`);
process.exit(0);
