import { hash } from 'node:crypto';
import type { Redis } from 'ioredis';
import type { RecordSource, SealableEntry } from './record-source.ts';
import { removedFrom, trimUpTo } from './stream-trim.ts';

/** Where records of model calls wait to be sealed: one JSON object in the field `record` of each entry. */
export const AUDIT_STREAM = '{nexus}:llm-audit';

const PAGE = 250;

/**
 * The audit of model calls. An entry that is no JSON object is sealed too, as a record of type `unreadable` with its id and
 * the SHA-256 of what it held: nothing is left out, and nothing stops the chain.
 */
export function createAuditSource(redis: Redis): RecordSource {
  return {
    streams: () => Promise.resolve([AUDIT_STREAM]),
    async *after(stream, id) {
      let last = id;
      for (;;) {
        const page = await redis.xrange(stream, last === undefined ? '-' : `(${last}`, '+', 'COUNT', PAGE);
        for (const [entryId, fields] of page) yield entryOf(stream, entryId, fields);
        last = page.at(-1)?.[0] ?? last;
        if (page.length < PAGE) return;
      }
    },
    removed: (stream) => removedFrom(redis, stream),
    trim: (stream, id) => trimUpTo(redis, stream, id),
  };
}

function entryOf(stream: string, id: string, fields: string[]): SealableEntry {
  const written = Number(id.split('-')[0]);
  const text = fields[fields.indexOf('record') + 1] ?? '';
  const record = parseObject(text);
  if (record === undefined) {
    const facts = { entry: id, sha256: hash('sha256', fields.join('\n'), 'hex') };
    const replacement = { type: 'unreadable', ts_utc: new Date(written).toISOString(), ...facts };
    return { stream, id, record: replacement, ts: written, nano: 0n };
  }
  const told = Date.parse(typeof record['ts_utc'] === 'string' ? record['ts_utc'] : '');
  return { stream, id, record, ts: Number.isNaN(told) ? written : told, nano: 0n };
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    return isObject ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}
