import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import type { Redis } from 'ioredis';
import { GENESIS } from './chain.ts';
import type { ChainKind, ChainState } from './chain-state.ts';
import type { ChainProblem } from './chain-verdict.ts';
import { manifestFileOf, readManifestFile } from './manifest.ts';
import { closedSegment, sealedSegments, type SealedSegment } from './sealed-segments.ts';
import { segmentNames, sizeOf } from './segment-file.ts';
import { verifyLines } from './verify-lines.ts';

export type VerifyChainOptions = {
  kind: ChainKind;
  directory: string;
  /** Without it the closed segments are checked against the manifest alone, and `head` is unknown. */
  redis?: Redis | undefined;
  /** Told the records checked so far, and how many there are in all. */
  onProgress?: (records: number, total: number) => void;
};

/** `file` is the name of the segment, or of the manifest. */
export type ChainFileProblem = ChainProblem & { file: string };

/** `head`: whether count and last hash are those in Redis; `unknown` without Redis. */
export type ChainReport = {
  ok: boolean;
  records: number;
  segments: number;
  last_hash: string;
  head: 'same' | 'unknown';
  problem: ChainFileProblem | undefined;
  /** Files in the folder that the chain does not know: left by sealers that were killed. */
  unknown_files: string[];
};

type Sealed = { state: ChainState | undefined; manifestLines: string[] | undefined; segments: SealedSegment[] };

/**
 * Verifies all that is sealed of a chain: the manifest, each record of each segment, the joints between them, and that the
 * end is the head in Redis. Names the first bad file and line. Rejects when Redis or a file cannot be read.
 */
export async function verifyChain({ kind, directory, redis, onProgress }: VerifyChainOptions): Promise<ChainReport> {
  const { state, manifestLines, segments } = await whatIsSealed(redis, kind, directory);
  const known = new Set(segments.map(({ name }) => name));
  const report: ChainReport = {
    ok: true,
    records: 0,
    segments: 0,
    last_hash: GENESIS,
    head: state === undefined ? 'unknown' : 'same',
    problem: undefined,
    unknown_files: (await segmentNames(directory)).filter((name) => !known.has(name)),
  };
  const bad = (file: string, problem: ChainProblem): ChainReport => ({
    ...report,
    ok: false,
    problem: { ...problem, file },
  });
  const manifest = await manifestProblem(directory, manifestLines);
  if (manifest !== undefined) return bad(basename(manifestFileOf(directory)), manifest);
  const total = segments.reduce((sum, { count }) => sum + count, 0);
  for (const segment of segments) {
    const problem = await segmentProblem(segment, report.last_hash);
    if (problem !== undefined) return bad(segment.name, problem);
    report.records += segment.count;
    report.segments += 1;
    report.last_hash = segment.count === 0 ? report.last_hash : segment.last_hash;
    onProgress?.(report.records, total);
  }
  if (state === undefined || (state.count === report.records && state.hash === report.last_hash)) return report;
  const text = `the chain has ${report.records} records, but its head in Redis counts ${state.count}`;
  return bad(segments.at(-1)?.name ?? basename(manifestFileOf(directory)), {
    line: report.records,
    damage: 'cut',
    text,
  });
}

async function whatIsSealed(redis: Redis | undefined, kind: ChainKind, directory: string): Promise<Sealed> {
  const sealed = redis === undefined ? undefined : await sealedSegments(redis, kind, directory);
  if (sealed !== undefined) return sealed;
  const { entries } = await readManifestFile(directory);
  const segments = entries.map((entry) => closedSegment(entry, directory));
  return { state: undefined, manifestLines: redis === undefined ? undefined : [], segments };
}

/**
 * `inRedis` undefined: Redis was not asked. The file may lack its last line: the sealer was killed before it wrote it, and
 * the next one does.
 */
async function manifestProblem(directory: string, inRedis: string[] | undefined): Promise<ChainProblem | undefined> {
  const path = manifestFileOf(directory);
  const isThere = (await sizeOf(path)) !== undefined;
  const problem = isThere ? (await verifyLines(path, { after: GENESIS })).problem : undefined;
  if (problem !== undefined || inRedis === undefined) return problem;
  const { lines } = await readManifestFile(directory);
  const different = lines.findIndex((line, index) => index < inRedis.length && inRedis[index] !== line);
  if (different !== -1) {
    const text = `line ${different + 1} of the manifest is not what Redis has`;
    return { line: different + 1, damage: 'changed', text };
  }
  if (inRedis.length - lines.length > 1) {
    const text = `the manifest ends at line ${lines.length}, but Redis has ${inRedis.length}`;
    return { line: lines.length, damage: 'cut', text };
  }
  if (inRedis.length > 0 || lines.length === 0) return undefined;
  return { line: 1, damage: 'added', text: 'the manifest lists segments, but Redis knows no chain' };
}

async function segmentProblem(segment: SealedSegment, after: string): Promise<ChainProblem | undefined> {
  const { path, bytes, count, last_hash, first_prev_hash, closed } = segment;
  if (count === 0) return undefined;
  const size = await sizeOf(path);
  if (size === undefined) return { line: 1, damage: 'missing', text: 'the segment is not there' };
  if (first_prev_hash !== after) return { line: 1, damage: 'missing', text: 'it does not follow the segment before' };
  const digest = createHash('sha256');
  const verdict = await verifyLines(path, {
    bytes,
    after,
    end: last_hash,
    onChunk: (chunk) => void digest.update(chunk),
  });
  if (verdict.problem !== undefined) return verdict.problem;
  if (verdict.last_hash !== last_hash || verdict.lines !== count) {
    const text = `it ends at line ${verdict.lines} of ${count}, or its end was replaced`;
    return { line: verdict.lines, damage: 'cut', text };
  }
  if (closed === null) return undefined;
  if (size > bytes)
    return { line: count + 1, damage: 'added', text: `something stands behind its last line, ${count}` };
  if (digest.digest('hex') === closed.sha256) return undefined;
  return { line: 1, damage: 'changed', text: 'its records are whole, but its bytes are not those that were sealed' };
}

/** The file of a kind's segments under the data directory. */
export function chainDirectory(dataDirectory: string, kind: ChainKind): string {
  return join(dataDirectory, 'finops', kind);
}
