import { costRecord, type LedgerLine } from '@nexus/finops';
import type { Redis } from 'ioredis';
import { ledgerKeys } from '../ledger/ledger-keys.ts';
import type { RecordSource } from './record-source.ts';
import { removedFrom, trimUpTo } from './stream-trim.ts';

/** What the sealer needs of the ledger: its lines, month by month, in the order in which they were written. */
export type LineSource = {
  /** The months that have lines, `YYYY-MM`, oldest first. A month may still get lines days after it ended. */
  months: () => Promise<string[]>;
  lines: (range: { month: string; after?: string }) => AsyncIterable<LedgerLine>;
};

/** The cost ledger, as records of contract 10.1. A line that cannot be read stops the sealer with the ledger's error. */
export function createLedgerSource(redis: Redis, ledger: LineSource): RecordSource {
  return {
    async streams() {
      return (await ledger.months()).map(ledgerKeys.lines).sort();
    },
    async *after(stream, id) {
      const month = stream.slice(ledgerKeys.lines('').length);
      for await (const line of ledger.lines({ month, ...(id === undefined ? {} : { after: id }) })) {
        yield { stream, id: line.id, record: costRecord(line), ts: line.ts, nano: line.actual_nano };
      }
    },
    removed: (stream) => removedFrom(redis, stream),
    trim: (stream, id) => trimUpTo(redis, stream, id),
  };
}
