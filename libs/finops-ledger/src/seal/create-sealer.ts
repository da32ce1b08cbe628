import { randomUUID } from 'node:crypto';
import type { Clock, Logger } from '@nexus/runtime';
import type { Redis } from 'ioredis';
import { createChainHead } from './chain-head.ts';
import type { ChainKind } from './chain-state.ts';
import type { RecordSource } from './record-source.ts';
import { createSealing } from './sealing.ts';

export type SealerOptions = {
  redis: Redis;
  kind: ChainKind;
  source: RecordSource;
  /** Folder of the chain's segments, absolute, e.g. `<data>/finops/ledger`; made when missing. */
  directory: string;
  /** Calendar day `YYYY-MM-DD` of an instant in ms, in the ledger's zone. */
  dayOf: (instant: number) => string;
  now: Clock;
  logger: Logger;
  /** A segment stays open so long after its day. Milliseconds. */
  graceMs?: number;
  /** Lines that are written, flushed and sealed together. */
  batch?: number;
  /** How long a sealer that says nothing keeps others away. Milliseconds. */
  leaseMs?: number;
  /** Days whose entries stay in Redis after they were sealed; undefined = nothing is ever trimmed. */
  hotDays?: number | undefined;
  newToken?: () => string;
};

/** What a run did. `more`: it stopped at its limit. `cut_lines`: unsealed lines behind the head of a run that was killed. */
export type SealRun =
  | {
      outcome: 'sealed';
      lines: number;
      /** Names of the segments that were closed. */
      closed: string[];
      /** Entries taken out of the streams. */
      trimmed: number;
      cut_lines: number;
      /** Entries that were trimmed from a stream before they were sealed; 0 also when Redis cannot tell. */
      lost: number;
      more: boolean;
      head: { count: number; hash: string };
    }
  | { outcome: 'busy'; free_in_ms: number };

export type SealRunOptions = {
  /** Seals at most about so many lines. */
  limit?: number;
  /** Told the lines sealed so far. */
  onProgress?: (lines: number) => void;
};

export type Sealer = { run: (options?: SealRunOptions) => Promise<SealRun> };

const GRACE_MS = 600_000;
const BATCH = 500;
const LEASE_MS = 60_000;

/**
 * Seals what is new in the streams: chains it, appends it to the segment of its day, and moves the head in Redis when it
 * is on disk. Any number of processes may run it; one seals and the others answer `busy`. A run may die anywhere: the
 * next one goes on with every entry sealed once. Rejects with the codes of SealErrorCode, and as Redis and the disk do;
 * what was sealed before stays sealed.
 */
export function createSealer(options: SealerOptions): Sealer {
  const { redis, kind, leaseMs = LEASE_MS, newToken = randomUUID } = options;
  const head = createChainHead(redis, kind, leaseMs);
  const sealing = createSealing({ graceMs: GRACE_MS, batch: BATCH, ...options });
  return {
    async run(runOptions = {}) {
      const taken = await head.take(newToken());
      if (!taken.taken) return { outcome: 'busy', free_in_ms: taken.freeInMs };
      const { lease } = taken;
      const isClean = { value: !lease.dirty };
      try {
        return await sealing.seal(lease, isClean, runOptions);
      } finally {
        // What cannot be released ends by itself, and the next sealer looks what was written.
        await lease.release(isClean.value).catch(() => undefined);
      }
    },
  };
}
