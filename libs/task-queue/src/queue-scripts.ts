import type { Redis } from 'ioredis';
import { scripts } from './lua.generated.ts';

export type ScriptName = keyof typeof scripts;
type Argument = string | number;
type Command = (...values: Argument[]) => Promise<unknown>;

/** Runs the named script; keys and arguments are those of its header in `lua/`. Sent by digest, by text where unknown. */
export type RunScript = (name: ScriptName, keys: string[], ...values: Argument[]) => Promise<unknown>;

/** Registers this library's scripts on a connection, once, and returns how to run them there. */
export function bindScripts(connection: Redis): RunScript {
  for (const name of Object.keys(scripts) as ScriptName[]) {
    connection.defineCommand(commandName(name), { numberOfKeys: scripts[name].keys, lua: scripts[name].lua });
  }
  const commands = connection as unknown as Record<string, Command>;
  return function runScript(name, keys, ...values) {
    const command = commands[commandName(name)];
    if (command === undefined) throw new Error(`script ${name} is not registered on this connection`);
    return command.apply(connection, [...keys, ...values]);
  };
}

function commandName(name: ScriptName): string {
  return `nexus_${name}`;
}
