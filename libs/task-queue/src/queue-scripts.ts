import { bindRedisScripts, type RunScript as RunRedisScript } from '@nexus/runtime';
import type { Redis } from 'ioredis';
import { scripts } from './lua.generated.ts';

export type ScriptName = keyof typeof scripts;

/** Runs the named script; keys and arguments are those of its header in `lua/`. */
export type RunScript = RunRedisScript<ScriptName>;

export function bindScripts(connection: Redis): RunScript {
  return bindRedisScripts(connection, scripts).run;
}
