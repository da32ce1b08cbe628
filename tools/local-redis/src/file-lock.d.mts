/** A process of this machine; `start` tells it from a later one with the same id (null: unknown). */
export interface RunningProcess {
  readonly pid: number;
  readonly start: string | null;
}

/**
 * Runs `action` while no other process holds the lock file `path` (its folder must exist), and resolves to its result.
 * Waits as long as the holder lives; a dead holder's lock is removed. `onWait` is called once, with the holder's id.
 */
export function withFileLock<T>(
  path: string,
  action: () => T | Promise<T>,
  options?: { readonly onWait?: (pid: number) => void; readonly pollMilliseconds?: number },
): Promise<T>;

/** When a process was started, in the system's own notation; null where the system does not tell. */
export function processStart(pid: number): string | null;

/** Whether a recorded process still runs, a reused process id aside. */
export function isAlive(recorded: RunningProcess): boolean;
