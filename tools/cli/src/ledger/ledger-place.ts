import { existsSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { type Calendar, createCalendar } from '@nexus/finops';
import { chainDirectory, type ChainKind } from '@nexus/finops-ledger';
import { type ProvidedRedis, provideRedis } from '@nexus/local-redis';
import { connectRedis } from '@nexus/runtime';
import type { CommandContext } from '../command.ts';
import { failureWithCode } from '../failure-with-code.ts';
import { settingsVariables } from '../settings.ts';
import { stackSettings } from '../stack/stack-settings.ts';

/** Where the ledger of this installation is. Paths are absolute. */
export interface LedgerPlace {
  readonly dataDirectory: string;
  readonly calendar: Calendar;
  readonly segmentsOf: (kind: ChainKind) => string;
  readonly standardExport: (kind: ChainKind) => string;
}

const EXPORTS = { ledger: 'LLM_COST_LEDGER_PATH', audit: 'LLM_AUDIT_LOG_PATH' } as const satisfies Record<
  ChainKind,
  string
>;

/** Reads NEXUS_DATA_DIR, FINOPS_TZ and the paths of the exports. Throws SETTINGS_INVALID. */
export function ledgerPlace({ environment, root }: CommandContext): LedgerPlace {
  const { dataDirectory } = stackSettings(environment, root);
  const zone = environment['FINOPS_TZ']?.trim() || 'UTC';
  return {
    dataDirectory,
    calendar: calendarOf(zone),
    segmentsOf: (kind) => chainDirectory(dataDirectory, kind),
    standardExport(kind) {
      const name = EXPORTS[kind];
      const path = environment[name]?.trim() || settingsVariables[name].default;
      return isAbsolute(path) ? path : join(dataDirectory, path);
    },
  };
}

function calendarOf(zone: string): Calendar {
  try {
    return createCalendar(zone);
  } catch {
    const message = `FINOPS_TZ must be a time zone such as UTC or Asia/Seoul, not ${JSON.stringify(zone.slice(0, 100))}.`;
    throw failureWithCode('SETTINGS_INVALID', message);
  }
}

/** A connection to Redis. */
export type Redis = ReturnType<typeof connectRedis>;

/** A connection that is closed by `close`, which also ends a Redis that was started for it. */
export interface LedgerRedis {
  readonly redis: Redis;
  readonly close: () => Promise<void>;
}

/**
 * The Redis of this installation: REDIS_URL, else the local one, which is started when it is not running and stopped
 * again. Rejects with a sentence for people when it cannot be reached.
 */
export async function openRedis(
  { environment }: CommandContext,
  { dataDirectory, report }: { dataDirectory: string; report: (line: string) => void },
): Promise<LedgerRedis> {
  const provided: ProvidedRedis = await provideRedis({ environment, dataDirectory, report });
  // Commands that fail tell; the same outage need not be told twice.
  const onError = (): void => undefined;
  const redis = connectRedis({ url: provided.url, purpose: 'request', name: 'nexus-ledger', onError });
  return {
    redis,
    async close() {
      redis.disconnect();
      await provided.stop();
    },
  };
}

/** Whether there can be data in Redis at all: a local one that never ran is not started to find nothing. */
export function mayHaveRedis({ environment }: CommandContext, dataDirectory: string): boolean {
  return (environment['REDIS_URL'] ?? '') !== '' || existsSync(join(dataDirectory, 'redis'));
}
