import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { finished } from 'node:stream/promises';
import type { Redis } from 'ioredis';
import { GENESIS } from './chain.ts';
import type { ChainKind } from './chain-state.ts';
import { type ExportGap, gapsFileOf } from './export-gaps.ts';
import { MISFIT_ADVICE } from './manifest.ts';
import { sealError } from './seal-error.ts';
import { sealedSegments, type SealedSegment } from './sealed-segments.ts';
import { sizeOf, syncFolder, writeWhole } from './segment-file.ts';
import { scanLines } from './scan-lines.ts';
import { sidecarOf } from './verify-file.ts';

export type ExportOptions = {
  redis: Redis;
  kind: ChainKind;
  /** Folder of the chain's segments, absolute. */
  directory: string;
  /** The file to write, absolute; its folder is made. */
  out: string;
  /** Only records from this instant, and before that one; in ms since 1970. */
  from?: number | undefined;
  until?: number | undefined;
  /** Told the lines looked at so far, and how many there are in all. */
  onProgress?: (lines: number, total: number) => void;
};

/** `records` and `sum_nano` are the file's; `left_out` are sealed records outside the window. */
export type ExportReport = {
  out: string;
  records: number;
  sum_nano: bigint;
  left_out: number;
  gaps: number;
  last_hash: string;
};

type Window = { from: number; until: number };

/**
 * Writes the sealed records of a window as JSONL in the order of the chain, with the last hash in `<out>.chain` and, when
 * records were left out, where in `<out>.gaps`. What is not sealed yet is not in it: run the sealer before. The file
 * appears whole or not at all. Rejects with SEAL_MISFIT when a segment is not in the folder.
 */
export async function exportRecords(options: ExportOptions): Promise<ExportReport> {
  const { redis, kind, directory, out, from = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = options;
  const sealed = await sealedSegments(redis, kind, directory);
  await mkdir(dirname(out), { recursive: true });
  const draft = `${out}.${randomUUID()}.draft`;
  const writer = createRecordWriter(draft);
  const total = sealed?.state.count ?? 0;
  try {
    let seen = 0;
    for (const segment of sealed?.segments ?? []) {
      await assertThere(segment);
      await copySegment(segment, { from, until }, writer);
      options.onProgress?.((seen += segment.count), total);
    }
    const report = await writer.end();
    await publish(draft, out, report);
    const { records, sum_nano, last_hash, gaps } = report;
    return { out, records, sum_nano, left_out: total - records, gaps: gaps.length, last_hash };
  } finally {
    await rm(draft, { force: true });
  }
}

async function assertThere({ path, bytes, count }: SealedSegment): Promise<void> {
  const size = await sizeOf(path);
  if (count === 0 || (size !== undefined && size >= bytes)) return;
  const what = size === undefined ? 'is not there' : `has only ${size} of ${bytes} bytes`;
  throw sealError('SEAL_MISFIT', `${path}, a sealed segment, ${what}. ${MISFIT_ADVICE}`);
}

async function copySegment(segment: SealedSegment, window: Window, writer: RecordWriter): Promise<void> {
  const { path, bytes, count, first_ts, last_ts } = segment;
  if (count === 0) return;
  // Records tell whole seconds.
  if (last_ts < window.from || Math.floor(first_ts / 1000) * 1000 >= window.until) return writer.skip(count);
  if (Math.floor(first_ts / 1000) * 1000 >= window.from && last_ts < window.until) return writer.whole(segment);
  let before = segment.first_prev_hash;
  let at = first_ts;
  let full: Promise<void> | undefined;
  for (let start = 0; start < bytes;) start = await copyLines(start);

  /** Some lines, so that the disk can keep up; answers where the next ones begin. */
  async function copyLines(start: number): Promise<number> {
    let position = start;
    await scanLines(
      path,
      ({ bytes: line }) => {
        const text = line.toString('utf8');
        at = instantOf(text, path) ?? at;
        if (at >= window.from && at < window.until) full = writer.line(text, before);
        else writer.skip(1);
        before = text.slice(-66, -2);
        position += line.length + 1;
        return full === undefined;
      },
      { bytes, start },
    );
    await full;
    full = undefined;
    return position;
  }
}

/** When a record was: `ts` in whole seconds, or `ts_utc`. */
function instantOf(line: string, path: string): number | undefined {
  const { ts, ts_utc } = parseRecord(line, path);
  if (typeof ts === 'number') return ts * 1000;
  const told = Date.parse(typeof ts_utc === 'string' ? ts_utc : '');
  return Number.isNaN(told) ? undefined : told;
}

function parseRecord(line: string, path: string): { ts?: unknown; ts_utc?: unknown } {
  try {
    return JSON.parse(line) as { ts?: unknown; ts_utc?: unknown };
  } catch {
    throw sealError('SEAL_MISFIT', `${path} holds a line that is no record: it was changed. Verify the chain.`);
  }
}

type Written = { records: number; sum_nano: bigint; last_hash: string; gaps: ExportGap[] };

type RecordWriter = ReturnType<typeof createRecordWriter>;

function createRecordWriter(draft: string) {
  const out = createWriteStream(draft, { mode: 0o600, flush: true, highWaterMark: 1024 * 1024 });
  const done: Written = { records: 0, sum_nano: 0n, last_hash: GENESIS, gaps: [] };
  const ended = finished(out);
  ended.catch(() => undefined);
  let skipped = 0;

  function bridge(before: string): void {
    if (skipped > 0) done.gaps.push({ after: done.last_hash, before, records: skipped });
    skipped = 0;
  }

  /** Undefined while there is room. */
  function write(chunk: string | Buffer): Promise<void> | undefined {
    if (out.write(chunk)) return undefined;
    return Promise.race([ended, new Promise<void>((resolve) => out.once('drain', resolve))]);
  }

  return {
    skip(records: number): void {
      skipped += records;
    },
    line(text: string, before: string): Promise<void> | undefined {
      bridge(before);
      done.records += 1;
      done.last_hash = text.slice(-66, -2);
      const nano = /"actual_cost_nano":"(-?\d+)"/.exec(text)?.[1];
      done.sum_nano += nano === undefined ? 0n : BigInt(nano);
      return write(`${text}\n`);
    },
    async whole({ path, bytes, count, sum_nano, first_prev_hash, last_hash }: SealedSegment): Promise<void> {
      bridge(first_prev_hash);
      for await (const chunk of createReadStream(path, { end: bytes - 1, highWaterMark: 1024 * 1024 })) {
        await write(chunk as Buffer);
      }
      done.records += count;
      done.sum_nano += BigInt(sum_nano);
      done.last_hash = last_hash;
    },
    async end(): Promise<Written> {
      out.end();
      await ended;
      return done;
    },
  };
}

/** In an order in which a crash leaves a file without its sidecar, never with one of another file. */
async function publish(draft: string, out: string, { last_hash, gaps }: Written): Promise<void> {
  await rm(sidecarOf(out), { force: true });
  if (gaps.length === 0) await rm(gapsFileOf(out), { force: true });
  else await writeWhole(gapsFileOf(out), gaps.map((gap) => `${JSON.stringify(gap)}\n`).join(''));
  await rename(draft, out);
  await writeWhole(sidecarOf(out), `${last_hash}\n`);
  await syncFolder(dirname(out));
}
