import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isInstalled, markInstalled } from './is-installed.mjs';

const LOCK = {
  packages: {
    '': { name: 'nexus' },
    'libs/a': { name: '@nexus/a', version: '0.1.0' },
    'node_modules/@nexus/a': { resolved: 'libs/a', link: true },
    'node_modules/one': { version: '1.0.0', integrity: 'sha512-one' },
    'node_modules/for-elsewhere': { version: '2.0.0', os: ['aix'] },
    'node_modules/not-needed': { version: '3.0.0', optional: true },
  },
};

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'nexus-installed-'));
  mkdirSync(join(root, 'node_modules'));
  writeLock(LOCK);
});
afterEach(() => rmSync(root, { recursive: true }));

function writeLock(lock: unknown): void {
  writeFileSync(join(root, 'package-lock.json'), JSON.stringify(lock));
}

/** What npm leaves in node_modules at the end of an installation. */
function writeInstalled(packages: Record<string, unknown>): void {
  writeFileSync(join(root, 'node_modules/.package-lock.json'), JSON.stringify({ packages }));
}

function without(...names: string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(LOCK.packages).filter(([path]) => path !== '' && !names.includes(path)));
}

describe('isInstalled', () => {
  test('nothing there, or cut off before the end', () => {
    expect(isInstalled(root)).toBe(false);
    mkdirSync(join(root, 'node_modules/one'));
    expect(isInstalled(root)).toBe(false);
  });

  test('a complete installation, until the lockfile changes', () => {
    markInstalled(root);
    expect(isInstalled(root)).toBe(true);
    writeLock({ ...LOCK, changed: true });
    expect(isInstalled(root)).toBe(false);
  });

  test('an installation made by hand, without what is for other platforms', () => {
    writeInstalled(without('node_modules/for-elsewhere', 'node_modules/not-needed'));
    expect(isInstalled(root)).toBe(true);
    expect(existsSync(join(root, 'node_modules/.nexus-installed'))).toBe(true);
  });

  test.each([
    ['lacks a package', without('node_modules/one')],
    ['lacks a workspace', without('node_modules/@nexus/a')],
    ['has another version', { ...without(), 'node_modules/one': { version: '1.0.1', integrity: 'sha512-one' } }],
    ['has other content', { ...without(), 'node_modules/one': { version: '1.0.0', integrity: 'sha512-two' } }],
    ['has one too many', { ...without(), 'node_modules/two': { version: '1.0.0' } }],
  ])('a tree that %s', (_what, packages) => {
    writeInstalled(packages);
    expect(isInstalled(root)).toBe(false);
  });
});
