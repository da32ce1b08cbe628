import { spawn } from 'node:child_process';

/** The folder goes only after its process had the time to end. */
const SCRIPT = `read _ && exit
kill -s "$1" "$2"
[ -z "$3" ] && exit
sleep 1
rm -rf "$3"`;

/**
 * Sends `signal` to process `pid` when this process ends, however it ends (kill -9 included): a shell waits on a pipe
 * that only this process holds open. `leftovers`: a folder to remove then. Returns a function that lifts the guard; call
 * it once the process has ended.
 */
export function guardProcess(pid: number, signal: 'TERM' | 'KILL', leftovers = ''): () => void {
  // In a session of its own, so that a Ctrl-C in the terminal does not end the guard before this process.
  const guard = spawn('/bin/sh', ['-c', SCRIPT, 'guard', signal, String(pid), leftovers], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  guard.on('error', () => undefined);
  guard.stdin.on('error', () => undefined);
  guard.unref();
  (guard.stdin as unknown as { unref(): void }).unref();
  return () => guard.kill('SIGKILL');
}
