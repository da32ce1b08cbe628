import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { scripts } from '../lua.generated.ts';

export type GuardScript = keyof typeof scripts;
type Argument = string | number;
type Command = (...values: Argument[]) => Promise<unknown>;

/**
 * A script of somebody else's that runs as a part of one of the guards', with the same fate: `lua` is its body, for which
 * KEYS are `keys`, ARGV is one argument, and `...` is the answer of TIME, where it was asked for. It raises an error only
 * before it has changed anything.
 */
export type RiderScript = { lua: string; keys: readonly string[] };
export type RiderScripts = { [Name in 'admit' | 'conclude']?: RiderScript | undefined };

/** Registers the guards' scripts on a connection, with their riders, and returns how to run them there. */
export function bindGuardScripts(
  connection: Redis,
  riders: RiderScripts,
): (name: GuardScript, keys: string[], ...values: Argument[]) => Promise<unknown> {
  const commands = connection as unknown as Record<string, Command>;
  const bound = new Map<GuardScript, { command: Command; riderKeys: readonly string[] }>();
  for (const name of Object.keys(scripts) as GuardScript[]) {
    const rider = (riders as Partial<Record<GuardScript, RiderScript>>)[name];
    const riderKeys = rider?.keys ?? [];
    const lua = `${riderFunction(rider)}\n${scripts[name].lua}`;
    // Other guards on the same connection may have other riders.
    const commandName = `nexus_guard_${name}_${createHash('sha256').update(lua).digest('hex').slice(0, 16)}`;
    connection.defineCommand(commandName, { numberOfKeys: scripts[name].keys + riderKeys.length, lua });
    bound.set(name, { command: commands[commandName] as Command, riderKeys });
  }
  return function run(name, keys, ...values) {
    const script = bound.get(name);
    if (script === undefined) throw new Error(`script ${name} is not registered on this connection`);
    return script.command.apply(connection, [...keys, ...script.riderKeys, ...values]);
  };
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
