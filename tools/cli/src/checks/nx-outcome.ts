/** What a run of Nx did, read from its output: task ids such as `@nexus/contracts:lint`. */
export interface NxOutcome {
  readonly succeeded: readonly string[];
  /** Failed, or not run because what they need failed. */
  readonly failed: readonly string[];
}

// eslint-disable-next-line no-control-regex -- the escape character starts the colours
const COLOURS = /\u001b\[[0-9;]*m/g;

/** Reads the lines that Nx writes when it does not own a terminal: `✔  nx run <task>`, and the lists at the end. */
export function nxOutcome(output: string): NxOutcome {
  const lines = output.replace(COLOURS, '').split(/\r?\n/);
  const succeeded = lines.flatMap((line) => /^\s*✔\s+nx run (\S+)/.exec(line)?.[1] ?? []);
  return { succeeded, failed: [...listAfter(lines, 'Failed tasks:'), ...listAfter(lines, 'Tasks not run because')] };
}

function listAfter(lines: readonly string[], heading: string): string[] {
  const start = lines.findLastIndex((line) => line.trim().startsWith(heading));
  if (start < 0) return [];
  const rest = lines.slice(start + 1);
  const first = rest.findIndex((line) => line.startsWith('- '));
  if (first < 0) return [];
  const after = rest.slice(first).findIndex((line) => !line.startsWith('- '));
  return rest.slice(first, after < 0 ? undefined : first + after).map((line) => line.slice(2).trim());
}
