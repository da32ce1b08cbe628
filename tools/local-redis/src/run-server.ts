import { type ChildProcess, spawn } from 'node:child_process';
import { openSync, closeSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import type { RedisBinary } from './redis-binary.ts';
import { connectRedis } from './redis-client.ts';
import { runCommand } from './run-command.ts';

/** Where a container sees the server's folder. */
export const CONTAINER_DIRECTORY = '/data';

/** A server of one's own: its binary, its folder (it must exist), its loopback port and its settings. */
export interface ServerOptions {
  readonly binary: RedisBinary;
  readonly directory: string;
  readonly port: number;
  /** Empty: no password. */
  readonly password: string;
  /** Lines of redis.conf beyond the address, the folder and the password. */
  readonly settings: Readonly<Record<string, string>>;
  /** Survives a Ctrl-C in this terminal, which reaches every process of the foreground. */
  readonly detached: boolean;
}

/** A started server process; `pid` is the container engine's client where the server runs in a container. */
export interface RunningServer {
  readonly pid: number;
  readonly url: string;
  /** Resolves when the process has ended, and keeps this process alive until then; the server by itself does not. */
  untilExit(): Promise<void>;
  hasExited(): boolean;
  signal(name: NodeJS.Signals): Promise<void>;
}

/** Starts the server; resolves as soon as the process is there. Use waitUntilReady() before talking to it. */
export function runServer(options: ServerOptions): RunningServer {
  const { binary, directory, port, password } = options;
  if (!isAbsolute(directory)) throw new Error(`the folder of a Redis server must be absolute: ${directory}`);
  const log = openSync(join(directory, 'redis.log'), 'a');
  const container = `nexus-redis-${port}`;
  const command = binary.kind === 'program' ? binary.command : binary.engine;
  const args = binary.kind === 'program' ? ['-'] : containerArguments(binary.image, container, options);
  const child = spawn(command, args, { cwd: directory, detached: options.detached, stdio: ['pipe', log, log] });
  closeSync(log);
  // Over standard input: on the command line every user of the machine could read the password.
  child.stdin?.on('error', () => undefined);
  child.stdin?.end(configuration(options));
  const exited = ended(child);
  const login = password === '' ? '' : `:${password}@`;
  child.unref();
  return {
    pid: child.pid ?? 0,
    url: `redis://${login}127.0.0.1:${port}/0`,
    untilExit() {
      child.ref();
      return exited;
    },
    hasExited: () => child.pid === undefined || child.exitCode !== null || child.signalCode !== null,
    async signal(name) {
      if (binary.kind === 'program') child.kill(name);
      else await runCommand(binary.engine, ['kill', '--signal', name, container]);
    },
  };
}

/**
 * Waits until the server answers; a server that is still loading its append-only file gets `loadingTimeout` (ms).
 * Resolves to the reason if the process ended, or did not answer in time.
 */
export async function waitUntilReady(
  server: RunningServer,
  { startTimeout = 5_000, loadingTimeout = 60_000 } = {},
): Promise<string | undefined> {
  const started = performance.now();
  for (let limit = startTimeout; performance.now() - started < limit;) {
    if (server.hasExited()) return 'the server process ended';
    const answer = await askPing(server.url);
    if (answer === 'PONG') return undefined;
    if (/^(NOAUTH|WRONGPASS)/.test(answer)) return 'a server with another password answers there';
    if (answer.startsWith('LOADING')) limit = loadingTimeout;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return `the server did not answer within ${Math.round(performance.now() - started)} ms`;
}

/** The end of the server's log, for an error message. */
export function lastLogLines(directory: string, count = 8): string {
  try {
    return readFileSync(join(directory, 'redis.log'), 'utf8').trimEnd().split('\n').slice(-count).join('\n');
  } catch {
    return '(no log)';
  }
}

async function askPing(url: string): Promise<string> {
  try {
    const client = await connectRedis(url, 1_000);
    try {
      return String(await client.command('PING'));
    } finally {
      client.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function configuration({ binary, directory, port, password, settings }: ServerOptions): string {
  const inside = binary.kind === 'container';
  const lines: Record<string, string> = {
    bind: inside ? '0.0.0.0' : '127.0.0.1',
    port: inside ? '6379' : String(port),
    dir: quote(inside ? CONTAINER_DIRECTORY : directory),
    'protected-mode': inside ? 'no' : 'yes',
    daemonize: 'no',
    ...(password === '' ? {} : { requirepass: password }),
    ...settings,
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name} ${value}\n`)
    .join('');
}

/** redis.conf understands double quotes with backslash escapes. */
function quote(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&')}"`;
}

function containerArguments(image: string, name: string, { directory, port }: ServerOptions): string[] {
  const user = process.getuid === undefined ? [] : ['--user', `${process.getuid()}:${process.getgid?.() ?? 0}`];
  const publish = ['--publish', `127.0.0.1:${port}:6379`, '--volume', `${directory}:${CONTAINER_DIRECTORY}`];
  return ['run', '--rm', '--interactive', '--name', name, ...user, ...publish, image, 'redis-server', '-'];
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
}
