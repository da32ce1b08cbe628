import { mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { isAlive, processStart, withFileLock } from './file-lock.mjs';
import { findRedis, type FindOptions, type TriedStep } from './find-redis.ts';
import { freePort } from './free-port.ts';
import type { RedisBinary } from './redis-binary.ts';
import {
  connectInstance,
  inspectInstance,
  instanceUrl,
  processExecutable,
  readInstance,
  type RedisInstance,
  redisPassword,
  removeInstance,
  runsItsProgram,
  worksIn,
  writeInstance,
} from './redis-instance.ts';
import { lastLogLines, type RunningServer, runServer, waitUntilReady } from './run-server.ts';

/** How long a server may take to write its data and end. */
const STOP_MILLISECONDS = 10_000;

/** A Redis to use, and what to say about it. */
export interface ProvidedRedis {
  /** With its password: for ioredis and BullMQ, not for people. */
  readonly url: string;
  /** For people: where it is and why this one, without a password. */
  readonly description: string;
  /** Whether stop() ends it: true for the process that started it, or that found it left behind by a dead one. */
  readonly owned: boolean;
  /** Resolves when the server's process ends; never for a server that this process did not start. */
  untilExit(): Promise<void>;
  /** Ends the server if it is owned: its data is on disk when this resolves. May be called more than once. */
  stop(): Promise<void>;
}

/** As for findRedis, and the settings a test may want to change. */
export type ManagedRedisOptions = Omit<FindOptions, 'tried'>;

/**
 * Starts this product's own Redis in `<dataDirectory>/redis`, or uses the one that already runs there: append-only file
 * with fsync every second, no eviction, loopback only, random port, random password. Several processes may ask at once;
 * one server results. It outlives a killed owner, and the next one to ask adopts it.
 * Rejects with RedisNotFoundError, or with the end of the server's log when it does not start.
 */
export async function startManagedRedis(options: ManagedRedisOptions): Promise<ProvidedRedis> {
  const directory = join(options.dataDirectory, 'redis');
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const place = realpathSync(directory);
  const onWait = (pid: number): void => options.report(`process ${pid} is starting Redis here, waiting for it`);
  return withFileLock(join(place, 'lock'), () => useOrStart(place, options), { onWait });
}

async function useOrStart(directory: string, options: ManagedRedisOptions): Promise<ProvidedRedis> {
  const password = redisPassword(directory);
  const instance = readInstance(directory);
  const state = instance === undefined ? 'none' : await inspectInstance(directory, instance, password);
  if (instance !== undefined && state === 'running') return reuse(directory, instance, password);
  if (instance !== undefined && state === 'silent') throw silentError(instance, directory);
  const tried: TriedStep[] = [
    { step: 'REDIS_URL', reason: 'not set' },
    { step: `the instance in ${directory}`, reason: state === 'none' ? 'never started' : 'no longer running' },
  ];
  return start(directory, await findRedis({ ...options, tried }), password);
}

function reuse(directory: string, instance: RedisInstance, password: string): ProvidedRedis {
  const url = instanceUrl(instance, password);
  const place = `127.0.0.1:${instance.port}, data in ${directory}`;
  const never = (): Promise<void> => new Promise(() => undefined);
  if (isAlive(instance.owner)) {
    const description = `${place}; started by process ${instance.owner.pid}, which also stops it`;
    return { url, description, owned: false, untilExit: never, stop: () => Promise.resolve() };
  }
  const adopted = { ...instance, owner: thisProcess() };
  writeInstance(directory, adopted);
  const stop = (): Promise<void> => stopInstance(directory, adopted, { password });
  return { url, description: `${place}; left running by an earlier start`, owned: true, untilExit: never, stop };
}

async function start(directory: string, binary: RedisBinary, password: string): Promise<ProvidedRedis> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    const server = runServer({ binary, directory, port, password, settings: SETTINGS, detached: true });
    const { pid } = server;
    const inContainer = binary.kind === 'container';
    const begun = { pid, start: processStart(pid), port, inContainer, executable: '', owner: thisProcess() };
    // Before anything else, so that a start that is cut short here leaves no server that nobody knows of.
    writeInstance(directory, begun);
    const reason = (await waitUntilReady(server)) ?? (await whyNotOurs(directory, begun, password));
    if (reason === undefined) {
      const instance = { ...begun, executable: await processExecutable(pid) };
      writeInstance(directory, instance);
      return owned(directory, { server, instance, binary, password });
    }
    await end(server);
    removeInstance(directory);
    if (attempt === 3) {
      throw new Error(
        `Redis did not start on 127.0.0.1:${port}: ${reason}. The end of ${directory}/redis.log:\n${lastLogLines(directory)}`,
      );
    }
  }
}

const SETTINGS = {
  save: '""',
  appendonly: 'yes',
  appendfsync: 'everysec',
  'maxmemory-policy': 'noeviction',
};

async function whyNotOurs(directory: string, instance: RedisInstance, password: string): Promise<string | undefined> {
  const state = await inspectInstance(directory, instance, password);
  return state === 'running' ? undefined : 'another server answers there';
}

interface OwnedServer {
  readonly server: RunningServer;
  readonly instance: RedisInstance;
  readonly binary: RedisBinary;
  readonly password: string;
}

function owned(directory: string, { server, instance, binary, password }: OwnedServer): ProvidedRedis {
  const program =
    binary.kind === 'program' ? `${binary.command} ${binary.version}` : `${binary.image} in ${binary.engine}`;
  return {
    url: server.url,
    description: `127.0.0.1:${instance.port}, data in ${directory}; ${program} (${binary.origin})`,
    owned: true,
    untilExit: () => server.untilExit(),
    stop: () => stopInstance(directory, instance, { password, server }),
  };
}

/** Asks the server to end; signals go only to a process that is surely it. */
async function stopInstance(
  directory: string,
  instance: RedisInstance,
  { password, server }: { password: string; server?: RunningServer },
): Promise<void> {
  const client = await connectInstance(instance, password);
  const ours = client !== undefined && (await worksIn(directory, instance, client));
  // The answer to SHUTDOWN is the end of the connection.
  if (ours) await client.command('SHUTDOWN').catch(() => undefined);
  client?.close();
  if (!ours && (await runsItsProgram(instance))) process.kill(instance.pid, 'SIGTERM');
  if (!(await hasEnded(instance, STOP_MILLISECONDS)) && (await runsItsProgram(instance))) {
    process.kill(instance.pid, 'SIGKILL');
  }
  if (server !== undefined) await server.untilExit();
  const recorded = readInstance(directory);
  if (recorded?.pid === instance.pid && recorded.start === instance.start) removeInstance(directory);
}

async function hasEnded(instance: RedisInstance, milliseconds: number): Promise<boolean> {
  for (const started = performance.now(); performance.now() - started < milliseconds;) {
    if (!isAlive(instance)) return true;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return false;
}

async function end(server: RunningServer): Promise<void> {
  if (server.hasExited()) return;
  await server.signal('SIGKILL');
  await server.untilExit();
}

function thisProcess(): { pid: number; start: string | null } {
  return { pid: process.pid, start: processStart(process.pid) };
}

function silentError({ pid, port }: RedisInstance, directory: string): Error {
  const message =
    `The Redis of ${directory} (process ${pid}) runs but does not answer on 127.0.0.1:${port}. ` +
    `A second one on the same files would damage them. Look at ${directory}/redis.log, or end it with: kill ${pid}`;
  return Object.assign(new Error(message), { code: 'REDIS_SILENT' });
}
