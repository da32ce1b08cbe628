import { open } from 'node:fs/promises';
import iconv from 'iconv-lite';
import { unusableFile } from './unusable-export.ts';

/** The character encodings an export is found in; `cp949` is what Korean Windows calls ANSI. */
export type TextEncoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'cp949';

/** How the bytes of one export are to be read. */
export interface TextForm {
  readonly encoding: TextEncoding;
  readonly bytes: number;
  /** The share of characters that could not be decoded and stand as U+FFFD. */
  readonly damage: number;
  readonly hasCrlf: boolean;
  /** A line feed without a carriage return before it occurs. */
  readonly hasBareLf: boolean;
}

const CHUNK_BYTES = 48 * 1024;
/** More than one undecodable character in a thousand: the file is in another encoding. */
const TOLERATED_DAMAGE = 0.001;

/**
 * Finds the encoding by reading the whole file once: byte order mark, else UTF-8 if it is valid to the last byte, else
 * CP949 with at most 0.1 % undecodable characters, else UTF-8 with as little damage. No statistics: detectors take CP949
 * for Cyrillic. A character cut off at the very end (a broken download) is no reason to reject UTF-8.
 * @throws UnusableExport when the file is empty or none of these.
 */
export async function detectTextForm(path: string, name: string): Promise<TextForm> {
  const mark = await byteOrderMark(path);
  if (mark.bytes === 0) {
    throw unusableFile(name, 'empty', { en: 'is empty', ko: '빈 파일입니다' });
  }
  if (mark.encoding !== undefined)
    return { encoding: mark.encoding, ...(await survey(path, createDecoder(mark.encoding))) };
  const valid = await surveyValidUtf8(path);
  if (valid !== undefined) return { encoding: 'utf-8', ...valid };
  for (const encoding of ['cp949', 'utf-8'] as const) {
    const found = await survey(path, createDecoder(encoding));
    if (found.damage <= TOLERATED_DAMAGE) return { encoding, ...found };
  }
  throw unusableFile(name, 'unknown_encoding', {
    en: 'is text in an encoding other than UTF-8, UTF-16 and CP949 or is damaged',
    ko: 'UTF-8, UTF-16, CP949가 아닌 인코딩이거나 손상된 파일입니다',
  });
}

/** The text of a file in pieces of about 128 KB, without the byte order mark, and how many bytes each piece took. */
export function readText(path: string, encoding: TextEncoding): AsyncGenerator<TextPiece> {
  return decode(path, createDecoder(encoding));
}

/** A piece of a file's text and the number of bytes read for it. */
export interface TextPiece {
  readonly text: string;
  readonly bytes: number;
}

async function* decode(path: string, decoder: Decoder): AsyncGenerator<TextPiece> {
  for await (const chunk of readBytes(path)) {
    yield { text: decoder.write(chunk), bytes: chunk.length };
  }
  const tail = decoder.end();
  if (tail !== '') yield { text: tail, bytes: 0 };
}

/** The first bytes of a file, at most `length`. */
export async function readHead(path: string, length: number): Promise<Buffer> {
  const handle = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The bytes of a file; a chunk is valid until the next one is asked for. */
async function* readBytes(path: string): AsyncGenerator<Buffer> {
  const handle = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await handle.read(buffer, 0, CHUNK_BYTES, null);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await handle.close();
  }
}

/** The code of the error a fatal TextDecoder throws. */
const INVALID_DATA = 'ERR_ENCODING_INVALID_ENCODED_DATA';

interface Decoder {
  write(chunk: Buffer): string;
  end(): string;
}

/** CP949 goes through iconv-lite: TextDecoder('euc-kr') garbles 8,822 of the 11,172 Hangul syllables. */
function createDecoder(encoding: TextEncoding): Decoder {
  if (encoding === 'cp949') {
    const decoder = iconv.getDecoder('cp949');
    return { write: (chunk) => decoder.write(chunk), end: () => decoder.end() ?? '' };
  }
  const decoder = new TextDecoder(encoding);
  return { write: (chunk) => decoder.decode(chunk, { stream: true }), end: () => decoder.decode() };
}

async function byteOrderMark(path: string): Promise<{ encoding: TextEncoding | undefined; bytes: number }> {
  const head = await readHead(path, 3);
  const [first, second, third] = head;
  if (first === 0xef && second === 0xbb && third === 0xbf) return { encoding: 'utf-8', bytes: head.length };
  if (first === 0xff && second === 0xfe) return { encoding: 'utf-16le', bytes: head.length };
  if (first === 0xfe && second === 0xff) return { encoding: 'utf-16be', bytes: head.length };
  return { encoding: undefined, bytes: head.length };
}

async function surveyValidUtf8(path: string) {
  const strict = new TextDecoder('utf-8', { fatal: true });
  const decoder = { write: (chunk: Buffer) => strict.decode(chunk, { stream: true }), end: () => '' };
  try {
    return await survey(path, decoder);
  } catch (error: unknown) {
    if (isUndecodable(error)) return undefined;
    throw error;
  }
}

function isUndecodable(error: unknown): boolean {
  return typeof error === 'object' && error !== null && 'code' in error && error.code === INVALID_DATA;
}

async function survey(path: string, decoder: Decoder) {
  const count = { bytes: 0, characters: 0, replaced: 0, crlf: 0, lineFeeds: 0 };
  let last = '';
  for await (const { text, bytes } of decode(path, decoder)) {
    count.bytes += bytes;
    count.characters += text.length;
    count.replaced += occurrences(text, '\uFFFD');
    count.lineFeeds += occurrences(text, '\n');
    count.crlf += occurrences(text, '\r\n') + (last === '\r' && text.startsWith('\n') ? 1 : 0);
    last = text.at(-1) ?? last;
  }
  return {
    bytes: count.bytes,
    damage: count.characters === 0 ? 0 : count.replaced / count.characters,
    hasCrlf: count.crlf > 0,
    hasBareLf: count.lineFeeds > count.crlf,
  };
}

function occurrences(text: string, part: string): number {
  let count = 0;
  for (let at = text.indexOf(part); at !== -1; at = text.indexOf(part, at + part.length)) count += 1;
  return count;
}
