import { runCommand } from './run-command.ts';

/** The oldest Redis that BullMQ and the scripts of this product run on. */
export const OLDEST_REDIS = '6.2';

/** A way to run a Redis server on this machine, and where it came from (for people). */
export type RedisBinary =
  | { readonly kind: 'program'; readonly command: string; readonly version: string; readonly origin: string }
  | { readonly kind: 'container'; readonly engine: string; readonly image: string; readonly origin: string };

/** A looked-for thing: it, or why not. */
export type Found<T> = { readonly found: T } | { readonly reason: string };

/** Asks a program for its version; it must start (its libraries are there) and be new enough. */
export async function probeProgram(command: string, origin: string): Promise<Found<RedisBinary>> {
  const { code, stdout, stderr } = await runCommand(command, ['--version'], { timeout: 5_000 });
  const version = / v=(\d+\.\d+(?:\.\d+)?)/.exec(stdout)?.[1];
  if (code !== 0 || version === undefined) {
    return { reason: `${command} does not run: ${firstLine(stderr) || firstLine(stdout) || 'no version printed'}` };
  }
  if (!isNewEnough(version)) return { reason: `${command} is version ${version}; ${OLDEST_REDIS} or later is needed` };
  return { found: { kind: 'program', command, version, origin } };
}

/** Compares by numbers: 6.10 is newer than 6.2. */
export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 6 || (major === 6 && minor >= 2);
}

function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}
