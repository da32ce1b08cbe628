import { bindRedisScripts, bindRelease } from '@nexus/runtime';
import type { Redis } from 'ioredis';
import type { Alert } from './alert.ts';
import { ALERT_FIELD } from './alert-of-entry.ts';

/** Every key of waiting alerts. Scripts that move letters append to `stream` in the same step. */
export const ALERT_KEYS = {
  stream: '{nexus}:alerts',
  retries: '{nexus}:alerts:retries',
  dead: '{nexus}:alerts:dead',
  lease: '{nexus}:alerts:lease:',
} as const;

/** A waiting alert. `tries` failed so far, the next is due at `dueAt` (epoch ms). */
export type AlertEntry = { id: string; fields: Record<string, string>; tries: number; dueAt: number };

/** Why an alert was given up, and how many tries failed. */
export type Burial = { why: string; tries: number };

/** Waiting alerts over every supervisor. Methods reject when the store is away. */
export type AlertStream = {
  /** Returns the id of the entry. */
  append(alert: Alert, at: number): Promise<string>;
  /** The entries that are still there, in the order of the ids. */
  read(ids: readonly string[]): Promise<AlertEntry[]>;
  /** At most `count` entries behind `after` ('' = from the first), oldest first. */
  page(after: string, count: number): Promise<AlertEntry[]>;
  /** Takes the entry for LEASE_SECONDS; false when somebody else has it. */
  lease(id: string, owner: string): Promise<boolean>;
  unlease(id: string, owner: string): Promise<void>;
  /** Nothing is left to do with the entry; ends the lease. */
  done(id: string): Promise<void>;
  /** The entry waits for its next try; ends the lease. Nothing happens when the lease is somebody else's by now. */
  retry(entry: AlertEntry, owner: string): Promise<void>;
  /** Moves the entry to the dead ones; otherwise like `retry`. */
  bury(entry: AlertEntry, { owner, burial }: { owner: string; burial: Burial }): Promise<void>;
  counts(): Promise<{ waiting: number; dead: number }>;
};

/** Longer than a delivery can take, so that one entry is delivered by one process at a time. */
export const LEASE_SECONDS = 30;
/** An entry nobody tried within this time lost the request that made it. */
export const UNTRIED_DUE_MS = 30_000;
const MOST_DEAD = 1000;
const MOST_DEAD_TEXT = 16_000;

/** KEYS 1 lease, 2 retries · ARGV 1 owner, 2 entry id, 3 tries and due time */
const retryScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return end
redis.call('HSET', KEYS[2], ARGV[2], ARGV[3])
redis.call('DEL', KEYS[1])`;

/** KEYS 1 lease, 2 retries, 3 stream, 4 dead · ARGV 1 owner, 2 entry id, 3 how many are kept, 4.. fields of the dead entry */
const buryScript = `
if redis.call('GET', KEYS[1]) ~= ARGV[1] then return end
if redis.call('XDEL', KEYS[3], ARGV[2]) == 1 then
  redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[3], '*', unpack(ARGV, 4))
end
redis.call('HDEL', KEYS[2], ARGV[2])
redis.call('DEL', KEYS[1])`;

/** Opens the stream on a connection for requests. */
export function openAlertStream(redis: Redis): AlertStream {
  const { stream, retries, dead } = ALERT_KEYS;
  const release = bindRelease(redis);
  const { run } = bindRedisScripts(redis, {
    retryAlert: { keys: 2, lua: retryScript },
    buryAlert: { keys: 4, lua: buryScript },
  });

  async function withTries(rows: [id: string, fields: string[]][]): Promise<AlertEntry[]> {
    if (rows.length === 0) return [];
    const written = await redis.hmget(retries, ...rows.map(([id]) => id));
    return rows.map(([id, list], index) => entryOf({ id, fields: fieldsOf(list) }, written[index]));
  }

  return {
    async append(alert, at) {
      const fields = ['event', alert.event, 'at', at, ALERT_FIELD, JSON.stringify(alert)];
      return String(await redis.xadd(stream, '*', ...fields));
    },
    async read(ids) {
      const found = await Promise.all(ids.filter(isEntryId).map((id) => redis.xrange(stream, id, id)));
      return withTries(found.flat());
    },
    async page(after, count) {
      return withTries(await redis.xrange(stream, after === '' ? '-' : `(${after}`, '+', 'COUNT', count));
    },
    async lease(id, owner) {
      return (await redis.set(ALERT_KEYS.lease + id, owner, 'EX', LEASE_SECONDS, 'NX')) === 'OK';
    },
    unlease: (id, owner) => release(ALERT_KEYS.lease + id, owner),
    async done(id) {
      const results = await redis
        .multi()
        .xdel(stream, id)
        .hdel(retries, id)
        .del(ALERT_KEYS.lease + id)
        .exec();
      const failed = results?.find(([error]) => error !== null)?.[0];
      if (failed) throw failed;
    },
    async retry({ id, tries, dueAt }, owner) {
      await run('retryAlert', [ALERT_KEYS.lease + id, retries], owner, id, `${tries}:${dueAt}`);
    },
    async bury({ id, fields }, { owner, burial }) {
      const written = JSON.stringify(fields).slice(0, MOST_DEAD_TEXT);
      const facts = ['entry', id, 'why', burial.why, 'tries', burial.tries, 'fields', written];
      await run('buryAlert', [ALERT_KEYS.lease + id, retries, stream, dead], owner, id, MOST_DEAD, ...facts);
    },
    async counts() {
      const [waiting, buried] = await Promise.all([redis.xlen(stream), redis.xlen(dead)]);
      return { waiting, dead: buried };
    },
  };
}

function isEntryId(id: string): boolean {
  return /^\d{1,20}-\d{1,20}$/.test(id);
}

function fieldsOf(list: readonly string[]): Record<string, string> {
  const pairs = Array.from({ length: list.length / 2 }, (_, index) => [
    list[2 * index] ?? '',
    list[2 * index + 1] ?? '',
  ]);
  return Object.fromEntries(pairs) as Record<string, string>;
}

function entryOf({ id, fields }: Pick<AlertEntry, 'id' | 'fields'>, written: string | null | undefined): AlertEntry {
  const [tries = 0, dueAt = Number.NaN] = written?.split(':').map(Number) ?? [];
  if (Number.isFinite(tries) && Number.isFinite(dueAt)) return { id, fields, tries, dueAt };
  const at = Number(fields['at']);
  const storedAt = Number(id.split('-')[0]);
  // `at` is by the clock that is compared with; one in the future must not put an alert off for ever.
  const madeAt = Number.isFinite(at) ? Math.min(at, storedAt) : storedAt;
  return { id, fields, tries: 0, dueAt: madeAt + UNTRIED_DUE_MS };
}
