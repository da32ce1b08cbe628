import { bindRedisScripts, type RunScript as RunRedisScript } from '@nexus/runtime';
import type { Redis } from 'ioredis';
import { scripts } from '../lua.generated.ts';
import { ledgerFault } from './ledger-fault.ts';

export type LedgerScript = keyof typeof scripts;
export type RunScript = RunRedisScript<LedgerScript>;

/** How to run the ledger's scripts: with texts in the reply, or with bytes. Both reject with errors people can read. */
export type LedgerScripts = { run: RunScript; runForBytes: RunScript };

export function bindLedgerScripts(connection: Redis): LedgerScripts {
  const { run, runForBytes } = bindRedisScripts(connection, scripts);
  return { run: readable(run), runForBytes: readable(runForBytes) };
}

function readable(run: RunScript): RunScript {
  return async (...asked) => {
    try {
      return await run(...asked);
    } catch (error) {
      throw ledgerFault(error);
    }
  };
}
