import { existsSync, readFileSync } from 'node:fs';

/** How Node is started for an app of the product: its own options, and variables that are read before anything of ours runs. */
export type ProcessOptions = { flags: readonly string[]; environment: Record<string, string> };

const root = new URL('../../../', import.meta.url);

/** What the app at `path` (relative to the root) asks for, as its image and `npm start` give it; nothing for other scripts. */
export function processOptionsOf(path: string): ProcessOptions {
  const app = /^apps\/[^/]+\//.exec(path)?.[0];
  const file = new URL(`${app ?? 'apps/'}process-options.json`, root);
  if (!existsSync(file)) return { flags: [], environment: {} };
  return JSON.parse(readFileSync(file, 'utf8')) as ProcessOptions;
}
