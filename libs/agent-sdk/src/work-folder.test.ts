import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { openWorkFolder } from './work-folder.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'nexus-work-folder-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

test('what a killed process left is removed, what lives or belongs to others is kept', async () => {
  const dead = spawnSync(process.execPath, ['-e', '']).pid;
  const kept = [`agent-${process.ppid}`, 'other-1', 'agent-notes', `agent-two-${dead}`];
  for (const name of [`agent-${dead}`, `agent-${process.pid}`, ...kept]) {
    await mkdir(join(parent, name));
    await writeFile(join(parent, name, 'export.txt'), 'somebody wrote this');
  }
  const folder = await openWorkFolder(parent, 'agent');
  expect(folder).toBe(join(parent, `agent-${process.pid}`));
  expect(await readdir(folder)).toEqual([]);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await readdir(parent)).toSorted()).toEqual([...kept, `agent-${process.pid}`].toSorted());
});

test('the folders above are made', async () => {
  expect(await openWorkFolder(join(parent, 'a/b'), 'agent')).toMatch(/a\/b\/agent-\d+$/);
});
