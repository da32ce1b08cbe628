import type { Redis } from 'ioredis';
import { scripts } from '../lua.generated.ts';
import { ledgerFault } from './ledger-fault.ts';

export type LedgerScript = keyof typeof scripts;
type Argument = string | number | Buffer;
type Command = (...values: Argument[]) => Promise<unknown>;
export type RunScript = (name: LedgerScript, keys: string[], ...values: Argument[]) => Promise<unknown>;

/** How to run the ledger's scripts: with texts in the reply, or with bytes. Both reject with errors people can read. */
export type LedgerScripts = { run: RunScript; runForBytes: RunScript };

/** Registers the ledger's scripts on a connection, once. */
export function bindLedgerScripts(connection: Redis): LedgerScripts {
  for (const name of Object.keys(scripts) as LedgerScript[]) {
    connection.defineCommand(`nexus_ledger_${name}`, { numberOfKeys: scripts[name].keys, lua: scripts[name].lua });
  }
  const commands = connection as unknown as Record<string, Command>;
  function runner(suffix: '' | 'Buffer'): RunScript {
    return async function run(name, keys, ...values) {
      const command = commands[`nexus_ledger_${name}${suffix}`];
      if (command === undefined) throw new Error(`script ${name} is not registered on this connection`);
      try {
        return await command.apply(connection, [...keys, ...values]);
      } catch (error) {
        throw ledgerFault(error);
      }
    };
  }
  return { run: runner(''), runForBytes: runner('Buffer') };
}
