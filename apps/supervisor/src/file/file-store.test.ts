import { mkdtemp, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, describe, expect, test } from '@jest/globals';
import type { Clock } from '@nexus/runtime';
import type { FileStore } from './file-store.ts';
import { createFilesystemFileStore, storageProblem } from './filesystem-file-store.ts';
import { describeFileStore } from './testing/file-store-conformance.ts';
import { createMemoryFileStore } from './testing/memory-file-store.ts';

const directories: string[] = [];
afterAll(() => Promise.all(directories.map((directory) => rm(directory, { recursive: true, force: true }))));

async function newDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), 'nexus-files-'));
  directories.push(directory);
  return join(directory, 'files');
}

describeFileStore('in memory', (options) => Promise.resolve(createMemoryFileStore(options)));
describeFileStore('folders', async (options) =>
  createFilesystemFileStore({ ...options, directory: await newDirectory() }),
);

describe('files in folders', () => {
  async function open(now: Clock = Date.now, ttlSeconds = 100): Promise<{ store: FileStore; directory: string }> {
    const directory = await newDirectory();
    return { store: createFilesystemFileStore({ directory, ttlSeconds, now }), directory };
  }

  function put(store: FileStore, name: string, text: string) {
    return store.put(name, Readable.from([Buffer.from(text)]), { maxBytes: 1000 });
  }

  async function tree(directory: string): Promise<Record<string, string[]>> {
    const found: Record<string, string[]> = {};
    for (const folder of await readdir(directory)) found[folder] = await readdir(join(directory, folder));
    return found;
  }

  test('nobody else may read them', async () => {
    const { store, directory } = await open();
    await put(store, 'a', 'x');
    for (const [folder, entries] of Object.entries(await tree(directory))) {
      expect((await stat(join(directory, folder))).mode & 0o777).toBe(0o700);
      for (const entry of entries) expect((await stat(join(directory, folder, entry))).mode & 0o777).toBe(0o600);
    }
  });

  test('an upload that breaks off, or is too large, leaves nothing', async () => {
    const { store, directory } = await open();
    async function* broken() {
      yield Buffer.from('half');
      throw new Error('gone');
    }
    await expect(store.put('a', Readable.from(broken()), { maxBytes: 100 })).rejects.toThrow('gone');
    await store.put('b', Readable.from([Buffer.alloc(101)]), { maxBytes: 100 });
    expect(await tree(directory)).toEqual({ contents: [], records: [], uploads: [] });
  });

  test('equal contents are kept once', async () => {
    const { store, directory } = await open();
    await Promise.all([put(store, 'a', 'same'), put(store, 'b', 'same')]);
    expect(await tree(directory)).toMatchObject({
      contents: [expect.any(String)],
      records: [expect.any(String), expect.any(String)],
      uploads: [],
    });
  });

  test('the sweep takes contents nobody names, after an hour, and what died in mid-upload, after a day', async () => {
    let time = Date.now();
    const { store, directory } = await open(() => time);
    await put(store, 'a', 'x');
    const left = join(directory, 'uploads', 'left-by-a-crash');
    await writeFile(left, 'half');
    time += 100_000;
    expect(await store.sweep()).toBe(1);
    expect(await tree(directory)).toMatchObject({
      contents: [expect.any(String)],
      records: [],
      uploads: ['left-by-a-crash'],
    });
    time += 3600_000;
    await store.sweep();
    expect(await tree(directory)).toEqual({ contents: [], records: [], uploads: ['left-by-a-crash'] });
    await utimes(left, 0, 0);
    await store.sweep();
    expect(await tree(directory)).toEqual({ contents: [], records: [], uploads: [] });
  });

  test('a record or a content that was damaged is no file', async () => {
    const { store, directory } = await open();
    const outcome = await put(store, 'a', 'x');
    if (outcome.outcome !== 'stored') throw new Error('not stored');
    await writeFile(join(directory, 'contents', outcome.file.sha256), 'xx');
    expect(await store.find(outcome.file.file_id)).toBeUndefined();
    await writeFile(join(directory, 'records', `${outcome.file.file_id}.json`), '{');
    expect(await store.find(outcome.file.file_id)).toBeUndefined();
  });

  test('a folder that cannot be written is told, not thrown', async () => {
    const directory = await newDirectory();
    await writeFile(directory, 'a file where the folder should be');
    const store = createFilesystemFileStore({ directory, ttlSeconds: 1, now: Date.now });
    expect(await put(store, 'a', 'x')).toMatchObject({
      outcome: 'not_written',
      why: expect.stringContaining('cannot be written'),
    });
    expect(await store.check()).toMatchObject({ ok: false, message: expect.stringContaining('cannot be written') });
    expect(await store.find(`file_${'a'.repeat(64)}`)).toBeUndefined();
    expect(await store.sweep()).toBe(0);
  });

  test('a full disk has its own sentence; a client that went away is no matter of the disk', () => {
    expect(storageProblem(Object.assign(new Error(), { code: 'ENOSPC', syscall: 'write' }))).toContain(
      'disk of the file store is full',
    );
    expect(storageProblem(Object.assign(new Error('aborted'), { code: 'ECONNRESET' }))).toBeUndefined();
    expect(storageProblem(new TypeError('a fault of ours'))).toBeUndefined();
  });
});
