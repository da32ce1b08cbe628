import type { Environment } from '@nexus/local-redis';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { checkHouseRules } from './house-rules.ts';
import { nxOutcome } from './nx-outcome.ts';
import { runProgram } from './run-program.ts';
import { addCounts, type Counts, readCounts } from './test-counts.ts';

/** What a stage needs; `write` shows people what failed. */
export interface StageContext {
  readonly root: string;
  readonly environment: Environment;
  readonly write: (text: string) => void;
  /** Check only what differs from this commit, and what depends on that; the quick checks and e2e always see everything. */
  readonly affectedSince?: string;
}

/** A part of `npm test`. */
export interface Stage {
  readonly name: string;
  readonly run: (context: StageContext) => Promise<Counts>;
}

const END_TO_END = '@nexus/e2e';

/** In the order of running: the quick ones first, the end-to-end tests after everything is built. */
export const STAGES: readonly Stage[] = [
  { name: 'format', run: (context) => oneCheck(context, 'prettier', ['--check', '--log-level', 'warn', '.']) },
  { name: 'generated', run: checkGenerated },
  { name: 'house', run: checkHouse },
  { name: 'lint', run: (context) => nxTargets(context, manyWith(context, 'lint')) },
  { name: 'typecheck', run: (context) => nxTargets(context, manyWith(context, 'typecheck')) },
  { name: 'unit', run: (context) => nxTargets(context, [...manyWith(context, 'test'), `--exclude=${END_TO_END}`]) },
  { name: 'build', run: (context) => nxTargets(context, manyWith(context, 'build')) },
  // What these tests run is the whole product, which Nx cannot know from imports: never taken from its cache.
  { name: 'e2e', run: (context) => nxTargets(context, ['run', `${END_TO_END}:test`, '--skip-nx-cache']) },
];

function manyWith({ affectedSince }: StageContext, target: string): string[] {
  if (affectedSince === undefined) return ['run-many', '-t', target];
  return ['affected', `--base=${affectedSince}`, '-t', target];
}

const PASSED: Counts = { passed: 1, failed: 0, skipped: 0 };
const FAILED: Counts = { passed: 0, failed: 1, skipped: 0 };

async function oneCheck(
  { root, environment, write }: StageContext,
  tool: string,
  args: readonly string[],
): Promise<Counts> {
  const { code, output } = await runProgram(join(root, 'node_modules/.bin', tool), args, {
    directory: root,
    environment,
    show: false,
  });
  if (code !== 0) write(output);
  return code === 0 ? PASSED : FAILED;
}

/** Files that are made from others must be what they would be made to now. */
async function checkGenerated(context: StageContext): Promise<Counts> {
  const { root } = context;
  if (!existsSync(join(root, 'tools/cli/src/commands/generate.ts'))) return { passed: 0, failed: 0, skipped: 0 };
  return oneCheck(context, 'node', ['-C', '@nexus/source', join(root, 'tools/cli/src/main.ts'), 'generate', '--check']);
}

async function checkHouse({ root, environment, write }: StageContext): Promise<Counts> {
  const results = await checkHouseRules(root, environment);
  const broken = results.filter(({ problems }) => problems.length > 0);
  for (const { title, problems } of broken)
    write(`${title}:\n${problems.map((problem) => `    ${problem}\n`).join('')}`);
  return { passed: results.length - broken.length, failed: broken.length, skipped: 0 };
}

/** A task is one check; a test task counts by its tests, or as one failure when it did not even come to count. */
async function nxTargets(context: StageContext, args: readonly string[]): Promise<Counts> {
  const { root, environment } = context;
  const before = addCounts(readCounts(root).values());
  const options = { directory: root, environment: { ...environment, ...QUIET_NX }, show: true };
  const { code, output } = await runProgram(join(root, 'node_modules/.bin/nx'), [...args, '--parallel=2'], options);
  const { succeeded, failed } = nxOutcome(output);
  const now = addCounts(readCounts(root).values());
  const tests = {
    passed: now.passed - before.passed,
    failed: now.failed - before.failed,
    skipped: now.skipped - before.skipped,
  };
  const isTest = (task: string): boolean => task.endsWith(':test');
  const passed = tests.passed + succeeded.filter((task) => !isTest(task)).length;
  const failedTasks = failed.filter((task) => !isTest(task)).length;
  const failedTests = Math.max(tests.failed, failed.filter(isTest).length);
  const known = failedTasks + failedTests;
  return { passed, failed: code !== 0 && known === 0 ? 1 : known, skipped: tests.skipped };
}

/** No terminal interface, no background process, no questions. */
const QUIET_NX = { CI: 'true', NX_TUI: 'false', NX_DAEMON: 'false', NX_NO_CLOUD: 'true' };
