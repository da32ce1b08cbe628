import { open } from 'node:fs/promises';
import type { FileHandle } from 'node:fs/promises';
import { crc32, deflateRawSync } from 'node:zlib';
import { UnusableExport } from '../chat-export/unusable-export.ts';
import type { FinishedPart } from './deflated-part.ts';

/** What an archive holds: text, or a part that is compressed already. */
export type ZipEntry = { readonly name: string } & ({ readonly text: string } | { readonly part: FinishedPart });

interface DirectoryRecord {
  readonly name: Buffer;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  readonly offset: number;
}

const LARGEST = 0xffff_ffff;
const COPY_BYTES = 256 * 1024;
/** 1980-01-01 00:00, the first moment a ZIP archive can name: the same input gives the same bytes. */
const DOS_DATE = 0x0021;
const VERSION = 20;
const DEFLATE = 8;

/**
 * Writes a ZIP archive whose sizes are all known beforehand: plain records that every reader understands, no data
 * descriptors, no ZIP64. (PKWARE APPNOTE 4.3.7, 4.3.12, 4.3.16.)
 * @throws UnusableExport when the archive would reach 4 GiB, which no spreadsheet program opens.
 */
export async function writeZip(file: FileHandle, entries: readonly ZipEntry[]): Promise<void> {
  const records: DirectoryRecord[] = [];
  let offset = 0;
  for (const entry of entries) {
    const { record, content } = prepare(entry, offset);
    const header = localHeader(record);
    offset += header.length + record.compressedSize;
    if (Math.max(offset, record.size) > LARGEST) throw tooLarge(entry.name);
    await file.writeFile(header);
    if (typeof content === 'string') await copyFile(content, file);
    else await file.writeFile(content);
    records.push(record);
  }
  const directory = Buffer.concat(records.map(directoryRecord));
  if (offset + directory.length > LARGEST) throw tooLarge('the list of parts');
  await file.writeFile(directory);
  await file.writeFile(endOfDirectory(records.length, { size: directory.length, offset }));
}

function tooLarge(part: string): UnusableExport {
  return new UnusableExport(
    'The workbook would exceed 4 GiB, which no spreadsheet program opens: convert a shorter period or fewer files.',
    {
      reason: 'too_large',
      part,
      message_ko: '엑셀 파일이 4 GiB를 넘어 열 수 없게 됩니다. 기간을 줄이거나 파일 수를 줄여 주세요.',
    },
  );
}

function prepare(entry: ZipEntry, offset: number): { record: DirectoryRecord; content: Buffer | string } {
  const name = Buffer.from(entry.name, 'ascii');
  if ('part' in entry) {
    const { path, crc, size, compressedSize } = entry.part;
    return { record: { name, crc, size, compressedSize, offset }, content: path };
  }
  const plain = Buffer.from(entry.text, 'utf8');
  const content = deflateRawSync(plain);
  const record = { name, crc: crc32(plain), size: plain.length, compressedSize: content.length, offset };
  return { record, content };
}

async function copyFile(path: string, target: FileHandle): Promise<void> {
  const source = await open(path, 'r');
  try {
    const buffer = Buffer.allocUnsafe(COPY_BYTES);
    for (;;) {
      const { bytesRead } = await source.read(buffer, 0, COPY_BYTES, null);
      if (bytesRead === 0) return;
      await target.writeFile(buffer.subarray(0, bytesRead));
    }
  } finally {
    await source.close();
  }
}

function localHeader({ name, crc, compressedSize, size }: DirectoryRecord): Buffer {
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x0403_4b50, 0);
  writeCommon(header, 4, { name, crc, compressedSize, size });
  return Buffer.concat([header, name]);
}

function directoryRecord({ name, crc, compressedSize, size, offset }: DirectoryRecord): Buffer {
  const record = Buffer.alloc(46);
  record.writeUInt32LE(0x0201_4b50, 0);
  record.writeUInt16LE(VERSION, 4);
  writeCommon(record, 6, { name, crc, compressedSize, size });
  record.writeUInt32LE(offset, 42);
  return Buffer.concat([record, name]);
}

/** The fields both kinds of record share, from "version needed" to "file name length". */
function writeCommon(target: Buffer, at: number, entry: Omit<DirectoryRecord, 'offset'>): void {
  target.writeUInt16LE(VERSION, at);
  target.writeUInt16LE(DEFLATE, at + 4);
  target.writeUInt16LE(DOS_DATE, at + 8);
  target.writeUInt32LE(entry.crc, at + 10);
  target.writeUInt32LE(entry.compressedSize, at + 14);
  target.writeUInt32LE(entry.size, at + 18);
  target.writeUInt16LE(entry.name.length, at + 22);
}

function endOfDirectory(entries: number, directory: { size: number; offset: number }): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x0605_4b50, 0);
  end.writeUInt16LE(entries, 8);
  end.writeUInt16LE(entries, 10);
  end.writeUInt32LE(directory.size, 12);
  end.writeUInt32LE(directory.offset, 16);
  return end;
}
