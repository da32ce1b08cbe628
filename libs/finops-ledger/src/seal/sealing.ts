import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { chainRecord } from './chain.ts';
import { parseManifestLine, readManifestLines, type ChainLease } from './chain-head.ts';
import { chainKeys, type ChainState, type ManifestEntry, type OpenSegment } from './chain-state.ts';
import type { SealerOptions, SealRun, SealRunOptions } from './create-sealer.ts';
import { closingLine, manifestFileOf, mirrorManifest, MISFIT_ADVICE } from './manifest.ts';
import { newEntries, timeOf, type SealableEntry } from './record-source.ts';
import { sealError } from './seal-error.ts';
import {
  cutTail,
  fitOfSegment,
  freeSegmentName,
  openSegmentFile,
  segmentNames,
  sizeOf,
  type SegmentFile,
} from './segment-file.ts';
import { trimSealed } from './trim-sealed.ts';

export type SealingOptions = SealerOptions & { graceMs: number; batch: number };

type Done = Extract<SealRun, { outcome: 'sealed' }>;
/** Whether all that was written is what the head tells. */
type Cleanness = { value: boolean };

/**
 * The work of a run that holds the lease. A file is only ever appended to by the run that opened it: after a run that did
 * not end properly the segment is closed as the head tells and the next one begun, so that a writer that wakes up late
 * writes behind the end of a closed file, where nobody looks.
 */
export function createSealing(options: SealingOptions) {
  const { redis, kind, source, directory, dayOf, now, logger, graceMs, batch } = options;

  async function seal(lease: ChainLease, isClean: Cleanness, { limit, onProgress }: SealRunOptions): Promise<Done> {
    const done = { lines: 0, closed: [] as string[], trimmed: 0, cut_lines: 0, lost: 0, more: false };
    let file: SegmentFile | undefined;
    let waiting: { text: string; state: ChainState } | undefined;
    let inBatch = 0;

    async function flush(): Promise<void> {
      if (waiting === undefined || file === undefined) return;
      await file.append(waiting.text);
      await lease.advance(waiting.state);
      done.lines += inBatch;
      waiting = undefined;
      inBatch = 0;
      onProgress?.(done.lines);
    }

    async function closeSegment(): Promise<void> {
      await flush();
      await file?.close();
      file = undefined;
      const entry = await close(lease);
      if (entry !== undefined) done.closed.push(entry.name);
    }

    async function add(entry: SealableEntry): Promise<void> {
      const day = dayOf(timeOf(entry.id));
      if (lease.state.segment !== null && day > lease.state.segment.day) await closeSegment();
      file ??= await open(lease, day);
      const next = withEntry(waiting?.state ?? lease.state, entry);
      waiting = { text: `${waiting?.text ?? ''}${next.line}\n`, state: next.state };
      inBatch += 1;
      if (inBatch >= batch) await flush();
    }

    try {
      await refuseMisfit(lease.state);
      await mirrorManifest(redis, kind, directory);
      done.cut_lines = await recover(lease);
      isClean.value = false;
      done.lost = await reportLost(lease);
      for await (const entry of newEntries(source, lease.state.cursors)) {
        if (done.lines + inBatch >= (limit ?? Number.POSITIVE_INFINITY)) {
          done.more = true;
          break;
        }
        await add(entry);
      }
      await flush();
      const { segment } = lease.state;
      if (segment !== null && !done.more && dayOf(now() - graceMs) > segment.day) await closeSegment();
      done.trimmed = await trimSealed(lease, options);
      isClean.value = true;
    } catch (error) {
      if ((error as { code?: unknown }).code === 'SEAL_TAKEN_OVER') await cutAsClosed(lease.state.segment?.name);
      throw error;
    } finally {
      await file?.close();
    }
    const { count, hash } = lease.state;
    return { outcome: 'sealed', ...done, head: { count, hash } };
  }

  /** Refuses to go on where folder and head are not of one chain: that would fork it. */
  async function refuseMisfit(state: ChainState): Promise<void> {
    if (state.version === 0 && (await segmentNames(directory)).length > 0) {
      throw misfit(`${directory} holds segments, but Redis knows nothing of the ${kind} chain`);
    }
    const [line] = await redis.lrange(chainKeys(kind).manifest, -1, -1);
    if (line === undefined) return;
    const { name, bytes } = parseManifestLine(line, 'the manifest in Redis');
    const size = await sizeOf(join(directory, name));
    if (size !== undefined && size >= bytes) return cutAsClosed(name);
    throw misfit(`${join(directory, name)}, the last closed segment, is ${size === undefined ? 'not there' : 'cut'}`);
  }

  /**
   * Cuts what a writer that was given up wrote behind the end of a segment before it noticed. Its end is what the manifest
   * says, not what that writer remembers; before the segment is closed, the one who closes it cuts.
   */
  async function cutAsClosed(name: string | undefined): Promise<void> {
    const lines = await readManifestLines(redis, kind);
    const entry = lines
      .map((line) => parseManifestLine(line, 'the manifest in Redis'))
      .findLast((each) => each.name === name);
    if (entry === undefined) return;
    const cut_lines = await cutTail(join(directory, entry.name), entry.bytes);
    if (cut_lines === 0) return;
    const event = 'SEAL_LATE_LINES_CUT';
    logger.warn('Lines behind the end of a closed segment were cut off', {
      event,
      kind,
      segment: entry.name,
      cut_lines,
    });
  }

  /** Ends the open segment of a run that did not end properly. Answers how many unsealed lines were cut off. */
  async function recover(lease: ChainLease): Promise<number> {
    const { segment, hash } = lease.state;
    if (segment === null) return 0;
    const path = join(directory, segment.name);
    const fit = await fitOfSegment(path, segment, hash);
    if (fit.fit === 'misfit') throw misfit(`${path} does not fit the ${kind} chain: ${fit.why}`);
    if (fit.fit === 'fits' && !lease.dirty) return 0;
    const lines = fit.fit === 'tail' ? await cutTail(path, segment.bytes) : 0;
    logger.warn('A sealer did not end properly; the chain goes on in a new segment', {
      event: 'SEAL_RECOVERED',
      kind,
      segment: segment.name,
      cut_lines: lines,
    });
    await close(lease);
    return lines;
  }

  /** Closes the open segment; one without lines is forgotten. */
  async function close(lease: ChainLease): Promise<ManifestEntry | undefined> {
    const { state } = lease;
    if (state.segment === null) return undefined;
    if (state.segment.count === 0) {
      await lease.advance({ ...state, segment: null });
      await rm(join(directory, state.segment.name), { force: true });
      return undefined;
    }
    let renewal: Promise<unknown> = Promise.resolve();
    const onProgress = (): void => {
      renewal = renewal.then(() => lease.renew()).catch(() => undefined);
    };
    const { line, hash, entry, problem } = await closingLine(state, { kind, directory, onProgress });
    await renewal;
    if (problem !== undefined) {
      logger.error('A sealed segment was changed before it was closed', {
        event: 'SEAL_SEGMENT_BROKEN',
        kind,
        segment: entry.name,
        problem,
      });
    }
    await lease.advance({ ...state, segment: null, manifest: { count: state.manifest.count + 1, hash } }, line);
    await mirrorManifest(redis, kind, directory);
    return entry;
  }

  /** The open segment, or a new one for that day; told to the head before its file is made. */
  async function open(lease: ChainLease, day: string): Promise<SegmentFile> {
    const isNew = lease.state.segment === null;
    if (isNew) {
      const name = await freeSegmentName(directory, day);
      await lease.advance({ ...lease.state, segment: emptySegment(name, day, lease.state.hash) });
    }
    const path = join(directory, lease.state.segment?.name ?? '');
    const file = await openSegmentFile(path, { isNew: isNew || (await sizeOf(path)) === undefined });
    // From here on the file is open: who takes over now closes this segment, and cannot be disturbed by us.
    if (await lease.renew()) return file;
    await file.close();
    throw sealError('SEAL_TAKEN_OVER', `Another process seals the ${kind} now. Nothing is lost; it goes on there.`);
  }

  /** What is gone from a stream is sealed, or it is lost: then it is said once, loudly. */
  async function reportLost(lease: ChainLease): Promise<number> {
    let total = 0;
    for (const stream of await source.streams()) {
      const { state } = lease;
      const removed = (await source.removed(stream)) ?? 0;
      const lost = removed - (state.taken[stream] ?? 0);
      if (lost <= 0) continue;
      total += lost;
      const event = 'SEAL_ENTRIES_LOST';
      logger.error('Entries were trimmed from a stream before they were sealed', { event, kind, stream, lost });
      await lease.advance({ ...state, taken: { ...state.taken, [stream]: removed } });
    }
    return total;
  }

  function misfit(why: string): Error {
    logger.error('The chain cannot go on here: folder and head are not of one chain', {
      event: 'SEAL_MISFIT',
      kind,
      why,
    });
    return sealError('SEAL_MISFIT', `${why}. ${MISFIT_ADVICE} The manifest is ${manifestFileOf(directory)}.`);
  }

  return { seal };
}

