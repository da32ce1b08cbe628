import { Redis } from 'ioredis';
import { createLedger, type LedgerOptions } from '../ledger/create-ledger.ts';
import type { Ledger, ReserveRequest, Settlement } from '../ledger/ledger.ts';

/** A ledger on a Redis of a test's own. The daily budget is 1,000,000 USD unless told. */
export type LedgerFixture = {
  redis: Redis;
  ledger: Ledger;
  /** Another ledger on the same connection, with other options. */
  open(options?: Partial<LedgerOptions>): Ledger;
  /** Makes an open reservation expire now, whatever its lifetime. */
  age(reservationId: string): Promise<void>;
  close(): void;
};

/** Opens an empty ledger on the server at `url`: everything else there is removed. */
export async function openLedger(url: string, options: Partial<LedgerOptions> = {}): Promise<LedgerFixture> {
  const redis = new Redis(url, { maxRetriesPerRequest: null, disconnectTimeout: 100 });
  redis.on('error', () => undefined);
  await redis.flushall();
  const open = (over: Partial<LedgerOptions> = {}): Ledger =>
    createLedger(redis, {
      zone: 'UTC',
      dailyNano: 1_000_000_000_000_000n,
      softFraction: 0.8,
      hardFraction: 1,
      now: Date.now,
      ...options,
      ...over,
    });
  return {
    redis,
    ledger: open(),
    open,
    async age(id) {
      await redis.zadd('{nexus}:spend:holds', 'XX', 1, id);
    },
    close: () => redis.disconnect(),
  };
}

/** A request of a test, two minutes long. */
export function request(id: string, estimate: bigint, over: Partial<ReserveRequest> = {}): ReserveRequest {
  const tags = { team: 'ops', project: 'nexus', purpose: 'chat' };
  return { reservation_id: id, estimate_nano: estimate, tags, lifetime_s: 120, ...over };
}

/** A settlement of a test; `reserved_at` is now unless told. */
export function cost(actual: bigint, over: Partial<Settlement> = {}): Settlement {
  return {
    reserved_at: Date.now(),
    estimate_nano: actual,
    actual_nano: actual,
    list_nano: actual,
    provider: 'gemini',
    model: 'gemini-3-flash-preview',
    tags: { team: 'ops', project: 'nexus', purpose: 'chat' },
    usage: { input: 100, cache_read: 20, cache_write: 0, output: 30, reasoning: 5 },
    approx: false,
    wasted: false,
    price_source: 'book',
    key_id: 'gemini-1',
    fp: 'a1b2c3d4e5f60718',
    task_id: null,
    latency_ms: 1200,
    budget_reason: 'ok',
    ...over,
  };
}
