import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { connectRedis } from '@nexus/runtime';
import type { Redis } from 'ioredis';
import { RENEWAL_MS } from '../guards/claim-renewal.ts';
import { createGuards, type GuardsOptions } from '../guards/create-guards.ts';
import type { Guards } from '../guards/guards.ts';

export function connectTo(url: string): Redis {
  return connectRedis({ url, purpose: 'request', name: 'test', onError: () => undefined });
}

const root = mkdtempSync(join(tmpdir(), 'nexus-guards-'));

/** A path that does not exist yet, in a folder of its own that does not either. */
export function temporaryFile(): string {
  return join(root, randomUUID(), 'breakers.json');
}

/** For afterAll: removes what was written to temporary files. */
export function removeTemporaryFiles(): void {
  rmSync(root, { recursive: true, force: true });
}

export type OpenedGuards = {
  guards: Guards;
  /** Local time; Redis has its own. */
  clock: { seconds: number };
  errors: unknown[];
  /** Lets the claims be renewed once. */
  renewClaims: () => void;
};

/** Guards whose short waits are over at once and whose renewals come when told. */
export function openGuards(
  options: Pick<GuardsOptions, 'redis' | 'limits' | 'breaker' | 'statePath' | 'riders'>,
): OpenedGuards {
  const clock = { seconds: 1_800_000_000 };
  const errors: unknown[] = [];
  let due: (() => void)[] = [];
  const guards = createGuards({
    ...options,
    now: () => clock.seconds * 1000,
    wait: (milliseconds) =>
      new Promise((resolve) => (milliseconds === RENEWAL_MS ? due.push(resolve) : setImmediate(resolve))),
    newToken: randomUUID,
    onError: (error) => errors.push(error),
  });
  function renewClaims(): void {
    const ended = due;
    due = [];
    for (const end of ended) end();
  }
  return { guards, clock, errors, renewClaims };
}

const TIMES = ['first_fail_ts', 'open_until', 'opened_ts', 'probe_until', 'parked_until'];

/** Lets time pass for circuits and buckets by moving what they hold into the past. */
export async function passInRedis(redis: Redis, seconds: number): Promise<void> {
  for (const key of await redis.keys('nexus:breaker:*')) {
    const fields = await redis.hgetall(key);
    for (const field of TIMES) {
      if (fields[field] !== undefined) await redis.hset(key, field, (Number(fields[field]) - seconds).toFixed(6));
    }
  }
  for (const [bucket, full] of Object.entries(await redis.hgetall('{nexus}:llm:buckets'))) {
    await redis.hset('{nexus}:llm:buckets', bucket, (Number(full) - seconds).toFixed(6));
  }
}
