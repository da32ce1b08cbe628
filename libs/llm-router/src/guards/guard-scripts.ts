import type { Redis } from 'ioredis';
import { scripts } from '../lua.generated.ts';

export type GuardScript = keyof typeof scripts;
type Argument = string | number;
type Command = (...values: Argument[]) => Promise<unknown>;

/** Registers the guards' scripts on a connection, once, and returns how to run them there. */
export function bindGuardScripts(
  connection: Redis,
): (name: GuardScript, keys: string[], ...values: Argument[]) => Promise<unknown> {
  for (const name of Object.keys(scripts) as GuardScript[]) {
    connection.defineCommand(`nexus_guard_${name}`, { numberOfKeys: scripts[name].keys, lua: scripts[name].lua });
  }
  const commands = connection as unknown as Record<string, Command>;
  return async function run(name, keys, ...values) {
    const command = commands[`nexus_guard_${name}`];
    if (command === undefined) throw new Error(`script ${name} is not registered on this connection`);
    return command.apply(connection, [...keys, ...values]);
  };
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

/** What a granted call shows to the script that is sent beside its admission. */
export function passKey(token = 'none'): string {
  return `{nexus}:llm:pass:${token}`;
}
