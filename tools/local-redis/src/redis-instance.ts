import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isAlive, type RunningProcess } from './file-lock.mjs';
import { connectRedis, type RedisClient } from './redis-client.ts';
import { runCommand } from './run-command.ts';
import { CONTAINER_DIRECTORY } from './run-server.ts';

/** A managed server as `instance.json` in its folder records it. */
export interface RedisInstance extends RunningProcess {
  readonly port: number;
  /** Whether it runs in a container, where the folder has another name. */
  readonly inContainer: boolean;
  /** The file that the process runs, to be sure of it before a signal is sent; empty until it has answered once. */
  readonly executable: string;
  /** The process that started or adopted it, and that stops it. */
  readonly owner: RunningProcess;
}

/** What a look at the recorded server found. */
export type InstanceState = 'none' | 'stopped' | 'running' | 'silent';

/** The recorded server, or undefined when there is no readable record. */
export function readInstance(directory: string): RedisInstance | undefined {
  try {
    const instance = JSON.parse(readFileSync(join(directory, 'instance.json'), 'utf8')) as RedisInstance;
    return Number.isSafeInteger(instance.pid) && Number.isSafeInteger(instance.port) ? instance : undefined;
  } catch {
    return undefined;
  }
}

/** Replaces the record in one step. */
export function writeInstance(directory: string, instance: RedisInstance): void {
  const file = join(directory, 'instance.json');
  writeFileSync(`${file}.new`, JSON.stringify(instance), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** Forgets the server. */
export function removeInstance(directory: string): void {
  rmSync(join(directory, 'instance.json'), { force: true });
}

/** The server's password: made once, kept in a file that only its owner can read. Safe in a URL as it is. */
export function redisPassword(directory: string): string {
  const file = join(directory, 'password');
  try {
    const kept = readFileSync(file, 'utf8').trim();
    if (kept !== '') return kept;
  } catch {
    // The first start in this folder.
  }
  const made = randomBytes(24).toString('base64url');
  writeFileSync(file, `${made}\n`, { mode: 0o600 });
  return made;
}

/** The address that ioredis and BullMQ take. */
export function instanceUrl({ port }: Pick<RedisInstance, 'port'>, password: string): string {
  return `redis://:${password}@127.0.0.1:${port}/0`;
}

/**
 * Whether the recorded server runs and is really it: the process lives, runs the recorded program, and whoever answers
 * on the port takes our password and works in our folder. A record that came with a copy of the folder is `stopped`: its
 * server is another one's. `silent`: the process lives but does not answer.
 */
export async function inspectInstance(
  directory: string,
  instance: RedisInstance,
  password: string,
): Promise<InstanceState> {
  if (!(await runsItsProgram(instance))) return 'stopped';
  const client = await connectInstance(instance, password);
  if (client === undefined) return 'silent';
  const ours = await worksIn(directory, instance, client);
  client.close();
  return ours ? 'running' : 'stopped';
}

/** A connection to whoever answers where the server should and takes its password. */
export async function connectInstance(instance: RedisInstance, password: string): Promise<RedisClient | undefined> {
  return connectRedis(instanceUrl(instance, password)).catch(() => undefined);
}

/** Whether the server behind a connection keeps its data in our folder; it follows a folder that is moved. */
export async function worksIn(directory: string, instance: RedisInstance, client: RedisClient): Promise<boolean> {
  const answer = await client.command('CONFIG', 'GET', 'dir').catch(() => undefined);
  return Array.isArray(answer) && answer[1] === (instance.inContainer ? CONTAINER_DIRECTORY : directory);
}

/** Whether the recorded process lives and still runs the recorded program. */
export async function runsItsProgram(instance: RedisInstance): Promise<boolean> {
  if (!isAlive(instance)) return false;
  return instance.executable === '' || (await processExecutable(instance.pid)) === instance.executable;
}

/** The program that a process runs: its file on Linux, its name elsewhere; empty when the process is gone. */
export async function processExecutable(pid: number): Promise<string> {
  try {
    return readlinkSync(`/proc/${pid}/exe`);
  } catch {
    const { stdout } = await runCommand('ps', ['-p', String(pid), '-o', 'comm='], { timeout: 5_000 });
    return basename(stdout.trim());
  }
}
