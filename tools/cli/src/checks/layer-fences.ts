import type { Environment } from '@nexus/local-redis';
import { join } from 'node:path';
import { runProgram } from './run-program.ts';

/** A line of code that must not pass lint where it stands, or one that must. */
interface Fence {
  readonly where: string;
  readonly code: string;
  /** The rule that must report it; undefined: none may. */
  readonly rule: string | undefined;
}

const BOUNDARIES = '@nx/enforce-module-boundaries';

/** One upward arrow for every layer, and one allowed arrow, so that a rule that reports everything is noticed as well. */
const FENCES: readonly Fence[] = [
  { where: 'libs/failure-taxonomy/src', code: "import '@nexus/contracts';", rule: BOUNDARIES },
  { where: 'libs/triage-policy/src', code: "import '@nexus/runtime';", rule: BOUNDARIES },
  { where: 'libs/contracts/src', code: "import '@nexus/runtime';", rule: BOUNDARIES },
  { where: 'libs/runtime/src', code: "import '@nexus/task-queue';", rule: BOUNDARIES },
  { where: 'libs/task-queue/src', code: "import '@nexus/agent-sdk';", rule: BOUNDARIES },
  { where: 'libs/agent-sdk/src', code: "import '../../../apps/supervisor/src/main.ts';", rule: BOUNDARIES },
  { where: 'apps/worker-excel-kakao/src', code: "import '@nexus/task-queue';", rule: BOUNDARIES },
  { where: 'apps/worker-excel-kakao/src', code: "import '@nexus/contracts';", rule: undefined },
  { where: 'libs/failure-taxonomy/src', code: "import 'node:fs';", rule: 'no-restricted-imports' },
  { where: 'libs/failure-taxonomy/src', code: 'export const now = Date.now();', rule: 'no-restricted-properties' },
  { where: 'libs/triage-policy/src', code: 'export const dice = Math.random();', rule: 'no-restricted-properties' },
  {
    where: 'libs/task-queue/src',
    code: "export const level = process.env['LEVEL'];",
    rule: 'no-restricted-properties',
  },
];

/** Lints each line as if it stood in its place; resolves to the fences that do not hold. */
export async function brokenFences(root: string, environment: Environment): Promise<string[]> {
  // The boundary rule passes everything, with a warning, until Nx has looked at the projects once.
  const nx = join(root, 'node_modules/.bin/nx');
  await runProgram(nx, ['show', 'projects'], {
    directory: root,
    environment: { ...environment, NX_DAEMON: 'false', CI: 'true' },
    show: false,
  });
  // Only here: they take a second to load, which every other command would wait for.
  const [{ ESLint }, { configs }] = await Promise.all([import('eslint'), import('typescript-eslint')]);
  const eslint = new ESLint({ cwd: root, overrideConfig: [configs.disableTypeChecked] as never });
  const broken: string[] = [];
  for (const { where, code, rule } of FENCES) {
    const [result] = await eslint.lintText(`${code}\n`, { filePath: `${where}/fence.ts` });
    const rules = (result?.messages ?? []).map(({ ruleId, message }) => ruleId ?? message);
    const holds = rule === undefined ? rules.length === 0 : rules.includes(rule);
    if (!holds)
      broken.push(
        `${where}: ${code} must ${rule === undefined ? 'pass' : `be reported by ${rule}`}, lint says: ${rules.join(', ') || 'fine'}`,
      );
  }
  return broken;
}
