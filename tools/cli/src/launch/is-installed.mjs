import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Written when an installation is complete; `npm ci` removes it with everything else when it begins. */
const STAMP = 'node_modules/.nexus-installed';

/**
 * Whether node_modules is what package-lock.json asks for, on this platform: a cut-off or outdated installation is not.
 * @param {string} root the project's folder
 * @returns {boolean}
 */
export function isInstalled(root) {
  const wanted = read(join(root, 'package-lock.json'));
  if (read(join(root, STAMP)) === stampOf(wanted)) return true;
  if (!matchesLock(wanted, read(join(root, 'node_modules/.package-lock.json')))) return false;
  markInstalled(root);
  return true;
}

/**
 * Remembers that the present lockfile is installed.
 * @param {string} root the project's folder
 */
export function markInstalled(root) {
  writeFileSync(join(root, STAMP), stampOf(read(join(root, 'package-lock.json'))));
}

/** @param {string} lock */
function stampOf(lock) {
  return `${createHash('sha256').update(lock).digest('hex')} ${process.platform}-${process.arch}\n`;
}

/**
 * Compares with the list that npm itself leaves at the end of an installation, for a tree that somebody installed by
 * hand. Packages for other platforms may be absent.
 * @param {string} wantedText
 * @param {string} installedText
 */
function matchesLock(wantedText, installedText) {
  if (installedText === '') return false;
  const wanted = JSON.parse(wantedText).packages;
  const installed = JSON.parse(installedText).packages;
  if (Object.keys(installed).some((path) => wanted[path] === undefined)) return false;
  return Object.entries(wanted).every(([path, entry]) => {
    const present = installed[path];
    if (path === '') return true;
    if (present === undefined) return entry.optional === true || entry.os !== undefined || entry.cpu !== undefined;
    return present.version === entry.version && present.integrity === entry.integrity;
  });
}

/** @param {string} file */
function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
