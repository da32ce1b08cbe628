import type { Environment } from '@nexus/local-redis';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** How Node is started for a process: its own options, and variables that are read before anything of ours runs. */
export type ProcessOptions = { readonly flags: readonly string[]; readonly environment: Environment };

/**
 * What `apps/<app>/process-options.json` says about the app that `entry` (relative to the root) belongs to; nothing where
 * there is no such file. The app's image is started with the same, which a test sees to.
 */
export function processOptionsOf(root: string, entry: string): ProcessOptions {
  const app = /^apps\/[^/]+\//.exec(entry)?.[0];
  const file = app === undefined ? '' : join(root, app, 'process-options.json');
  if (!existsSync(file)) return { flags: [], environment: {} };
  return JSON.parse(readFileSync(file, 'utf8')) as ProcessOptions;
}
