import type { Environment } from '@nexus/local-redis';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brokenFences } from './layer-fences.ts';
import { projectFiles } from './project-files.ts';
import { TEXT_RULES } from './text-rules.ts';

/** A checked rule and what breaks it. */
export interface RuleResult {
  readonly title: string;
  readonly problems: readonly string[];
}

/** Checks the whole project against its house rules. */
export async function checkHouseRules(root: string, environment: Environment): Promise<RuleResult[]> {
  const files = projectFiles(root).map((path) => ({ path, text: textOf(join(root, path)) }));
  const results = TEXT_RULES.map(({ title, find }) => ({ title, problems: files.flatMap((file) => find(file)) }));
  return [...results, { title: 'lint keeps the layers apart', problems: await brokenFences(root, environment) }];
}

/** Empty for a file that is not text. */
function textOf(file: string): string {
  const bytes = readFileSync(file);
  return bytes.includes(0) ? '' : bytes.toString('utf8');
}
