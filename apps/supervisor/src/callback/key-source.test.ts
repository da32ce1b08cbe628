import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { createLogger } from '@nexus/runtime';
import { keyFile, listedKeys, noKeys, singleKey } from './key-source.ts';

let directory: string;
let path: string;
let time = 1_000_000;
let lines: string[] = [];
const logger = createLogger({ level: 'INFO', name: 'test', write: (line) => void lines.push(line) });

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nexus-keys-'));
  path = join(directory, 'keys.json');
  lines = [];
});
afterEach(() => rm(directory, { recursive: true, force: true }));

async function write(keys: unknown): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(keys));
  await rename(`${path}.new`, path);
}

function open() {
  return keyFile(path, { now: () => time, logger });
}

test('no key, one key, a list', async () => {
  expect(await noKeys()()).toEqual({ state: 'off' });
  expect(await singleKey('s')()).toEqual({ state: 'on', keys: [{ secret: 's' }] });
  const list = [
    { id: 'a', secret: 's', active: true, deactivate_at: 1000 },
    { id: 'b', secret: 't', active: true },
  ];
  expect(await listedKeys(list, () => 999_000)()).toMatchObject({ keys: [{ id: 'a' }, { id: 'b' }] });
  expect(await listedKeys(list, () => 1_000_000)()).toEqual({ state: 'on', keys: [{ id: 'b', secret: 't' }] });
});

test('a list of which every key is over still means that callbacks are signed', async () => {
  expect(await listedKeys([{ id: 'a', secret: 's', active: false }], () => 0)()).toEqual({ state: 'on', keys: [] });
});

test('a rotation takes effect without a restart, within a second', async () => {
  await write([{ id: 'old', secret: 'o' }]);
  const source = open();
  expect(await source()).toMatchObject({ keys: [{ id: 'old' }] });
  await write([
    { id: 'new', secret: 'n' },
    { id: 'old', secret: 'o', active: false },
  ]);
  time += 999;
  expect(await source()).toMatchObject({ keys: [{ id: 'old' }] });
  time += 1;
  expect(await source()).toEqual({ state: 'on', keys: [{ id: 'new', secret: 'n' }] });
  expect(lines.join('')).toContain('CALLBACK_KEYS_READ');
  expect(lines.join('')).not.toContain('"n"');
});

test('a key past its time is refused although the file has not changed', async () => {
  time = 1_000_000;
  await write([{ id: 'a', secret: 's', deactivate_at: 1010 }]);
  const source = open();
  expect(await source()).toMatchObject({ keys: [{ id: 'a' }] });
  time = 1_010_000;
  expect(await source()).toEqual({ state: 'on', keys: [] });
});

test.each([
  ['missing', undefined],
  ['empty', ''],
  ['no JSON', '[{'],
  ['without a key', '[]'],
])('a file that is %s is broken, never "off", and is told once', async (_what, content) => {
  if (content !== undefined) await writeFile(path, content);
  const source = open();
  expect(await source()).toMatchObject({ state: 'broken' });
  expect(await source()).toMatchObject({ state: 'broken' });
  expect(lines.filter((line) => line.includes('CALLBACK_KEYS_BROKEN'))).toHaveLength(1);
});

test('a file that becomes unreadable refuses, and is good again as soon as it can be read', async () => {
  await write([{ id: 'a', secret: 's' }]);
  const source = open();
  await source();
  await rm(path);
  time += 1000;
  expect(await source()).toMatchObject({ state: 'broken' });
  await write([{ id: 'b', secret: 's' }]);
  expect(await source()).toMatchObject({ state: 'on', keys: [{ id: 'b' }] });
});

test('many callbacks at once read the file once', async () => {
  await write([{ id: 'a', secret: 's' }]);
  const source = open();
  await Promise.all(Array.from({ length: 20 }, () => source()));
  expect(lines).toHaveLength(1);
});
