import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';

async function figure(connection: Redis, section: string, name: string): Promise<number> {
  const found = new RegExp(`^${name}:([0-9.]+)`, 'm').exec(await connection.info(section));
  if (found === null) throw new Error(`INFO ${section} has no ${name}`);
  return Number(found[1]);
}

/** All memory the server has allocated, in bytes. */
export function usedMemory(connection: Redis): Promise<number> {
  return figure(connection, 'memory', 'used_memory');
}

/** CPU time the server has used so far, background work in other processes not counted, in microseconds. */
export async function redisCpuMicroseconds(connection: Redis): Promise<number> {
  const seconds = [
    await figure(connection, 'cpu', 'used_cpu_user'),
    await figure(connection, 'cpu', 'used_cpu_sys'),
  ] as const;
  return (seconds[0] + seconds[1]) * 1e6;
}

/** Turns the append-only file on and waits until it holds everything; no further rewrite falls into a measurement. */
export async function startAppending(connection: Redis): Promise<void> {
  await connection.config('SET', 'auto-aof-rewrite-percentage', '0');
  await connection.config('SET', 'appendonly', 'yes');
  const rewriting = async () =>
    (await figure(connection, 'persistence', 'aof_rewrite_in_progress')) +
    (await figure(connection, 'persistence', 'aof_rewrite_scheduled'));
  while ((await rewriting()) !== 0) await wait(100);
}
