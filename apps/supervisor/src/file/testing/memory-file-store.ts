import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { StoredFile } from '@nexus/contracts';
import type { Clock } from '@nexus/runtime';
import { fileIdOf, type FileStore } from '../file-store.ts';
import { isTooLarge, measureContent } from '../receive-content.ts';

type Kept = { file: StoredFile; content: Buffer; storedAt: number };

/** A file store in memory for tests; passes the conformance suite of the real ones. */
export function createMemoryFileStore({ ttlSeconds, now }: { ttlSeconds: number; now: Clock }): FileStore {
  const files = new Map<string, Kept>();
  const isExpired = (kept: Kept) => kept.storedAt + ttlSeconds * 1000 <= now();
  return {
    async put(name, content, { maxBytes }) {
      const chunks: Buffer[] = [];
      const { stage, measured } = measureContent(maxBytes);
      const sink = new Writable({
        write(chunk: Buffer, _encoding, done) {
          chunks.push(chunk);
          done();
        },
      });
      try {
        await pipeline(content, stage, sink);
      } catch (error) {
        if (isTooLarge(error)) return { outcome: 'too_large' };
        throw error;
      }
      const { bytes, sha256 } = measured();
      const file = { file_id: fileIdOf(name, sha256), name, bytes, sha256 };
      files.set(file.file_id, { file, content: Buffer.concat(chunks), storedAt: now() });
      return { outcome: 'stored', file };
    },
    async find(fileId) {
      const kept = files.get(fileId);
      if (!kept || isExpired(kept)) return undefined;
      return { file: kept.file, open: () => Readable.from(kept.content.length === 0 ? [] : [kept.content]) };
    },
    async sweep() {
      const expired = [...files].filter(([, kept]) => isExpired(kept));
      for (const [fileId] of expired) files.delete(fileId);
      return expired.length;
    },
    check: () => Promise.resolve({ ok: true }),
  };
}
