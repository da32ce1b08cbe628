import { createHash } from 'node:crypto';
import type { Readable } from 'node:stream';
import type { StoredFile } from '@nexus/contracts';

export type PutOutcome =
  | { outcome: 'stored'; file: StoredFile }
  /** More than `maxBytes`; nothing is kept. */
  | { outcome: 'too_large' }
  /** The store cannot take it now; nothing is kept. `why` is for the client. */
  | { outcome: 'not_written'; why: string; cause: unknown };

/** A stored file that is there now; `open` streams its content once. */
export type FoundFile = { file: StoredFile; open(): Readable };

/**
 * Where uploaded files are kept. Content is kept once for equal bytes; a file is a name for a content and its id follows
 * from both. A put is all or nothing and durable when it resolves; an upload that breaks off rejects and leaves nothing.
 * A file lives for its time after its last upload; an expired one is not found, swept or not.
 */
export type FileStore = {
  put(name: string, content: Readable, options: { maxBytes: number }): Promise<PutOutcome>;
  find(fileId: string): Promise<FoundFile | undefined>;
  /** Removes what is expired and what broken uploads left; returns how many files went. */
  sweep(): Promise<number>;
  /** Can files be stored? `message` says what is wrong and what to do. */
  check(): Promise<{ ok: boolean; message?: string }>;
};

/** The id of a file: equal name and content, equal id. */
export function fileIdOf(name: string, sha256: string): string {
  return `file_${createHash('sha256').update(sha256).update('\0').update(name).digest('hex')}`;
}
