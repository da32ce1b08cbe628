import { spawn } from 'node:child_process';
import { delimiter, join } from 'node:path';
import { chooseNode, whyTooOld } from './choose-node.mjs';
import { install } from './install.mjs';
import { isInstalled } from './is-installed.mjs';
import { whenOrphaned } from './when-orphaned.mjs';

const root = join(import.meta.dirname ?? new URL('.', import.meta.url).pathname, '../../../..');

const HELP = `Nexus. The first command sets everything up (packages, Node 24, a local Redis) and then runs.

  npm run demo                     a KakaoTalk export becomes an Excel workbook; -- --input FILE takes your own
  npm start                        runs the supervisor, the worker and the bot until Ctrl-C
  npm test                         every check
  npx nexus <command> [--help]     everything else (npx nexus --help lists it once the packages are installed)
`;

/**
 * Sets up what is missing, then runs `tools/cli/src/main.ts` with the given words. Plain JavaScript without
 * dependencies: this runs on any Node from 20 on, before anything is installed.
 * @param {string[]} words the command and its options
 * @returns {Promise<number>} the exit status: the command's own; 2 when it could not be run
 */
export async function launch(words) {
  const old = whyTooOld(process.versions.node);
  if (old !== undefined) return refuse(old);
  if (['', '--help', '-h', 'help'].includes(words[0] ?? '') && !isInstalled(root)) {
    process.stdout.write(HELP);
    return 0;
  }
  try {
    await install(root, { report: (line) => process.stderr.write(`nexus: ${line}\n`) });
    return await run(chooseNode(root), words);
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
}

/**
 * Ctrl-C in a terminal reaches the child too, so a signal may come to it twice; the commands expect that.
 * @param {string} node
 * @param {string[]} words
 * @returns {Promise<number>}
 */
function run(node, words) {
  const path = [join(root, 'node_modules/.bin'), process.env['PATH']].join(delimiter);
  const environment = { ...process.env, PATH: path, NEXUS_LAUNCHER_PID: String(process.pid) };
  const child = spawn(node, ['-C', '@nexus/source', join(root, 'tools/cli/src/main.ts'), ...words], {
    env: environment,
    stdio: 'inherit',
  });
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  // A shell between npm and us dies of npm's signal without passing it on; npm itself may be killed.
  if (process.env['npm_lifecycle_event'] !== undefined) whenOrphaned(() => child.kill('SIGTERM'));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) => resolve(code ?? (signal === 'SIGINT' ? 130 : 1)));
  });
}

/** @param {string} sentence */
function refuse(sentence) {
  process.stderr.write(`nexus: ${sentence}\n`);
  return 2;
}
