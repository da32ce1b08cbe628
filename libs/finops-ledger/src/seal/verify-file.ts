import { readFile } from 'node:fs/promises';
import { GENESIS } from './chain.ts';
import type { ChainProblem, ChainVerdict } from './chain-verdict.ts';
import { readGaps } from './export-gaps.ts';
import { scanLines } from './scan-lines.ts';
import { verifyLines } from './verify-lines.ts';

/** The end of the chain as Redis keeps it. */
export type ChainEnd = { count: number; hash: string };

export type VerifyFileOptions = {
  /** The head of the file's chain in Redis, when it can be reached. */
  head?: ChainEnd | undefined;
  onProgress?: (bytes: number) => void;
};

/**
 * `partial`: the file begins in the middle of the chain, or leaves records out (it is a window of it). `end`: what proves
 * that nothing is cut off its end. `behind_head`: sealed records that a whole file does not have, because they were sealed
 * after it was written; undefined when that is not known.
 */
export type FileVerdict = ChainVerdict & {
  partial: boolean;
  end: 'sidecar' | 'head' | 'unproven';
  behind_head: number | undefined;
};

/** Where an export keeps its last hash. */
export function sidecarOf(path: string): string {
  return `${path}.chain`;
}

/**
 * Verifies an exported file: each record, their order, the end against the sidecar `<path>.chain`, and, when the head is
 * given, against it. With a sidecar the beginning is checked too: what an export left out it tells in `<path>.gaps`.
 * Rejects when the file or a sidecar cannot be read.
 */
export async function verifyFile(path: string, { head, onProgress }: VerifyFileOptions = {}): Promise<FileVerdict> {
  const [sidecar, gaps] = await Promise.all([readSidecar(path), readGaps(path)]);
  const verdict = await verifyLines(path, {
    ...(sidecar === undefined ? {} : { after: GENESIS, end: sidecar }),
    ...(onProgress === undefined ? {} : { onProgress }),
    gaps,
  });
  const partial = verdict.first_prev_hash !== GENESIS || verdict.gaps > 0;
  const behind = head === undefined || partial ? undefined : head.count - verdict.lines;
  const judged: FileVerdict = {
    ...verdict,
    partial,
    end: sidecar === undefined ? 'unproven' : 'sidecar',
    behind_head: behind,
  };
  if (!verdict.ok) return judged;
  const problem = sidecar === undefined ? undefined : await endProblem(path, verdict, sidecar);
  if (problem !== undefined) return { ...judged, ok: false, problem };
  return againstHead(judged, head, sidecar !== undefined);
}

function againstHead(judged: FileVerdict, head: ChainEnd | undefined, hasSidecar: boolean): FileVerdict {
  const { lines, last_hash, behind_head } = judged;
  if (head !== undefined && last_hash === head.hash) return { ...judged, end: 'head' };
  if (head === undefined || behind_head === undefined) return judged;
  if (behind_head > 0 && hasSidecar) return judged;
  if (behind_head > 0) {
    const text = `the file ends at line ${lines}, but the chain has ${behind_head} more, and no sidecar tells that it ended here`;
    return { ...judged, ok: false, problem: { line: lines, damage: 'cut', text } };
  }
  const text =
    behind_head === 0
      ? `line ${lines} is not the last record of the chain: the end was replaced`
      : `the chain has only ${head.count} records: the file is of another chain, or lines were added`;
  const line = behind_head === 0 ? lines : head.count + 1;
  return { ...judged, ok: false, problem: { line, damage: behind_head === 0 ? 'cut' : 'added', text } };
}

/** The lines agree with each other; do they end where the sidecar says? */
async function endProblem(path: string, verdict: ChainVerdict, sidecar: string): Promise<ChainProblem | undefined> {
  const { lines, last_hash } = verdict;
  if (last_hash === sidecar) return undefined;
  const line = sidecar === GENESIS ? 0 : await lineOf(path, sidecar);
  if (line === undefined) {
    const text = `the file ends at line ${lines}, but its sidecar tells of another end: records are cut off or replaced`;
    return { line: lines, damage: 'cut', text };
  }
  const text = `the file should end at line ${line} by its sidecar: what follows was added`;
  return { line: line + 1, damage: 'added', text };
}

async function lineOf(path: string, hash: string): Promise<number | undefined> {
  let found: number | undefined;
  await scanLines(path, ({ bytes, number }) => {
    if (bytes.indexOf(`"hash":"${hash}"`, 0, 'latin1') === -1) return;
    if (bytes.indexOf(`"prev_hash":"${hash}"`, 0, 'latin1') !== -1) return;
    found = number;
    return false;
  });
  return found;
}

/** Undefined when there is none. Rejects with SIDECAR_UNREADABLE when it holds no hash. */
async function readSidecar(path: string): Promise<string | undefined> {
  const text = await readIfThere(sidecarOf(path));
  if (text === undefined) return undefined;
  const hash = text.trim();
  if (/^[0-9a-f]{64}$/.test(hash)) return hash;
  const message = `${sidecarOf(path)} holds no hash of 64 hex digits: it was damaged. Export again, or remove it to verify without it.`;
  throw Object.assign(new Error(message), { code: 'SIDECAR_UNREADABLE' });
}

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
