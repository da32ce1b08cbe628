import { rateLimitsInWindow, type RateLimitWindow } from '@nexus/finops';
import type { Redis } from 'ioredis';
import { AUDIT_STREAM } from '../seal/audit-source.ts';
import { readAuditedFailure } from './read-audited-failure.ts';

const PAGE = 250;

/**
 * Counts the rate limits that the audit stream has of a window (milliseconds since 1970). `skipped` records could not be
 * read. Rejects when the store is away.
 */
export async function readRateLimits(
  redis: Redis,
  { from, until }: { from: number; until: number },
): Promise<{ window: RateLimitWindow; skipped: number }> {
  const window = rateLimitsInWindow({ from, until });
  let skipped = 0;
  // Entries are numbered by the time they were stored, which is never before the time they are about.
  let start = `${from}-0`;
  for (;;) {
    const entries = await redis.xrange(AUDIT_STREAM, start, '+', 'COUNT', PAGE);
    for (const [, fields] of entries) {
      const record = readAuditedFailure(fieldOf(fields, 'record'));
      if (record === undefined) skipped += 1;
      else window.add(record);
    }
    const last = entries.at(-1)?.[0];
    if (last === undefined || entries.length < PAGE) return { window, skipped };
    start = `(${last}`;
  }
}

function fieldOf(fields: readonly string[], name: string): string {
  const index = fields.findIndex((each, at) => at % 2 === 0 && each === name);
  return index === -1 ? '' : (fields[index + 1] ?? '');
}
