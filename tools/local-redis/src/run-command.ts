import { execFile } from 'node:child_process';

/** What a finished command left: its exit code (null: killed, timed out or not startable) and its output. */
export interface CommandResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and for how long a command runs; without `timeout` (milliseconds) it may take as long as it likes. */
export interface CommandOptions {
  readonly timeout?: number;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly directory?: string;
}

/** Runs a program without a shell and resolves when it has ended, however it ended; never rejects. */
export function runCommand(
  command: string,
  args: readonly string[],
  { timeout = 0, environment, directory }: CommandOptions = {},
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const options = {
      timeout,
      killSignal: 'SIGKILL' as const,
      maxBuffer: 64 * 1024 * 1024,
      env: { ...process.env, LC_ALL: 'C', ...environment },
      ...(directory === undefined ? {} : { cwd: directory }),
    };
    const child = execFile(command, [...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve({ code: 0, stdout, stderr });
      const code = typeof error.code === 'number' ? error.code : null;
      resolve({ code, stdout, stderr: stderr === '' ? error.message : stderr });
    });
    child.stdin?.end();
  });
}
