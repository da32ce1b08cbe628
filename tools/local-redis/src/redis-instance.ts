import { randomBytes } from 'node:crypto';
import { readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { isAlive, type RunningProcess } from './file-lock.mjs';
import { connectRedis, type RedisClient } from './redis-client.ts';
import { runCommand } from './run-command.ts';

/** A managed server as `instance.json` in its folder records it. */
export interface RedisInstance extends RunningProcess {
  readonly port: number;
  /** What CONFIG GET dir answers. */
  readonly serverDirectory: string;
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
 * on the port takes our password and works in our folder. `silent`: the process lives but does not answer.
 */
export async function inspectInstance(instance: RedisInstance, password: string): Promise<InstanceState> {
  if (!(await runsItsProgram(instance))) return 'stopped';
  const client = await connectInstance(instance, password);
  client?.close();
  return client === undefined ? 'silent' : 'running';
}

/** Whether the recorded process lives and still runs the recorded program. */
export async function runsItsProgram(instance: RedisInstance): Promise<boolean> {
  if (!isAlive(instance)) return false;
  return instance.executable === '' || (await processExecutable(instance.pid)) === instance.executable;
}

/** A connection to the recorded server; undefined when nothing or somebody else answers. */
export async function connectInstance(instance: RedisInstance, password: string): Promise<RedisClient | undefined> {
  try {
    const client = await connectRedis(instanceUrl(instance, password));
    const directory = await client.command('CONFIG', 'GET', 'dir');
    if (Array.isArray(directory) && directory[1] === instance.serverDirectory) return client;
    client.close();
  } catch {
    // Nobody there, or somebody with another password.
  }
  return undefined;
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
