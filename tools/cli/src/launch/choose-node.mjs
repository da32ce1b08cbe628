import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

/** The oldest Node that can run the launcher itself. */
const OLDEST = [20, 19];

/** The oldest Node that runs TypeScript files by itself, without a flag or a warning. */
const OLDEST_FOR_SOURCE = [22, 18];

/**
 * Why this Node cannot even start the set-up, or undefined.
 * @param {string} version such as `20.20.2`
 */
export function whyTooOld(version) {
  if (isAtLeast(version, OLDEST)) return undefined;
  return `Nexus needs Node ${OLDEST.join('.')} or later; this is Node ${version}. Install one from https://nodejs.org and try again.`;
}

/**
 * The Node to run the product with: the one that is installed with the packages, else this one.
 * @param {string} root the project's folder, installed
 * @param {{ own?: { path: string, version: string }, ask?: (path: string) => string }} options
 * @returns {string} a path; throws when neither will do
 */
export function chooseNode(
  root,
  { own = { path: process.execPath, version: process.versions.node }, ask = askVersion } = {},
) {
  const installed = join(root, `node_modules/node-${process.platform}-${process.arch}/bin/node`);
  if (ask(installed) !== '') return installed;
  if (isAtLeast(own.version, OLDEST_FOR_SOURCE)) return own.path;
  throw new Error(
    `There is no packaged Node for ${process.platform} on ${process.arch}, so Node ${OLDEST_FOR_SOURCE.join('.')} or later is needed; ` +
      `this is Node ${own.version}. Install one from https://nodejs.org and try again.`,
  );
}

/**
 * Its version, or nothing where it is missing or cannot run (another C library, another processor).
 * @param {string} path
 */
function askVersion(path) {
  try {
    return execFileSync(path, ['--version'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return '';
  }
}

/**
 * @param {string} version
 * @param {number[]} oldest
 */
function isAtLeast(version, [oldestMajor = 0, oldestMinor = 0]) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor);
}
