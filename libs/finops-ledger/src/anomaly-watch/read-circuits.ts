import type { CircuitState } from '@nexus/finops';
import type { Redis } from 'ioredis';

/** The providers that have a circuit. */
export const CIRCUIT_PROVIDERS = ['gemini', 'openai', 'anthropic', 'glm', 'openai-compatible'] as const;

/**
 * The circuits as they stand (contract 9.5), and the time they were written by, in seconds since 1970. One round trip.
 * Rejects when the store is away.
 */
export async function readCircuits(redis: Redis): Promise<{ now: number; circuits: CircuitState[] }> {
  const pipeline = redis.pipeline().time();
  for (const provider of CIRCUIT_PROVIDERS) pipeline.hgetall(`nexus:breaker:${provider}`);
  const results = (await pipeline.exec()) ?? [];
  const [time, ...hashes] = results.map(([error, reply]) => {
    if (error !== null) throw error;
    return reply;
  });
  const [seconds = 0, microseconds = 0] = (time as string[]).map(Number);
  return {
    now: seconds + microseconds / 1e6,
    circuits: CIRCUIT_PROVIDERS.map((provider, index) => circuitOf(provider, hashes[index] as Record<string, unknown>)),
  };
}

/** A circuit of its fields, as Redis or the file of contract 9.5 has them. What is missing or no number is 0. */
export function circuitOf(provider: string, fields: Readonly<Record<string, unknown>>): CircuitState {
  const seconds = (name: string): number => {
    const value = Number(fields[name] ?? 0);
    return Number.isFinite(value) ? value : 0;
  };
  return {
    provider,
    fail_count: seconds('fail_count'),
    first_fail_ts: seconds('first_fail_ts'),
    open_until: seconds('open_until'),
    opened_ts: seconds('opened_ts'),
    probe_until: seconds('probe_until'),
    parked_until: seconds('parked_until'),
  };
}
