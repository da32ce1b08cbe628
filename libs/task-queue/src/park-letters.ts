import { fingerprint } from '@nexus/failure-taxonomy';
import type { queueKeys } from './queue-keys.ts';
import type { RunScript } from './queue-scripts.ts';

type Parked = [parked: number, ...without: [taskId: string, code: string, message: string][]];

/**
 * Indexes finally failed jobs as dead letters, at most once a failure. `group` is the fingerprint of the failure where the
 * caller knows it, else ''; jobs that failed without our record of why get theirs from their reason.
 */
export async function parkLetters(
  {
    run,
    keys,
    now,
    taskLockSeconds,
  }: { run: RunScript; keys: ReturnType<typeof queueKeys>; now: () => number; taskLockSeconds: number },
  letters: { taskId: string; group: string }[],
): Promise<number> {
  const attempt = async (pairs: string[]) =>
    (await run('park', [keys.jobs, keys.index], now(), taskLockSeconds, ...pairs)) as Parked;
  const [parked, ...without] = await attempt(letters.flatMap(({ taskId, group }) => [taskId, group]));
  if (without.length === 0) return parked;
  const [rest] = await attempt(
    without.flatMap(([taskId, code, message]) => [taskId, fingerprint({ code, message }).hash]),
  );
  return parked + rest;
}
