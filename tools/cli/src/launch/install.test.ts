import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chooseNode, whyTooOld } from './choose-node.mjs';
import { install } from './install.mjs';
import { whenOrphaned } from './when-orphaned.mjs';

let root: string;
let runs: number;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nexus-install-'));
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify({ packages: { '': {} } }));
  runs = 0;
});
afterEach(() => rmSync(root, { recursive: true }));

/** Like `npm ci`: removes everything first. */
async function npm(): Promise<{ code: number; output: string }> {
  runs += 1;
  rmSync(join(root, 'node_modules'), { recursive: true, force: true });
  await new Promise((resolve) => setImmediate(resolve));
  mkdirSync(join(root, 'node_modules'));
  return { code: 0, output: 'noise' };
}

const silent = (): void => undefined;

describe('install', () => {
  test('installs once, then knows', async () => {
    const lines: string[] = [];
    await install(root, { report: (line) => lines.push(line), npm });
    await install(root, { report: (line) => lines.push(line), npm });
    expect(runs).toBe(1);
    expect(lines).toEqual([
      expect.stringContaining('installing the packages'),
      expect.stringMatching(/^packages installed, \d+\.\d s$/),
    ]);
  });

  test('two launchers at once install once', async () => {
    await Promise.all([1, 2, 3].map(() => install(root, { report: silent, npm })));
    expect(runs).toBe(1);
  });

  test('a failure shows how npm ended, and is tried again the next time', async () => {
    const failing = async (): Promise<{ code: number; output: string }> => ({ code: 1, output: 'npm error ENOTFOUND' });
    await expect(install(root, { report: silent, npm: failing })).rejects.toThrow(/status 1[^]*npm error ENOTFOUND/);
    await install(root, { report: silent, npm });
    expect(runs).toBe(1);
  });

  test('a long installation gives signs of life', async () => {
    const lines: string[] = [];
    await install(root, {
      report: (line) => lines.push(line),
      npm: (_root: string, sign: () => void) => {
        sign();
        return npm();
      },
    });
    expect(lines).toContainEqual(expect.stringMatching(/^still installing, /));
  });
});

test('a process is told once when its parent has ended', async () => {
  let parent = 17;
  let told = 0;
  const ended = new Promise<void>((resolve) =>
    whenOrphaned(() => resolve(void (told += 1)), { parent: () => parent, every: 1 }),
  );
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toBe(0);
  parent = 1;
  // The watch does not keep a process alive by itself.
  const alive = setInterval(() => undefined, 1_000);
  await ended;
  clearInterval(alive);
  expect(told).toBe(1);
});

describe('the Node to run with', () => {
  test.each(['18.20.4', '20.18.9', '16.0.0'])('%s is refused in one sentence', (version) => {
    expect(whyTooOld(version)).toMatch(/^Nexus needs Node 20\.19 or later; this is Node .*nodejs\.org/);
  });

  test.each(['20.19.0', '22.0.0', '24.21.0', '26.1.0'])('%s can do the set-up', (version) => {
    expect(whyTooOld(version)).toBeUndefined();
  });

  test('the installed one comes first', () => {
    const own = { path: '/usr/bin/node', version: '24.0.0' };
    expect(chooseNode('/project', { own, ask: () => 'v24.21.0' })).toMatch(
      /^\/project\/node_modules\/node-.*\/bin\/node$/,
    );
  });

  test('where there is none for this platform, this one if it is new enough', () => {
    const ask = (): string => '';
    expect(chooseNode('/p', { own: { path: '/usr/bin/node', version: '22.18.0' }, ask })).toBe('/usr/bin/node');
    expect(() => chooseNode('/p', { own: { path: '/usr/bin/node', version: '22.17.1' }, ask })).toThrow(
      /22\.18 or later is needed/,
    );
  });
});
