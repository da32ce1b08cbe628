/**
 * Verifies a file of chained records in a process of its own; or only hashes it as one, which is the least that anybody who
 * checks it has to do.
 * Usage: node finops-verify.ts verify|digest FILE. Prints {@link VerifyFigures}.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { verifyFile } from '@nexus/finops-ledger';
import { peakMegabytes } from '../machine.ts';

/** `damaged_line`: the first bad one; 0 = none. `peak_mb`: the most memory the process held, its start included. */
export type VerifyFigures = { seconds: number; peak_mb: number; lines: number; damaged_line: number };

const [action = 'verify', path = ''] = process.argv.slice(2);

async function verify(): Promise<{ lines: number; damaged_line: number }> {
  const { ok, lines, problem, end } = await verifyFile(path);
  if (ok && end !== 'sidecar') throw new Error('the end of the file was not checked');
  return { lines, damaged_line: problem?.line ?? 0 };
}

async function digest(): Promise<{ lines: number; damaged_line: number }> {
  const sum = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 4 * 1024 * 1024 })) sum.update(chunk as Buffer);
  sum.digest('hex');
  return { lines: 0, damaged_line: 0 };
}

const started = performance.now();
const seen = await (action === 'verify' ? verify() : digest());
const seconds = (performance.now() - started) / 1000;
process.stdout.write(
  `${JSON.stringify({ ...seen, seconds, peak_mb: peakMegabytes(process.pid) } satisfies VerifyFigures)}\n`,
);
process.exit(0);
