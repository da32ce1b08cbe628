import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { chainRecord } from './chain.ts';
import { parseManifestLine, readManifestLines } from './chain-head.ts';
import type { ChainKind, ChainState, ManifestEntry } from './chain-state.ts';
import { scanLines } from './scan-lines.ts';
import { sealError } from './seal-error.ts';
import { sizeOf, writeWhole } from './segment-file.ts';
import { verifyLines } from './verify-lines.ts';

/** Where a folder of segments lists the closed ones. A copy of what Redis has, for when Redis is away. */
export function manifestFileOf(directory: string): string {
  return join(directory, 'manifest.ndjson');
}

/** The closed segments as the file lists them; none when there is no file. */
export async function readManifestFile(directory: string): Promise<{ lines: string[]; entries: ManifestEntry[] }> {
  const path = manifestFileOf(directory);
  if ((await sizeOf(path)) === undefined) return { lines: [], entries: [] };
  const lines = (await readFile(path, 'utf8')).split('\n').filter((line) => line !== '');
  return { lines, entries: lines.map((line) => parseManifestLine(line, path)) };
}

/**
 * Writes the file again when it lacks what Redis has. Rejects with SEAL_MISFIT when the file tells of segments that Redis
 * does not know: Redis was restored from an old backup, or it is another Redis.
 */
export async function mirrorManifest(redis: Redis, kind: ChainKind, directory: string): Promise<ManifestEntry[]> {
  const lines = await readManifestLines(redis, kind);
  const path = manifestFileOf(directory);
  const mirrored = await readManifestFile(directory);
  if (mirrored.lines.some((line, index) => lines[index] !== line)) {
    const why = `${path} lists segments that Redis does not know`;
    throw sealError('SEAL_MISFIT', `${why}: Redis is older than the folder, or another one. ${MISFIT_ADVICE}`);
  }
  if (mirrored.lines.length < lines.length) await writeWhole(path, lines.map((line) => `${line}\n`).join(''));
  return lines.map((line) => parseManifestLine(line, path));
}

/** What to do when folder and head are not of one chain. */
export const MISFIT_ADVICE =
  'Nothing was sealed, so that the chain stays one. All sealers of a chain need the same Redis and the same folder (a shared volume). If the one or the other was lost, restore it from a backup; to begin a new chain on purpose, move the folder away and remove the head.';

export type CloseOptions = { kind: ChainKind; directory: string; onProgress?: () => void };

/** The line of the manifest for the open segment, after every record of its file was checked once more. */
export async function closingLine(
  state: ChainState,
  { kind, directory, onProgress }: CloseOptions,
): Promise<{ line: string; hash: string; entry: ManifestEntry; problem: string | undefined }> {
  const { segment } = state;
  if (segment === null) throw new Error('there is no open segment');
  const path = join(directory, segment.name);
  const digest = createHash('sha256');
  const verdict = await verifyLines(path, {
    bytes: segment.bytes,
    after: segment.first_prev_hash,
    end: state.hash,
    onChunk: (chunk) => void digest.update(chunk),
    ...(onProgress === undefined ? {} : { onProgress }),
  });
  const whole = verdict.ok && verdict.lines === segment.count && verdict.last_hash === state.hash;
  // The check ends at the first bad line; the digest is of the whole file.
  const sha256 = verdict.ok ? digest.digest('hex') : await sha256Of(path, segment.bytes);
  const { cursors, hash: last_hash } = state;
  const entry: ManifestEntry = { kind, ...segment, last_hash, sha256, verified: whole, cursors };
  const { line, hash } = chainRecord(entry, state.manifest.hash);
  const problem = whole ? undefined : (verdict.problem?.text ?? `it has ${verdict.lines} of ${segment.count} records`);
  return { line, hash, entry, problem };
}

/** SHA-256 of the first bytes of a file, as hex. */
export async function sha256Of(path: string, bytes: number): Promise<string> {
  const digest = createHash('sha256');
  // No newline matters here: only chunks do.
  await scanLines(path, () => undefined, { bytes, onChunk: (chunk) => void digest.update(chunk) });
  return digest.digest('hex');
}
