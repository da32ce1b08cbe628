import { constants, createReadStream, createWriteStream } from 'node:fs';
import { access, mkdir, open, readdir, rename, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { OpenSegment } from './chain-state.ts';
import { sealError } from './seal-error.ts';

/** A segment that lines are appended to. Closed by its owner. */
export type SegmentFile = {
  /** Resolves when the text is on disk. Rejects with SEAL_FILE_CHANGED when somebody else wrote into the file. */
  append: (text: string) => Promise<void>;
  close: () => Promise<void>;
};

/** How a file stands to what the head tells of it. `tail`: there is more behind it, which was never sealed. */
export type SegmentFit = { fit: 'fits' } | { fit: 'tail'; bytes: number } | { fit: 'misfit'; why: string };

/** Opens a segment for appending; `isNew` = it must not be there yet. Folder and file are for this user only. */
export async function openSegmentFile(path: string, { isNew }: { isNew: boolean }): Promise<SegmentFile> {
  const { O_APPEND, O_CREAT, O_EXCL, O_WRONLY } = constants;
  const file = await open(path, O_APPEND | O_WRONLY | (isNew ? O_CREAT | O_EXCL : 0), 0o600);
  if (isNew) await syncFolder(dirname(path));
  let { size } = await file.stat();
  return {
    async append(text) {
      const bytes = Buffer.from(text);
      for (let written = 0; written < bytes.length;) {
        written += (await file.write(bytes, written, bytes.length - written)).bytesWritten;
      }
      await file.datasync();
      size += bytes.length;
      if ((await file.stat()).size === size) return;
      throw sealError(
        'SEAL_FILE_CHANGED',
        `${path} was written to by somebody else. The next run goes on in a new file.`,
      );
    },
    close: () => file.close(),
  };
}

/** Compares the file of the open segment with the head, whose last record has the hash `lastHash`. */
export async function fitOfSegment(path: string, segment: OpenSegment, lastHash: string): Promise<SegmentFit> {
  const size = await sizeOf(path);
  if (size === undefined && segment.count === 0) return { fit: 'fits' };
  if (size === undefined) return { fit: 'misfit', why: 'it is not there' };
  if (size < segment.bytes) return { fit: 'misfit', why: `it has ${size} bytes, but ${segment.bytes} are sealed` };
  if (segment.count > 0 && !(await endsWith(path, segment.bytes, `,"hash":"${lastHash}"}\n`))) {
    return { fit: 'misfit', why: 'its last sealed line is not the last record of the chain' };
  }
  return size === segment.bytes ? { fit: 'fits' } : { fit: 'tail', bytes: size - segment.bytes };
}

/**
 * Cuts off what stands behind the sealed bytes and keeps it beside the file, as `<file>.cut-<n>`, when it has a whole
 * line: nobody can say later that a record was made to vanish. Answers how many lines that were. May be repeated.
 */
export async function cutTail(path: string, bytes: number): Promise<number> {
  if (((await sizeOf(path)) ?? 0) <= bytes) return 0;
  let lines = 0;
  for await (const chunk of createReadStream(path, { start: bytes, encoding: 'latin1' })) {
    lines += (chunk as string).split('\n').length - 1;
  }
  if (lines > 0) await pipeline(createReadStream(path, { start: bytes }), await keptTail(path));
  const file = await open(path, 'r+');
  try {
    await file.truncate(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  return lines;
}

async function keptTail(path: string): Promise<Writable> {
  for (let number = 1; ; number++) {
    const place = `${path}.cut-${number}`;
    if (!(await exists(place))) return createWriteStream(place, { mode: 0o600, flush: true });
  }
}

/** Writes a file so that it is there whole or not at all, also after a crash. */
export async function writeWhole(path: string, content: string | Buffer): Promise<void> {
  const draft = `${path}.draft`;
  const file = await open(draft, 'w', 0o600);
  try {
    await file.writeFile(content);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(draft, path);
  await syncFolder(dirname(path));
}

/** The name for the next segment of a day: the first that is free. */
export async function freeSegmentName(directory: string, day: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  for (let number = 1; ; number++) {
    const name = number === 1 ? `${day}.ndjson` : `${day}.${number}.ndjson`;
    if (!(await exists(join(directory, name)))) return name;
  }
}

/** Names of the segments in a folder, in the order of their days; none when there is no folder. */
export async function segmentNames(directory: string): Promise<string[]> {
  try {
    return (await readdir(directory)).filter((name) => /^\d{4}-\d\d-\d\d(\.\d+)?\.ndjson$/.test(name)).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

/** Undefined when it is not there. */
export async function sizeOf(path: string): Promise<number | undefined> {
  try {
    return (await stat(path)).size;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}

async function endsWith(path: string, bytes: number, text: string): Promise<boolean> {
  if (bytes < text.length) return false;
  const file = await open(path, 'r');
  try {
    const end = Buffer.alloc(text.length);
    await file.read(end, 0, end.length, bytes - end.length);
    return end.toString('latin1') === text;
  } finally {
    await file.close();
  }
}

/** A new name is safe only when its folder is on disk too. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
