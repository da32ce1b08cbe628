import { AUDIT_STREAM } from '@nexus/finops-ledger';
import { bindRedisScripts, type Logger } from '@nexus/runtime';
import type { Redis } from 'ioredis';

/** Keeps records in order. `write` never waits or throws; `flush` resolves when what was written is stored or given up. */
export type AuditSink = { write: (record: Record<string, unknown>) => void; flush: () => Promise<void> };

type AuditStreamOptions = {
  redis: Redis;
  logger: Logger;
  /** Calls back after about so many milliseconds; must not keep the process alive. */
  later: (run: () => void, milliseconds: number) => void;
};

/** Some 60 MB: the reader that empties the stream may be away for a while. */
const MOST_ENTRIES = 100_000;
/** Records that wait while Redis is away; older ones are given up, in public. */
const MOST_WAITING = 10_000;
/** Some 20 kB. Node encodes a text that it writes into a block of three times its length: large batches need large blocks. */
const MOST_AT_ONCE = 50;
const BATCH_MS = 25;
const AGAIN_MS = 1000;

/** One command for a batch: a command for each record is most of what a record costs. */
const APPEND = `
for i = 2, #ARGV do redis.call('XADD', KEYS[1], 'MAXLEN', '~', ARGV[1], '*', 'record', ARGV[i]) end`;

/**
 * Appends records in batches, so that no caller waits for them. What could not be stored is tried again: after an outage a
 * record may stand there twice, because nobody knows whether the first try was done.
 */
export function createAuditStream({ redis, logger, later }: AuditStreamOptions): AuditSink {
  const { run } = bindRedisScripts(redis, { appendRecords: { keys: 1, lua: APPEND } });
  let waiting: Record<string, unknown>[] = [];
  let lost = 0;
  let planned = false;
  let storing: Promise<boolean> | undefined;

  function plan(milliseconds: number): void {
    if (planned) return;
    planned = true;
    later(() => {
      planned = false;
      void flush();
    }, milliseconds);
  }

  async function flush(): Promise<void> {
    while (storing !== undefined) await storing;
    while (waiting.length > 0) {
      storing = store(waiting.splice(0, MOST_AT_ONCE));
      const stored = await storing;
      storing = undefined;
      if (!stored) return plan(AGAIN_MS);
    }
  }

  async function store(batch: Record<string, unknown>[]): Promise<boolean> {
    try {
      await run('appendRecords', [AUDIT_STREAM], MOST_ENTRIES, ...batch.map((record) => JSON.stringify(record)));
      reportLost();
      return true;
    } catch (error) {
      keep([...batch, ...waiting]);
      logger.warn('Audit records wait: they cannot be stored now', {
        event: 'LLM_AUDIT_WAITS',
        waiting: waiting.length,
        error,
      });
      return false;
    }
  }

  function keep(records: Record<string, unknown>[]): void {
    const over = Math.max(0, records.length - MOST_WAITING);
    lost += over;
    waiting = over === 0 ? records : records.slice(over);
  }

  function reportLost(): void {
    if (lost === 0) return;
    logger.error('Audit records were given up: too many waited for the store', { event: 'LLM_AUDIT_LOST', lost });
    lost = 0;
  }

  return {
    write(record) {
      waiting.push(record);
      if (waiting.length > MOST_WAITING) keep(waiting);
      if (waiting.length === MOST_AT_ONCE) void flush();
      else plan(BATCH_MS);
    },
    flush,
  };
}

/** LLM_AUDIT_ENABLED=false. */
export const noAudit: AuditSink = { write: () => undefined, flush: () => Promise.resolve() };