function emptySegment(name: string, day: string, first_prev_hash: string): OpenSegment {
  return {
    name,
    day,
    bytes: 0,
    count: 0,
    sum_nano: '0',
    first_id: '',
    last_id: '',
    first_ts: 0,
    last_ts: 0,
    first_prev_hash,
  };
}

/** The state after an entry, and the entry's line. */
function withEntry(
  state: ChainState,
  { stream, id, record, ts, nano }: SealableEntry,
): { state: ChainState; line: string } {
  const { segment } = state;
  if (segment === null) throw new Error('there is no open segment');
  const { line, hash } = chainRecord(record, state.hash);
  const isFirst = segment.count === 0;
  const grown: OpenSegment = {
    ...segment,
    bytes: segment.bytes + Buffer.byteLength(line) + 1,
    count: segment.count + 1,
    sum_nano: (BigInt(segment.sum_nano) + nano).toString(),
    first_id: isFirst ? id : segment.first_id,
    last_id: id,
    first_ts: isFirst ? ts : Math.min(segment.first_ts, ts),
    last_ts: isFirst ? ts : Math.max(segment.last_ts, ts),
  };
  return {
    line,
    state: {
      ...state,
      count: state.count + 1,
      hash,
      cursors: { ...state.cursors, [stream]: id },
      taken: { ...state.taken, [stream]: (state.taken[stream] ?? 0) + 1 },
      segment: grown,
    },
  };
}
