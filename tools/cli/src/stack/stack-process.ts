import { guardProcess, type Environment } from '@nexus/local-redis';
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** How many lines of a process are kept for the message about its end. */
const KEPT_LINES = 25;

/** A process of the stack, its name for people, what it runs, and who hears its lines. */
export interface StackProcessOptions {
  readonly name: string;
  readonly args: readonly string[];
  readonly directory: string;
  readonly environment: Environment;
  readonly onLine: (line: string, stream: 'stdout' | 'stderr') => void;
}

/** How a process ended. */
export interface ProcessEnd {
  readonly name: string;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** A running process of the stack. */
export interface StackProcess {
  readonly name: string;
  readonly pid: number;
  readonly ended: Promise<ProcessEnd>;
  hasEnded(): boolean;
  lastLines(): readonly string[];
  /** SIGTERM, and SIGKILL when it still runs after `deadline` milliseconds. Resolves when it has ended. */
  stop(deadline: number): Promise<ProcessEnd>;
}

/**
 * Starts this Node with `args`. In a process group of its own, so that a Ctrl-C in the terminal reaches the launcher
 * alone, which then stops its processes in order; killed with the launcher if that is killed.
 */
export function startStackProcess(options: StackProcessOptions): StackProcess {
  const { name, args, directory, environment, onLine } = options;
  const child = spawn(process.execPath, [...args], {
    cwd: directory,
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const lines: string[] = [];
  for (const stream of ['stdout', 'stderr'] as const) {
    createInterface({ input: child[stream], crlfDelay: Infinity }).on('line', (line) => {
      lines.push(line);
      if (lines.length > KEPT_LINES) lines.shift();
      onLine(line, stream);
    });
  }
  const lift = child.pid === undefined ? (): boolean => true : guardProcess(child.pid, 'TERM');
  const ended = endOf(child, name).finally(lift);
  return {
    name,
    pid: child.pid ?? 0,
    ended,
    hasEnded: () => child.exitCode !== null || child.signalCode !== null || child.pid === undefined,
    lastLines: () => lines,
    async stop(deadline) {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), deadline);
      return ended.finally(() => clearTimeout(late));
    },
  };
}

/** Resolves when the process has ended and all it wrote has been read. */
function endOf(child: ChildProcess, name: string): Promise<ProcessEnd> {
  return new Promise((resolve) => {
    child.once('close', (code, signal) => resolve({ name, code, signal }));
    child.once('error', () => resolve({ name, code: 127, signal: null }));
  });
}
