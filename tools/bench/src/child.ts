import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { processOptionsOf } from './process-options.ts';

export type Child = {
  process: ChildProcess;
  /** Resolves with the first line of standard output that passes; rejects when the process ends before. */
  line: (passes: (line: string) => boolean) => Promise<string>;
  /** Ends the process and waits for it. */
  stop: () => Promise<void>;
};

/** Every process started here ends with this one, however it ends, short of a kill -9. */
const running = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(2));

function keep(child: ChildProcess): void {
  running.add(child);
  child.once('exit', () => running.delete(child));
}

const root = new URL('../../../', import.meta.url).pathname;

/** Starts a TypeScript file of this repository on this Node, from source. `path` is relative to the root. */
export function startScript(path: string, args: string[] = [], env: Record<string, string> = {}): Child {
  return startNode(['-C', '@nexus/source', `${root}${path}`, ...args], env);
}

/**
 * Starts a script whose output goes to a file, as a container's does: nobody spends the machine's time reading it while
 * it is measured. An app of the product gets the options of Node that it is shipped with.
 */
export function startQuietScript(
  path: string,
  logFile: string,
  env: Record<string, string>,
): { pid: number; stop: () => Promise<void> } {
  const log = openSync(logFile, 'a');
  const { flags, environment } = processOptionsOf(path);
  const child = spawn(process.execPath, [...flags, '-C', '@nexus/source', `${root}${path}`], {
    stdio: ['ignore', log, log],
    env: { ...process.env, NODE_OPTIONS: '', ...environment, ...env },
  });
  closeSync(log);
  keep(child);
  const ended = once(child, 'exit');
  return {
    pid: child.pid ?? 0,
    async stop() {
      child.kill('SIGTERM');
      await ended;
    },
  };
}

/** A port of 127.0.0.1 that nobody listens on now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Resolves when the service on this port is ready to take requests. */
export async function untilReady(port: number): Promise<void> {
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/health/ready`).catch(() => undefined);
    if (answer?.status === 200) return;
    await wait(5);
  }
}

/** Starts Node with these arguments, this one unless told; standard error is passed on. */
export function startNode(args: string[], env: Record<string, string> = {}, node = process.execPath): Child {
  const child = spawn(node, args, {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, NODE_OPTIONS: '', ...env },
  });
  keep(child);
  const lines = createInterface({ input: child.stdout });
  const seen: string[] = [];
  const waiting: { passes: (line: string) => boolean; resolve: (line: string) => void }[] = [];
  lines.on('line', (line) => {
    const at = waiting.findIndex(({ passes }) => passes(line));
    if (at >= 0) waiting.splice(at, 1)[0]?.resolve(line);
    else if (seen.length < 100) seen.push(line);
  });
  const ended = once(child, 'exit');
  return {
    process: child,
    line(passes) {
      const at = seen.findIndex(passes);
      if (at >= 0) return Promise.resolve(seen.splice(at, 1)[0] ?? '');
      const found = new Promise<string>((resolve) => waiting.push({ passes, resolve }));
      const gone = ended.then(([code]) => {
        throw new Error(
          `${args.at(-1) ?? 'the process'} ended with ${String(code)} before it said what was waited for`,
        );
      });
      return Promise.race([found, gone]);
    },
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await ended;
    },
  };
}

/** Runs a script to its end and parses the last line of its output as JSON. */
export async function runForJson<Value>(
  path: string,
  args: string[] = [],
  env: Record<string, string> = {},
): Promise<Value> {
  const child = startScript(path, args, env);
  const line = await child.line((text) => text.startsWith('{'));
  await child.stop();
  return JSON.parse(line) as Value;
}
