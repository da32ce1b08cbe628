import type { Redis } from 'ioredis';

/** A Lua script, and how many of its values are keys. */
export type RedisScript = { lua: string; keys: number };

type Value = string | number | Buffer;

/**
 * Runs the script of this name; its keys and arguments are those its header tells. Rejects with what Redis says, or with
 * what the connection rejects commands with.
 */
export type RunScript<Name extends string> = (
  name: Name,
  keys: readonly string[],
  ...values: Value[]
) => Promise<unknown>;

/** Replies with their texts as strings, or as bytes. */
export type BoundScripts<Name extends string> = { run: RunScript<Name>; runForBytes: RunScript<Name> };

type Command = (...values: Value[]) => Promise<unknown>;

/**
 * Registers scripts on a connection and returns how to run them there. They are sent by digest, and by text to a server
 * that does not know them. Others may bind other scripts of the same name: each keeps its own.
 */
export function bindRedisScripts<Name extends string>(
  connection: Redis,
  scripts: Readonly<Record<Name, RedisScript>>,
): BoundScripts<Name> {
  const texts = new Map<Name, Command>();
  const bytes = new Map<Name, Command>();
  const commands = connection as unknown as Record<string, Command>;
  for (const name of Object.keys(scripts) as Name[]) {
    const { lua, keys } = scripts[name];
    const command = `nexus_${name}`;
    connection.defineCommand(command, { numberOfKeys: keys, lua });
    texts.set(name, commands[command] as Command);
    bytes.set(name, commands[`${command}Buffer`] as Command);
  }

  function runner(bound: ReadonlyMap<Name, Command>): RunScript<Name> {
    return function run(name, keys, ...values) {
      const command = bound.get(name);
      if (command === undefined) throw new Error(`there is no script ${name}`);
      return command.apply(connection, [...keys, ...values]);
    };
  }

  return { run: runner(texts), runForBytes: runner(bytes) };
}

const RELEASE = "if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end";

/**
 * How a claim that was made with `SET key holder NX` is given back: the key goes while it still has this holder. A claim
 * that has ended, and whoever has it now, are left alone.
 */
export function bindRelease(connection: Redis): (key: string, holder: string) => Promise<void> {
  const { run } = bindRedisScripts(connection, { release: { keys: 1, lua: RELEASE } });
  return async (key, holder) => void (await run('release', [key], holder));
}
