import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describe, expect, test } from '@jest/globals';
import type { Clock } from '@nexus/runtime';
import type { FileStore, PutOutcome } from '../file-store.ts';

const TTL_SECONDS = 100;

/** What every file store does. `open` makes an empty store with this time to live and clock. */
export function describeFileStore(
  name: string,
  open: (options: { ttlSeconds: number; now: Clock }) => Promise<FileStore>,
): void {
  let time = 1_800_000_000_000;
  const openStore = () => open({ ttlSeconds: TTL_SECONDS, now: () => time });

  function put(store: FileStore, fileName: string, content: string | Buffer): Promise<PutOutcome> {
    return store.put(fileName, Readable.from([Buffer.from(content)]), { maxBytes: 1_000_000 });
  }

  function stored(outcome: PutOutcome) {
    if (outcome.outcome !== 'stored') throw new Error(`not stored: ${outcome.outcome}`);
    return outcome.file;
  }

  describe(`a file store: ${name}`, () => {
    test('gives back what was put, byte for byte', async () => {
      const store = await openStore();
      const content = Buffer.from(Array.from({ length: 300_000 }, (_, at) => at % 251));
      const file = stored(await put(store, '대화 내보내기.txt', content));
      expect(file).toEqual({
        file_id: expect.stringMatching(/^file_[0-9a-f]{64}$/),
        name: '대화 내보내기.txt',
        bytes: 300_000,
        sha256: createHash('sha256').update(content).digest('hex'),
      });
      const found = await store.find(file.file_id);
      expect(found?.file).toEqual(file);
      expect((await buffer(found?.open() ?? Readable.from([]))).equals(content)).toBe(true);
    });

    test('the same name and content have the same id, another name or content another', async () => {
      const store = await openStore();
      const first = stored(await put(store, 'a.txt', 'x'));
      expect(stored(await put(store, 'a.txt', 'x'))).toEqual(first);
      expect(stored(await put(store, 'b.txt', 'x'))).toMatchObject({ sha256: first.sha256, name: 'b.txt' });
      expect(stored(await put(store, 'b.txt', 'x')).file_id).not.toBe(first.file_id);
      expect(stored(await put(store, 'a.txt', 'y')).file_id).not.toBe(first.file_id);
    });

    test('twenty uploads of one file at once are one file', async () => {
      const store = await openStore();
      const files = await Promise.all(Array.from({ length: 20 }, () => put(store, 'a.txt', 'together')));
      expect(new Set(files.map((outcome) => stored(outcome).file_id)).size).toBe(1);
      const found = await store.find(stored(files[0] as PutOutcome).file_id);
      expect((await buffer(found?.open() ?? Readable.from([]))).toString()).toBe('together');
    });

    test('an empty file is a file', async () => {
      const store = await openStore();
      const file = stored(await put(store, 'empty', ''));
      expect(file.bytes).toBe(0);
      expect(await buffer((await store.find(file.file_id))?.open() ?? Readable.from(['none']))).toHaveLength(0);
    });

    test('the limit is inclusive, and nothing above it is kept', async () => {
      const store = await openStore();
      const putOf = (bytes: number, maxBytes: number) =>
        store.put('a', Readable.from(bytes === 0 ? [] : [Buffer.alloc(bytes)]), { maxBytes });
      expect((await putOf(10, 10)).outcome).toBe('stored');
      expect(await putOf(11, 10)).toEqual({ outcome: 'too_large' });
      expect((await putOf(0, 0)).outcome).toBe('stored');
      expect(await putOf(1, 0)).toEqual({ outcome: 'too_large' });
    });

    test('an upload that breaks off rejects', async () => {
      const store = await openStore();
      async function* broken() {
        yield Buffer.from('half');
        throw new Error('the client went away');
      }
      await expect(store.put('a', Readable.from(broken()), { maxBytes: 100 })).rejects.toThrow('the client went away');
    });

    test.each([
      'file_0',
      '',
      '../../etc/passwd',
      'file_../../../../etc/passwd',
      `file_${'0'.repeat(64)}`,
      'file_%2e%2e',
    ])('there is no file %j', async (fileId) => {
      expect(await (await openStore()).find(fileId)).toBeUndefined();
    });

    test('a file is found until its time is over, and a new upload starts it anew', async () => {
      const store = await openStore();
      const file = stored(await put(store, 'a', 'x'));
      time += TTL_SECONDS * 1000 - 1;
      expect(await store.sweep()).toBe(0);
      expect(await store.find(file.file_id)).toBeDefined();
      stored(await put(store, 'a', 'x'));
      time += TTL_SECONDS * 1000 - 1;
      expect(await store.find(file.file_id)).toBeDefined();
      time += 1;
      expect(await store.find(file.file_id)).toBeUndefined();
      expect(await store.sweep()).toBe(1);
      expect(await store.sweep()).toBe(0);
    });

    test('a content that two names share outlives one of them', async () => {
      const store = await openStore();
      stored(await put(store, 'old', 'shared'));
      time += TTL_SECONDS * 1000 - 1;
      const young = stored(await put(store, 'young', 'shared'));
      time += 1;
      expect(await store.sweep()).toBe(1);
      const found = await store.find(young.file_id);
      expect((await buffer(found?.open() ?? Readable.from([]))).toString()).toBe('shared');
    });

    test('says whether it can store', async () => {
      expect(await (await openStore()).check()).toEqual({ ok: true });
    });
  });
}
