import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findRedis } from './find-redis.ts';
import { freePort } from './free-port.ts';
import { guardProcess } from './guard-process.ts';
import { connectRedis } from './redis-client.ts';
import type { RedisBinary } from './redis-binary.ts';
import { lastLogLines, type RunningServer, runServer, waitUntilReady } from './run-server.ts';

/** A Redis server of a test's own. */
export interface TestRedis {
  /** For ioredis and BullMQ. The same for the whole life, restarts included. */
  readonly url: string;
  readonly port: number;
  /** The present process; changes with restart(). */
  readonly pid: number;
  /** Sends a signal, SIGKILL unless told; resolves when the process has ended (SIGSTOP and SIGCONT: at once). */
  kill(signal?: NodeJS.Signals): Promise<void>;
  /** Starts the server again on the same port and folder, ending a running one first (SIGTERM). */
  restart(): Promise<void>;
  /** Ends the server and removes its folder, if it made it. May be called more than once. */
  stop(): Promise<void>;
}

/** `appendonly` (off): survive kill(), with fsync every second. `directory`: keep the data there. */
export interface TestRedisOptions {
  readonly appendonly?: boolean;
  readonly directory?: string;
  /** Asked of every client, and part of the URL; none by default. */
  readonly password?: string;
  /** Further lines of redis.conf, such as `{ 'maxmemory-policy': 'allkeys-lru' }`. */
  readonly settings?: Readonly<Record<string, string>>;
}

/**
 * Starts a Redis server on a random loopback port, in tens of milliseconds; one per test file, stopped in afterAll.
 * It dies with the test process even when that is killed, and does not keep it alive. The program is found as for
 * `npm start` (NEXUS_REDIS_SERVER names one). Rejects when there is no Redis to be had on this machine.
 */
export async function startTestRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const binary = await findRedis({
    environment: process.env,
    dataDirectory: tmpdir(),
    report: (line) => process.stderr.write(`redis: ${line}\n`),
    preferProgram: true,
  });
  const directory = realpathSync(options.directory ?? mkdtempSync(join(tmpdir(), 'nexus-test-redis-')));
  const settings = {
    save: '""',
    appendonly: options.appendonly === true ? 'yes' : 'no',
    appendfsync: 'everysec',
    'maxmemory-policy': 'noeviction',
    ...options.settings,
  };
  const start = (port: number): Promise<GuardedServer> =>
    startGuarded({
      binary,
      directory,
      temporary: options.directory === undefined,
      port,
      password: options.password ?? '',
      settings,
    });
  let current = await startAnywhere(start);
  const { port } = current;
  return {
    url: current.server.url,
    port,
    get pid() {
      return current.server.pid;
    },
    async kill(signal = 'SIGKILL') {
      await current.server.signal(signal);
      if (signal !== 'SIGSTOP' && signal !== 'SIGCONT') await current.server.untilExit();
    },
    async restart() {
      await end(current);
      current = await startOn(start, port);
    },
    async stop() {
      await end(current);
      if (options.directory === undefined) rmSync(directory, { recursive: true, force: true });
    },
  };
}

interface GuardedServer {
  readonly server: RunningServer;
  readonly port: number;
  readonly lift: () => void;
}

type Start = (port: number) => Promise<GuardedServer>;

/** Another process may take the port between the look and the start; then the next one is tried. */
async function startAnywhere(start: Start): Promise<GuardedServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(await freePort());
    } catch (error) {
      if (attempt === 3) throw error;
    }
  }
}

/** The port is ours by agreement, but a killed server's connections may hold it for a moment. */
async function startOn(start: Start, port: number): Promise<GuardedServer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await start(port);
    } catch (error) {
      if (attempt === 10) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

interface StartOptions {
  readonly binary: RedisBinary;
  readonly directory: string;
  /** Whether the folder goes with the server. */
  readonly temporary: boolean;
  readonly port: number;
  readonly password: string;
  readonly settings: Readonly<Record<string, string>>;
}

async function startGuarded(options: StartOptions): Promise<GuardedServer> {
  const { port, directory } = options;
  const server = runServer({ ...options, detached: false });
  const guarded = { server, port, lift: guardProcess(server.pid, 'KILL', options.temporary ? directory : '') };
  const reason = (await waitUntilReady(server)) ?? (await whyForeign(guarded, options.binary));
  if (reason === undefined) return guarded;
  await end(guarded);
  throw new Error(`A Redis for tests did not start on 127.0.0.1:${port}: ${reason}.\n${lastLogLines(directory)}`);
}

/** Somebody else's server may answer on the port that ours could not get. */
async function whyForeign({ server }: GuardedServer, binary: RedisBinary): Promise<string | undefined> {
  if (binary.kind === 'container') return undefined;
  const client = await connectRedis(server.url);
  const info = String(await client.command('INFO', 'server'));
  client.close();
  return info.includes(`process_id:${server.pid}\r\n`) ? undefined : 'another server answers there';
}

async function end({ server, lift }: GuardedServer): Promise<void> {
  if (!server.hasExited()) {
    await server.signal('SIGCONT');
    await server.signal('SIGTERM');
    const late = setTimeout(() => void server.signal('SIGKILL'), 5_000);
    await server.untilExit();
    clearTimeout(late);
  }
  lift();
}
