import { globSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';

/** How many checks passed, failed, and were not run. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const FILES = '{apps,libs,tools,examples}/*/test-output/counts.json';
const END_TO_END = 'e2e/test-output/counts.json';

/** Removes the counts of earlier runs, so that a project that does not come to its end is not counted as it was. */
export function forgetCounts(root: string): void {
  for (const file of globSync([FILES, END_TO_END], { cwd: root })) rmSync(join(root, file));
}

/** The counts that every project's tests left, by folder. */
export function readCounts(root: string): ReadonlyMap<string, Counts> {
  const files = globSync([FILES, END_TO_END], { cwd: root }).sort();
  return new Map(
    files.map((file) => [
      file.slice(0, -'/test-output/counts.json'.length),
      JSON.parse(readFileSync(join(root, file), 'utf8')) as Counts,
    ]),
  );
}

/** Adds up. */
export function addCounts(all: Iterable<Counts>): Counts {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const { passed, failed, skipped } of all) {
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return total;
}
