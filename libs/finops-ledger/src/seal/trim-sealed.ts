import { join } from 'node:path';
import type { ChainLease } from './chain-head.ts';
import type { ManifestEntry } from './chain-state.ts';
import { readManifestFile, sha256Of } from './manifest.ts';
import type { SealingOptions } from './sealing.ts';
import { sizeOf } from './segment-file.ts';

const DAY_MS = 86_400_000;

/**
 * Takes entries out of the streams that were sealed more than `hotDays` days ago, in segments that are closed, were whole
 * then, and still have the bytes they had. Stops at the first segment that is not so. Answers how many entries.
 */
export async function trimSealed(lease: ChainLease, options: SealingOptions): Promise<number> {
  const { hotDays, dayOf, now, directory, kind, logger, source } = options;
  if (hotDays === undefined) return 0;
  const oldest = dayOf(now() - hotDays * DAY_MS);
  const { entries } = await readManifestFile(directory);
  let last: ManifestEntry | undefined;
  let checked = lease.state.trimmed;
  for (const entry of entries.slice(checked)) {
    if (entry.day >= oldest) break;
    if (!entry.verified || !(await isWhole(join(directory, entry.name), entry))) {
      const event = 'SEAL_TRIM_STOPPED';
      logger.error('Nothing is trimmed behind a segment that is not whole', { event, kind, segment: entry.name });
      break;
    }
    last = entry;
    checked += 1;
    await lease.renew();
  }
  if (last === undefined) return 0;
  let trimmed = 0;
  for (const [stream, id] of Object.entries(last.cursors)) trimmed += await source.trim(stream, id);
  await lease.advance({ ...lease.state, trimmed: checked });
  return trimmed;
}

async function isWhole(path: string, { bytes, sha256 }: ManifestEntry): Promise<boolean> {
  return (await sizeOf(path)) === bytes && (await sha256Of(path, bytes)) === sha256;
}
