import { checkHouseRules } from '../checks/house-rules.ts';
import type { CommandContext } from '../command.ts';

export const summary = 'check the house rules that no other tool knows';

export const usage = `Usage: npx nexus house

Names, file lengths, machine paths, unfinished words, tests that do not run, and whether lint keeps the layers apart.
`;

/** Exit status 1 when a rule is broken. */
export async function run(_words: readonly string[], { root, environment }: CommandContext): Promise<number> {
  const results = await checkHouseRules(root, environment);
  for (const { title, problems } of results) {
    process.stdout.write(`${problems.length === 0 ? '✓' : '✗'} ${title}\n`);
    for (const problem of problems) process.stdout.write(`    ${problem}\n`);
  }
  return results.some(({ problems }) => problems.length > 0) ? 1 : 0;
}
