import { spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withFileLock } from '../../../local-redis/src/file-lock.mjs';
import { isInstalled, markInstalled } from './is-installed.mjs';

/** Where nothing rewrites a line in place, a sign of life this often. */
const LIFE_SIGN_MILLISECONDS = 10_000;

/**
 * Installs the packages if they are missing, outdated or half installed; two launchers at once install once.
 * @param {string} root the project's folder
 * @param {{ report: (line: string) => void, npm?: (root: string, sign: () => void) => Promise<{ code: number, output: string }> }} options
 * @returns {Promise<void>} rejects with the end of npm's output
 */
export async function install(root, { report, npm = runNpm }) {
  if (isInstalled(root)) return;
  // Not in node_modules, which the installation removes.
  mkdirSync(join(root, '.nexus'), { recursive: true });
  /** @param {number} pid */
  const onWait = (pid) => report(`process ${pid} is installing the packages, waiting for it`);
  await withFileLock(join(root, '.nexus/install.lock'), () => installLocked(root, { report, npm }), { onWait });
}

/**
 * @param {string} root
 * @param {Required<Parameters<typeof install>[1]>} options
 */
async function installLocked(root, { report, npm }) {
  if (isInstalled(root)) return;
  const started = performance.now();
  const seconds = () => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  report('installing the packages of package-lock.json (a minute or so, once)');
  const { code, output } = await npm(root, () => report(`still installing, ${seconds()}`));
  if (code !== 0) {
    const end = output.trimEnd().split('\n').slice(-30).join('\n');
    throw new Error(`npm ci failed with status ${code} after ${seconds()}:\n${end}`);
  }
  markInstalled(root);
  report(`packages installed, ${seconds()}`);
}

/**
 * `npm ci` by the npm that runs us, else the one on PATH. No package's install script is needed, so none runs; the
 * environment's NODE_ENV must not leave out what the project is built with.
 * @param {string} root
 * @param {() => void} sign
 * @returns {Promise<{ code: number, output: string }>}
 */
function runNpm(root, sign) {
  const options = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  const own = process.env['npm_execpath'];
  const viaNode = own !== undefined && /npm-cli\.[cm]?js$/.test(own);
  const windows = process.platform === 'win32';
  const [command, first] = viaNode ? [process.execPath, [own]] : [windows ? 'npm.cmd' : 'npm', []];
  const path = [dirname(process.execPath), process.env['PATH']].join(windows ? ';' : ':');
  const child = spawn(command, [...first, ...options, '--loglevel=error'], {
    cwd: root,
    env: { ...process.env, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
    shell: windows && !viaNode,
  });
  let output = '';
  child.stdout?.on('data', (chunk) => (output += chunk));
  child.stderr?.on('data', (chunk) => (output += chunk));
  const timer = setInterval(sign, LIFE_SIGN_MILLISECONDS);
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ code: 127, output: `${output}${error.message}; is npm on PATH?` }));
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  }).finally(() => clearInterval(timer));
}
