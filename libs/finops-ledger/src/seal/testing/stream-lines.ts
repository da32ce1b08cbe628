import type { LedgerLine } from '@nexus/finops';
import type { Redis } from 'ioredis';
import type { LineSource } from '../ledger-source.ts';

/** A line of a ledger; `over` says what matters to the test. */
export function ledgerLine(over: Partial<LedgerLine> = {}): LedgerLine {
  return {
    id: '',
    kind: 'settle',
    ts: 1_767_225_600_000,
    day: '2026-01-01',
    reservation_id: 'r',
    task_id: null,
    fp: '0123456789abcdef',
    key_id: 'default',
    estimated_nano: 2_000n,
    actual_nano: 1_000n,
    list_nano: 1_500n,
    approx: false,
    wasted: false,
    price_source: 'book',
    latency_ms: 12,
    budget_reason: 'ok',
    provider: 'glm',
    model: 'glm-4.7',
    purpose: 'ops',
    team: '운영',
    project: 'nexus',
    input: 1,
    cache_read: 0,
    cache_write: 0,
    output: 1,
    reasoning: 0,
    ...over,
  };
}

/** Writes lines as the ledger does, a stream for each month of their days; the ids are the lines' own. */
export async function writeLines(redis: Redis, lines: LedgerLine[]): Promise<void> {
  const pipeline = redis.pipeline();
  for (const line of lines) {
    const text = JSON.stringify(line, (_name, value: unknown) => (typeof value === 'bigint' ? `${value}n` : value));
    pipeline.xadd(`{nexus}:ledger:${line.day.slice(0, 7)}`, line.id, 'line', text);
  }
  for (const [error] of (await pipeline.exec()) ?? []) if (error !== null) throw error;
}

/** Reads such lines. */
export function streamLines(redis: Redis): LineSource {
  return {
    async months() {
      return (await redis.keys('{nexus}:ledger:*')).map((key) => key.slice(-7)).sort();
    },
    async *lines({ month, after }) {
      let last = after;
      for (;;) {
        const start = last === undefined ? '-' : `(${last}`;
        const page = await redis.xrange(`{nexus}:ledger:${month}`, start, '+', 'COUNT', 50);
        for (const [id, [, text = '']] of page) yield { ...parse(text), id };
        last = page.at(-1)?.[0] ?? last;
        if (page.length === 0) return;
      }
    },
  };
}

function parse(text: string): LedgerLine {
  return JSON.parse(text, (_name, value: unknown) =>
    typeof value === 'string' && /^-?\d+n$/.test(value) ? BigInt(value.slice(0, -1)) : value,
  ) as LedgerLine;
}
