import { GENESIS } from './chain.ts';
import type { ChainExtent, ChainProblem, ChainVerdict } from './chain-verdict.ts';
import { createQuickCheck, linkOfLine } from './chained-line.ts';
import { diagnoseBreak } from './diagnose-break.ts';
import { scanLines, type ScanOptions } from './scan-lines.ts';

export type VerifyLinesOptions = ScanOptions & {
  /** What the first line must follow; without it the file may begin anywhere in the chain. */
  after?: string;
  /** Gaps that an export tells of: hash before the gap → `prev_hash` behind it. */
  gaps?: ReadonlyMap<string, string>;
  /** The hash of the last line, known from elsewhere: it decides which of two rivals is the inserted one. */
  end?: string;
  /** Told now and then how many bytes were read. */
  onProgress?: (bytes: number) => void;
};

/** How a break was met: line `line` does not follow `expected`. */
export type ChainBreak = { line: number; expected: string; before: string | undefined };

/**
 * Checks every line of a file against the one before, in bounded memory, and names the first bad line. Reads the file a
 * second time when it found one, to tell what happened. The end is the caller's to judge: see {@link ChainExtent}.
 */
export async function verifyLines(path: string, options: VerifyLinesOptions = {}): Promise<ChainVerdict> {
  const { after, gaps = new Map<string, string>(), bytes, onChunk, onProgress } = options;
  const quickCheck = createQuickCheck();
  const extent: ChainExtent = {
    lines: 0,
    first_prev_hash: after ?? GENESIS,
    last_hash: after ?? GENESIS,
    gaps: 0,
    respelled: 0,
  };
  let before: string | undefined;
  const breaks: ChainBreak[] = [];
  let read = 0;

  function follow(hash: string): void {
    before = extent.last_hash;
    extent.last_hash = hash;
    extent.lines += 1;
  }

  /** A line that the quick check did not pass: other spelling, a gap, the first line of a window, or damage. */
  function lookCloser(line: Buffer): boolean {
    const link = linkOfLine(line);
    if (!link.readable || !link.consistent) return false;
    const isFirst = extent.lines === 0 && after === undefined;
    const isGap = gaps.get(extent.last_hash) === link.prev_hash;
    if (!isFirst && !isGap && link.prev_hash !== extent.last_hash) return false;
    if (isFirst) extent.first_prev_hash = link.prev_hash;
    if (isGap) extent.gaps += 1;
    if (quickCheck(line, link.prev_hash) === undefined) extent.respelled += 1;
    if (isFirst || isGap) extent.last_hash = link.prev_hash;
    follow(link.hash);
    return true;
  }

  await scanLines(
    path,
    ({ bytes: line, number }) => {
      const hash = quickCheck(line, extent.last_hash);
      if (hash !== undefined) return follow(hash);
      if (lookCloser(line)) return;
      breaks.push({ line: number, expected: extent.last_hash, before });
      return false;
    },
    {
      ...(bytes === undefined ? {} : { bytes }),
      onChunk(chunk) {
        onChunk?.(chunk);
        onProgress?.((read += chunk.length));
      },
    },
  );
  const [found] = breaks;
  if (found === undefined) return { ...extent, ok: true, problem: undefined };
  const problem = await problemOf(path, found, options);
  return { ...extent, ok: false, problem };
}

function problemOf(path: string, found: ChainBreak, { bytes, end }: VerifyLinesOptions): Promise<ChainProblem> {
  return diagnoseBreak(path, found, {
    ...(bytes === undefined ? {} : { bytes }),
    ...(end === undefined ? {} : { end }),
  });
}
