import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { access, constants, mkdir, open, readdir, readFile, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileIdSchema, storedFileSchema, type StoredFile } from '@nexus/contracts';
import type { Clock } from '@nexus/runtime';
import { z } from 'zod';
import { fileIdOf, type FileStore, type FoundFile, type PutOutcome } from './file-store.ts';
import { isTooLarge, measureContent } from './receive-content.ts';

export type FilesystemFileStoreOptions = {
  /** Folder of the store, absolute; made when missing. */
  directory: string;
  ttlSeconds: number;
  now: Clock;
};

/** What a running upload may take; what is older in the folder of uploads was left by a process that died. */
const UPLOAD_MS = 24 * 3600_000;
/** A content nobody names is kept this long: an upload of the same bytes may be about to name it. */
const GRACE_MS = 3600_000;

const recordSchema = storedFileSchema.extend({ stored_at: z.number() });
type FileRecord = z.infer<typeof recordSchema>;

type Folders = { contents: string; records: string; uploads: string };

/**
 * Files in folders: `uploads/` being written, `contents/<sha256>`, and `records/<file id>.json` naming them. Every write
 * goes to a new file, is flushed and then renamed into place; folders are 0700, files 0600. Several processes may share it.
 */
export function createFilesystemFileStore(options: FilesystemFileStoreOptions): FileStore {
  const { directory, ttlSeconds, now } = options;
  const folders: Folders = {
    contents: join(directory, 'contents'),
    records: join(directory, 'records'),
    uploads: join(directory, 'uploads'),
  };
  const isExpired = (record: FileRecord) => record.stored_at + ttlSeconds * 1000 <= now();

  async function put(name: string, content: Readable, { maxBytes }: { maxBytes: number }): Promise<PutOutcome> {
    const upload = join(folders.uploads, randomUUID());
    try {
      await makeFolders(folders);
      const { bytes, sha256 } = await receive(content, upload, maxBytes);
      const file: StoredFile = { file_id: fileIdOf(name, sha256), name, bytes, sha256 };
      await utimes(upload, now() / 1000, now() / 1000);
      await rename(upload, join(folders.contents, sha256));
      await syncFolder(folders.contents);
      await writeRecord({ ...file, stored_at: now() }, folders);
      return { outcome: 'stored', file };
    } catch (error) {
      if (isTooLarge(error)) return { outcome: 'too_large' };
      const why = storageProblem(error);
      if (why === undefined) throw error;
      return { outcome: 'not_written', why, cause: error };
    } finally {
      await rm(upload, { force: true }).catch(() => undefined);
    }
  }

  async function find(fileId: string): Promise<FoundFile | undefined> {
    if (!fileIdSchema.safeParse(fileId).success) return undefined;
    const record = await readRecord(folders, fileId);
    if (!record || isExpired(record)) return undefined;
    const path = join(folders.contents, record.sha256);
    const size = await sizeOf(path);
    if (size !== record.bytes) return undefined;
    return { file: storedFileSchema.parse(record), open: () => createReadStream(path) };
  }

  return {
    put,
    find,
    sweep: () => sweep(folders, { isExpired, now: now() }),
    check: () => check(folders),
  };
}

async function makeFolders(folders: Folders): Promise<void> {
  for (const folder of Object.values(folders)) await mkdir(folder, { recursive: true, mode: 0o700 });
}

async function receive(content: Readable, path: string, maxBytes: number): Promise<{ bytes: number; sha256: string }> {
  const { stage, measured } = measureContent(maxBytes);
  await pipeline(content, stage, createWriteStream(path, { flags: 'wx', mode: 0o600, flush: true }));
  return measured();
}

async function writeRecord(record: FileRecord, folders: Folders): Promise<void> {
  const path = join(folders.uploads, `${randomUUID()}.json`);
  const handle = await open(path, 'wx', 0o600);
  try {
    await handle.writeFile(JSON.stringify(record));
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(path, recordPath(folders, record.file_id));
  await syncFolder(folders.records);
}

/** A rename is durable when its folder is. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

function recordPath(folders: Folders, fileId: string): string {
  return join(folders.records, `${fileId}.json`);
}

async function readRecord(folders: Folders, fileId: string): Promise<FileRecord | undefined> {
  try {
    return recordSchema.parse(JSON.parse(await readFile(recordPath(folders, fileId), 'utf8')));
  } catch {
    // Missing, or not ours: either way there is no such file.
    return undefined;
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  const found = await stat(path).catch(() => undefined);
  return found?.size;
}

type Sweeping = { isExpired: (record: FileRecord) => boolean; now: number };

/** First the names, then the contents no name is left for, then what died in mid-upload. */
async function sweep(folders: Folders, { isExpired, now }: Sweeping): Promise<number> {
  const named = new Set<string>();
  let removed = 0;
  for (const entry of await list(folders.records)) {
    const record = await readRecord(folders, entry.replace(/\.json$/, ''));
    if (record && !isExpired(record)) {
      named.add(record.sha256);
      continue;
    }
    await rm(join(folders.records, entry), { force: true });
    removed += 1;
  }
  for (const sha256 of await list(folders.contents)) {
    if (!named.has(sha256)) await removeOlder(join(folders.contents, sha256), now - GRACE_MS);
  }
  for (const entry of await list(folders.uploads)) await removeOlder(join(folders.uploads, entry), now - UPLOAD_MS);
  return removed;
}

async function list(folder: string): Promise<string[]> {
  return readdir(folder).catch(() => []);
}

async function removeOlder(path: string, than: number): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  if (found && found.mtimeMs < than) await rm(path, { force: true });
}

async function check(folders: Folders): Promise<{ ok: boolean; message?: string }> {
  try {
    await makeFolders(folders);
    await access(folders.uploads, constants.W_OK);
    return { ok: true };
  } catch (error) {
    return { ok: false, message: storageProblem(error) ?? String(error) };
  }
}

/** What a file system error means to the client; undefined for anything else, such as a client that went away. */
export function storageProblem(error: unknown): string | undefined {
  const isOfTheSystem = typeof error === 'object' && error !== null && 'code' in error && 'syscall' in error;
  const code = isOfTheSystem ? String(error.code) : undefined;
  if (code === undefined || code === 'ECONNRESET' || code === 'EPIPE') return undefined;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return 'the disk of the file store is full; free space on it and upload again';
  return `the file store cannot be written (${code}); check the folder files in NEXUS_DATA_DIR and upload again`;
}
