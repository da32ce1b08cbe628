import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { parseManifestLine, readChainState, readManifestLines } from './chain-head.ts';
import type { ChainKind, ChainState, ManifestEntry, OpenSegment } from './chain-state.ts';

/** A stretch of the chain in one file: of a closed segment, or of the open one as far as it is sealed. */
export type SealedSegment = Omit<OpenSegment, 'day'> & {
  path: string;
  last_hash: string;
  closed: ManifestEntry | null;
};

export type SealedSegments = { state: ChainState; manifestLines: string[]; segments: SealedSegment[] };

/** All that is sealed at one moment, in the order of the chain; undefined when nothing ever was. */
export async function sealedSegments(
  redis: Redis,
  kind: ChainKind,
  directory: string,
): Promise<SealedSegments | undefined> {
  const state = await readChainState(redis, kind);
  if (state === undefined) return undefined;
  // A sealer may go on meanwhile: only what this state knows of counts.
  const manifestLines = await readManifestLines(redis, kind, state.manifest.count);
  const segments = manifestLines.map((line) =>
    closedSegment(parseManifestLine(line, 'the manifest in Redis'), directory),
  );
  if (state.segment !== null) {
    const path = join(directory, state.segment.name);
    segments.push({ ...state.segment, path, last_hash: state.hash, closed: null });
  }
  return { state, manifestLines, segments };
}

/** Where a closed segment lies. */
export function closedSegment(entry: ManifestEntry, directory: string): SealedSegment {
  return { ...entry, path: join(directory, entry.name), closed: entry };
}
