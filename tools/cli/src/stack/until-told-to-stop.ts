import { whenOrphaned } from '../launch/when-orphaned.mjs';

/** A second Ctrl-C this much later means it; an earlier one is the same key press, passed on by npm as well. */
const SECOND_MILLISECONDS = 2_000;

/**
 * An AbortSignal of Ctrl-C (SIGINT), SIGTERM, a closed terminal (SIGHUP) or a killed launcher (`launcherPid`), once for
 * the process. A second Ctrl-C later ends the process at once; what it started ends by its own guards.
 */
export function untilToldToStop(
  launcherPid: string | undefined,
  now: () => number = () => performance.now(),
): AbortSignal {
  const controller = new AbortController();
  let first: number | undefined;
  function onSignal(): void {
    first ??= now();
    if (now() - first > SECOND_MILLISECONDS) process.exit(130);
    controller.abort();
  }
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, onSignal);
  if (launcherPid === String(process.ppid)) whenOrphaned(() => controller.abort());
  return controller.signal;
}
