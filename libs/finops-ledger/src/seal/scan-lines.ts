import { open, type FileHandle } from 'node:fs/promises';

/** A line without its newline: bytes of a buffer that is used again after the call. */
export type SeenLine = { bytes: Buffer; number: number };

/** `more`: at the end of what was read stands a line without a newline. */
export type Scanned = { lines: number; bytes: number; more: boolean };

export type ScanOptions = {
  /** Bytes of the file that count, from its beginning; all of it unless told. */
  bytes?: number;
  /** Where to begin; a line begins there. */
  start?: number;
  /** Gets every chunk as it was read, for a digest over the file. */
  onChunk?: (chunk: Buffer) => void;
};

const CHUNK = 4 * 1024 * 1024;
/** A record has under a thousand bytes; what is longer than this is none, and must not fill the memory. */
export const LONGEST_LINE = 16 * 1024 * 1024;

/**
 * Calls back for each line of a file, in bounded memory; ends early when the callback answers false. A last line without
 * a newline counts. Rejects as opening and reading a file do, and with LINE_TOO_LONG.
 */
export async function scanLines(
  path: string,
  onLine: (line: SeenLine) => boolean | undefined | void,
  { bytes = Number.POSITIVE_INFINITY, start = 0, onChunk }: ScanOptions = {},
): Promise<Scanned> {
  const file = await open(path, 'r');
  try {
    return await scanFile(file, { onLine, bytes, begin: start, onChunk });
  } finally {
    await file.close();
  }
}

type Scan = {
  onLine: (line: SeenLine) => boolean | undefined | void;
  bytes: number;
  begin: number;
  onChunk: ScanOptions['onChunk'];
};

async function scanFile(file: FileHandle, { onLine, bytes, begin, onChunk }: Scan): Promise<Scanned> {
  const { size } = await file.stat();
  let buffer: Buffer = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(1, size - begin) + 1));
  let kept = 0;
  let position = begin;
  let number = 0;
  for (;;) {
    if (kept === buffer.length) buffer = grown(buffer, number + 1);
    const wanted = Math.min(buffer.length - kept, bytes - position);
    const { bytesRead } = wanted <= 0 ? { bytesRead: 0 } : await file.read(buffer, kept, wanted, position);
    if (bytesRead === 0) break;
    onChunk?.(buffer.subarray(kept, kept + bytesRead));
    position += bytesRead;
    const end = kept + bytesRead;
    const filled = buffer.subarray(0, end);
    let start = 0;
    // What was kept holds no newline.
    for (let newline = filled.indexOf(10, kept); newline !== -1; newline = filled.indexOf(10, start)) {
      number += 1;
      if (onLine({ bytes: buffer.subarray(start, newline), number }) === false) {
        return { lines: number, bytes: position, more: false };
      }
      start = newline + 1;
    }
    buffer.copyWithin(0, start, end);
    kept = end - start;
  }
  if (kept === 0) return { lines: number, bytes: position, more: false };
  onLine({ bytes: buffer.subarray(0, kept), number: number + 1 });
  return { lines: number + 1, bytes: position, more: true };
}

function grown(buffer: Buffer, number: number): Buffer {
  if (buffer.length >= LONGEST_LINE) {
    const message = `Line ${number} has more than ${LONGEST_LINE} bytes: this is no file of records.`;
    throw Object.assign(new Error(message), { code: 'LINE_TOO_LONG' });
  }
  const larger = Buffer.allocUnsafe(buffer.length * 2);
  buffer.copy(larger);
  return larger;
}
