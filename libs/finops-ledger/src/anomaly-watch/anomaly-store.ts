import type { CircuitMemory, SeriesState } from '@nexus/finops';
import { bindRelease } from '@nexus/runtime';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { readOpenEpisode, readSeries, writeSeries, type OpenEpisode } from './series-text.ts';

/**
 * What the watch remembers between two runs, in Redis under `{nexus}:anomaly:`, for all processes. What cannot be read
 * back is forgotten: it is learned anew. Methods reject when the store is away.
 */
export type AnomalyStore = {
  /** True for one process at a time; the lease ends by itself when its process dies. */
  lease: (owner: string) => Promise<boolean>;
  release: (owner: string) => Promise<void>;
  /** The last whole hour that was taken in, seconds since 1970. */
  hour: () => Promise<number | undefined>;
  series: () => Promise<Map<string, SeriesState>>;
  seriesOf: (scopes: readonly string[]) => Promise<Map<string, SeriesState>>;
  /** Writes everything of a run at once: the series that changed, those that are gone, the hour, the open episodes. */
  save: (changes: SeriesChanges) => Promise<void>;
  episodes: () => Promise<OpenEpisode[]>;
  /** Scopes that people know of, until a second since 1970. Those that are over are gone. */
  muted: (now: number) => Promise<Map<string, number>>;
  mute: (scope: string, until: number) => Promise<void>;
  /** False when it was not muted. */
  unmute: (scope: string) => Promise<boolean>;
  /** Kinds of what the rules found at the last look, and how many of each; nothing when that was long ago. */
  found: () => Promise<Map<string, number>>;
  saveFound: (counts: ReadonlyMap<string, number>) => Promise<void>;
  circuits: () => Promise<Map<string, CircuitMemory>>;
  saveCircuits: (memory: ReadonlyMap<string, CircuitMemory>) => Promise<void>;
};

export type SeriesChanges = {
  series: readonly SeriesState[];
  dropped?: readonly string[];
  hour?: number | undefined;
  /** All open episodes; they take the place of those before. */
  episodes: readonly OpenEpisode[];
};

const PREFIX = '{nexus}:anomaly:';
const PAGE = 50;
const LEASE_SECONDS = 300;
/** Longer than the history: what nobody wrote for so long says nothing any more. */
const KEPT_SECONDS = 36 * 86_400;
const FOUND_SECONDS = 900;
const CIRCUITS_SECONDS = 2 * 86_400;

const memorySchema = z.object({ since: z.number(), first_fail_ts: z.number(), open_until: z.number() });

/** The store all supervisors and the command share. */
export function createAnomalyStore(redis: Redis): AnomalyStore {
  const key = (name: string) => PREFIX + name;
  const release = bindRelease(redis);
  return {
    lease: async (owner) => (await redis.set(key('lease'), owner, 'EX', LEASE_SECONDS, 'NX')) === 'OK',
    release: (owner) => release(key('lease'), owner),
    async hour() {
      const hour = Number((await redis.get(key('hour'))) ?? Number.NaN);
      return Number.isSafeInteger(hour) ? hour : undefined;
    },
    async series() {
      const series = new Map<string, SeriesState>();
      let cursor = '0';
      // In pages: to read all of them at once would keep the process from everything else for too long.
      do {
        const [next, entries] = await redis.hscan(key('series'), cursor, 'COUNT', PAGE);
        for (const [scope, state] of readAll(entries.filter((_, index) => index % 2 === 1))) series.set(scope, state);
        cursor = next;
      } while (cursor !== '0');
      return series;
    },
    async seriesOf(scopes) {
      return scopes.length === 0 ? new Map() : readAll(await redis.hmget(key('series'), ...scopes));
    },
    async save({ series, dropped = [], hour, episodes }) {
      const pipeline = redis.multi();
      if (series.length > 0) {
        pipeline.hset(key('series'), Object.fromEntries(series.map((each) => [each.scope, writeSeries(each)])));
        pipeline.expire(key('series'), KEPT_SECONDS);
      }
      if (dropped.length > 0) pipeline.hdel(key('series'), ...dropped);
      if (hour !== undefined) pipeline.set(key('hour'), hour, 'EX', KEPT_SECONDS);
      pipeline.del(key('episodes'));
      if (episodes.length > 0) {
        pipeline.hset(
          key('episodes'),
          Object.fromEntries(episodes.map((each) => [each.episode.id, JSON.stringify(each)])),
        );
        pipeline.expire(key('episodes'), KEPT_SECONDS);
      }
      await pipeline.exec();
    },
    async episodes() {
      const texts = Object.values(await redis.hgetall(key('episodes')));
      return texts.map(readOpenEpisode).filter((each) => each !== undefined);
    },
    async muted(now) {
      const entries = Object.entries(await redis.hgetall(key('muted'))).map(([scope, until]) => [scope, Number(until)]);
      return new Map((entries as [string, number][]).filter(([, until]) => until > now));
    },
    mute: async (scope, until) => void (await redis.hset(key('muted'), scope, until)),
    unmute: async (scope) => (await redis.hdel(key('muted'), scope)) === 1,
    async found() {
      const counts = Object.entries(await redis.hgetall(key('found')));
      return new Map(counts.map(([kind, count]) => [kind, Number(count) || 0]));
    },
    async saveFound(counts) {
      const pipeline = redis.multi().del(key('found'));
      if (counts.size > 0) pipeline.hset(key('found'), Object.fromEntries(counts)).expire(key('found'), FOUND_SECONDS);
      await pipeline.exec();
    },
    async circuits() {
      const memory = new Map<string, CircuitMemory>();
      for (const [provider, text] of Object.entries(await redis.hgetall(key('circuits')))) {
        const read = memorySchema.safeParse(parseJson(text));
        if (read.success) memory.set(provider, read.data);
      }
      return memory;
    },
    async saveCircuits(memory) {
      const pipeline = redis.multi().del(key('circuits'));
      if (memory.size > 0) {
        const texts = [...memory].map(([provider, each]) => [provider, JSON.stringify(each)] as const);
        pipeline.hset(key('circuits'), Object.fromEntries(texts)).expire(key('circuits'), CIRCUITS_SECONDS);
      }
      await pipeline.exec();
    },
  };
}

function readAll(texts: readonly (string | null)[]): Map<string, SeriesState> {
  const series = texts.map(readSeries).filter((each) => each !== undefined);
  return new Map(series.map((each) => [each.scope, each]));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
