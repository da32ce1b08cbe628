import type { Environment } from '@nexus/local-redis';
import { spawn } from 'node:child_process';

/** Where a program runs, with what environment, and whether its output is shown as it comes. */
export interface ProgramOptions {
  readonly directory: string;
  readonly environment: Environment;
  readonly show: boolean;
}

/** A program's exit status (1 when it was killed) and all it wrote. */
export interface ProgramEnd {
  readonly code: number;
  readonly output: string;
}

/** Runs a program to its end; rejects only when it cannot be started. Its output goes to stderr where shown. */
export function runProgram(command: string, args: readonly string[], options: ProgramOptions): Promise<ProgramEnd> {
  const { directory, environment, show } = options;
  const child = spawn(command, [...args], { cwd: directory, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (chunk: string) => {
      output += chunk;
      if (show) process.stderr.write(chunk);
    });
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
