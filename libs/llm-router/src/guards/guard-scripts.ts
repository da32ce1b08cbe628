import { bindRedisScripts, type RedisScript, type RunScript } from '@nexus/runtime';
import type { Redis } from 'ioredis';
import { scripts } from '../lua.generated.ts';

export type GuardScript = keyof typeof scripts;

/**
 * A script of somebody else's that runs as a part of one of the guards', with the same fate: `lua` is its body, for which
 * KEYS are `keys`, ARGV is one argument, and `...` is the answer of TIME, where it was asked for. It raises an error only
 * before it has changed anything.
 */
export type RiderScript = { lua: string; keys: readonly string[] };
export type RiderScripts = { [Name in 'admit' | 'conclude']?: RiderScript | undefined };

/** Registers the guards' scripts on a connection, with their riders, and returns how to run them there. */
export function bindGuardScripts(connection: Redis, { admit, conclude }: RiderScripts): RunScript<GuardScript> {
  const { run } = bindRedisScripts(connection, {
    ...scripts,
    admit: withRider(scripts.admit, admit),
    conclude: withRider(scripts.conclude, conclude),
  });
  const riderKeys: Partial<Record<GuardScript, readonly string[] | undefined>> = {
    admit: admit?.keys,
    conclude: conclude?.keys,
  };
  return (name, keys, ...values) => {
    const added = riderKeys[name];
    return run(name, added === undefined ? keys : [...keys, ...added], ...values);
  };
}

function withRider({ lua, keys }: RedisScript, rider: RiderScript | undefined): RedisScript {
  return { lua: `${riderFunction(rider)}\n${lua}`, keys: keys + (rider?.keys.length ?? 0) };
}

function riderFunction(rider: RiderScript | undefined): string {
  return rider === undefined ? 'local rider' : `local function rider(KEYS, ARGV, ...)\n${rider.lua}\nend`;
}

export type GuardKeys = {
  circuits: string;
  buckets: string;
  claims: string;
  answer: (key?: string) => string;
  claim: (key?: string) => string;
};

/**
 * Names of keys. Circuits and answers have the names everybody may look at; on a Redis Cluster their first word becomes
 * the hash tag of all keys of Nexus, because one script touches them together (docs/decisions/llm-guards.md).
 */
export function guardKeys(isCluster: boolean): GuardKeys {
  const visible = isCluster ? '{nexus}' : 'nexus';
  const claims = '{nexus}:llm:claim:';
  return {
    circuits: `${visible}:breaker:`,
    buckets: '{nexus}:llm:buckets',
    claims,
    answer: (key = 'none') => `${visible}:dedupe:${key}`,
    claim: (key = 'none') => `${claims}${key}`,
  };
}
