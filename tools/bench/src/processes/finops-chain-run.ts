import { mkdtempSync, rmSync, statfsSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runForJson } from '../child.ts';
import { watchMachine } from '../machine.ts';
import type { ChainFileFigures } from './finops-chain.ts';
import type { VerifyFigures } from './finops-verify.ts';

/** A whole file, the same with one digit changed in its middle, and one SHA-256 over all of it. */
export type ChainFigures = {
  lines: number;
  bytes: number;
  whole: VerifyFigures[];
  digests: VerifyFigures[];
  damaged: VerifyFigures;
  others: number;
};

/** A record takes some 700 bytes; the rest is for whoever else writes meanwhile. */
const ROOM = 1000;

/** As many of the wanted lines as there is room for on the disk, in bytes; whole tens of thousands if not all. */
export function fittingLines(wanted: number, disk: number): number {
  const fitting = disk / ROOM;
  return fitting >= wanted ? wanted : Math.floor(fitting / 10_000) * 10_000;
}

/** What the disk of the temporary folder has left, in bytes. */
export function freeDisk(): number {
  const { bavail, bsize } = statfsSync(tmpdir());
  return bavail * bsize;
}

/** Writes a chain of so many records and verifies it, each time in a process of its own. Linux only. */
export async function measureChain(
  lines: number,
  { rounds, report }: { rounds: number; report: (line: string) => void },
): Promise<ChainFigures> {
  const directory = mkdtempSync(join(tmpdir(), 'nexus-bench-'));
  const path = join(directory, 'ledger.jsonl');
  const verify = (action: 'verify' | 'digest') =>
    runForJson<VerifyFigures>('tools/bench/src/processes/finops-verify.ts', [action, path]);
  try {
    report(`writing a chain of ${lines} records`);
    const file = await runForJson<ChainFileFigures>('tools/bench/src/processes/finops-chain.ts', [path, String(lines)]);
    report('verifying');
    const others = watchMachine();
    const whole: VerifyFigures[] = [];
    const digests: VerifyFigures[] = [];
    for (let round = 0; round < rounds; round += 1) {
      digests.push(await verify('digest'));
      whole.push(intact(await verify('verify'), lines));
    }
    await changeDigit(path, file.middle.at);
    const damaged = await verify('verify');
    if (damaged.damaged_line !== file.middle.line) throw new Error('the changed line was not found');
    return { lines, bytes: file.bytes, whole, digests, damaged, others: others() };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

function intact(figures: VerifyFigures, lines: number): VerifyFigures {
  if (figures.damaged_line === 0 && figures.lines === lines) return figures;
  throw new Error(`a whole file of ${lines} lines was verified as ${JSON.stringify(figures)}`);
}

/** Changes the first digit of the amount of the line that begins there. */
async function changeDigit(path: string, lineAt: number): Promise<void> {
  const amount = '"actual_cost_nano":"';
  const file = await open(path, 'r+');
  try {
    const { buffer } = await file.read(Buffer.alloc(256), 0, 256, lineAt);
    const at = buffer.indexOf(amount) + amount.length;
    if (at < amount.length) throw new Error('the line in the middle has no amount');
    const other = buffer[at] === 0x31 ? '2' : '1';
    await file.write(other, lineAt + at, 'latin1');
  } finally {
    await file.close();
  }
}
