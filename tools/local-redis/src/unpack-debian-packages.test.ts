import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findInCache } from './redis-cache.ts';
import { unpackDebianPackages } from './unpack-debian-packages.ts';

/**
 * The package tools of a machine, as scripts: what they print is what Debian 12's print. A package is a folder's worth
 * of files named in a .deb that is a shell script; the server inside needs one library folder to "load".
 */
const TOOLS = {
  'apt-get': `
    echo "apt-get $*" >> "$LOG"
    for last; do :; done
    case "$*" in
      *update) [ "$MIRROR" = up ] || { echo "E: Could not resolve 'deb.debian.org'" >&2; exit 100; } ; exit 0;;
    esac
    case "$*" in *Dir::State=*) ;; *) [ "$LISTS" = present ] || { echo "E: Unable to locate package redis-tools" >&2; exit 100; };; esac
    seen=; for word; do [ -n "$seen" ] && echo "package $word" > "$word.deb"; [ "$word" = download ] && seen=1; done; exit 0`,
  'apt-cache': `
    for name; do case $name in
      redis-tools) printf 'redis-tools\\n  Depends: adduser\\n  Depends: libc6\\n  Depends: liblzf1\\n  Depends: libssl3\\n |Depends: libone\\n  Depends: libother\\n';;
      liblzf1) printf 'liblzf1\\n  Depends: libc6\\n  Depends: libdeep\\n';;
    esac; done`,
  'dpkg-query': `for name; do [ "$name" = libssl3 ] && echo "libssl3 installed"; done; exit 0`,
  'dpkg-deb': `
    [ "$BROKEN" = yes ] && { echo "dpkg-deb: error: unexpected end of file" >&2; exit 2; }
    case $2 in
      *redis-tools.deb)
        mkdir -p "$3/usr/bin"
        printf '#!/bin/sh\\n[ -e "%s/usr/lib/x86_64-linux-gnu/liblzf1.so" ] && echo "Redis server v=7.0.15 sha=0" && echo "libraries $LD_LIBRARY_PATH" || { echo "error while loading shared libraries: liblzf.so.1" >&2; exit 127; }\\n' '$(dirname "$0")/../..' > "$3/usr/bin/redis-check-rdb"
        chmod 755 "$3/usr/bin/redis-check-rdb";;
      *lib*) mkdir -p "$3/usr/lib/x86_64-linux-gnu"; name=\${2##*/}; : > "$3/usr/lib/x86_64-linux-gnu/\${name%.deb}.so";;
    esac; exit 0`,
};

let root: string;
let cacheDirectory: string;
let bin: string;
const before = { ...process.env };
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'nexus-debian-'));
  bin = join(root, 'bin');
  mkdirSync(bin);
  for (const [name, body] of Object.entries(TOOLS)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${body}\n`);
    chmodSync(join(bin, name), 0o755);
  }
});
beforeEach(() => {
  cacheDirectory = mkdtempSync(join(root, 'cache-'));
  Object.assign(process.env, {
    LOG: join(cacheDirectory, '.log'),
    LISTS: 'present',
    MIRROR: 'up',
    BROKEN: 'no',
  });
});
afterAll(() => {
  process.env = before;
  rmSync(root, { recursive: true });
});

function unpack(report: (line: string) => void = () => undefined): ReturnType<typeof unpackDebianPackages> {
  return unpackDebianPackages({ path: `${bin}:${before['PATH']}`, cacheDirectory, report });
}

function commands(): string {
  return readFileSync(join(cacheDirectory, '.log'), 'utf8').replaceAll(/ -o Acquire::\S+/g, '');
}

describe('unpackDebianPackages', () => {
  test('downloads the packages and just the libraries that are missing, and the copy is found again', async () => {
    const lines: string[] = [];
    const result = await unpack((line) => lines.push(line));
    const command = join(cacheDirectory, `7.0.15-${process.arch}`, 'redis-server');
    expect(result).toEqual({ found: { kind: 'program', command, version: '7.0.15', origin: 'Debian packages' } });
    expect(commands()).toBe('apt-get download redis-tools redis-server\napt-get download liblzf1 libone libdeep\n');
    expect(lines.join('\n')).toMatch(
      /downloading.*\ndownloaded 2 packages.*\n.*liblzf1, libone, libdeep\n.*\n.*ready in/,
    );
    expect(await findInCache(cacheDirectory)).toMatchObject({ found: { command } });
  });

  test('without package lists it fetches its own, in its own folder', async () => {
    process.env['LISTS'] = 'missing';
    expect(await unpack()).toHaveProperty('found');
    expect(commands()).toMatch(
      /^apt-get download .*\napt-get -o Dir::State=\S+ .*Dir::Cache=\S+ update\napt-get -o .* download redis-tools/,
    );
    expect(commands()).not.toContain('Dir::State=/var');
  });

  test('no network: the reason, and nothing left behind', async () => {
    Object.assign(process.env, { LISTS: 'missing', MIRROR: 'down' });
    expect(await unpack()).toEqual({ reason: "apt-get update failed: E: Could not resolve 'deb.debian.org'" });
    expect(readdirSync(cacheDirectory).filter((name) => name !== '.log')).toEqual([]);
  });

  test('a partial unpack never becomes the cache', async () => {
    process.env['BROKEN'] = 'yes';
    expect(await unpack()).toEqual({ reason: 'dpkg-deb failed: dpkg-deb: error: unexpected end of file' });
    expect(await findInCache(cacheDirectory)).toHaveProperty('reason');
  });

  test('what a killed attempt left is removed', async () => {
    mkdirSync(join(cacheDirectory, '.unpacking-old/copy'), { recursive: true });
    await unpack();
    expect(existsSync(join(cacheDirectory, '.unpacking-old'))).toBe(false);
  });

  test('elsewhere than on Debian it says so', async () => {
    const result = await unpackDebianPackages({ path: root, cacheDirectory, report: () => undefined });
    expect(result).toEqual({ reason: 'not a Debian family system (no apt-get, apt-cache, dpkg-deb, dpkg-query)' });
  });
});
