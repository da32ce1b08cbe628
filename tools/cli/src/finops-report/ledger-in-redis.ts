import { priceBookVersion, usdToNano } from '@nexus/finops';
import { createLedger, createLedgerSource, type Ledger, readChainState, readSpend } from '@nexus/finops-ledger';
import { type Environment, provideRedis } from '@nexus/local-redis';
import { connectRedis } from '@nexus/runtime';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { failureWithCode } from '../failure-with-code.ts';
import type { SpendFacts, SpendRequest, SpendSource } from './spend-source.ts';

type Redis = ReturnType<typeof connectRedis>;

/** More lines than these that wait to be sealed are not counted. */
const MOST_UNSEALED = 10_000;

/** Which ledger: REDIS_URL, else this machine's own. `reconcile`: also compare every line. `note`: for people. */
export interface LedgerInRedisOptions {
  readonly environment: Environment;
  readonly dataDirectory: string;
  readonly reconcile: boolean;
  readonly note: (text: string) => void;
}

/** The ledger in Redis. Rejects when Redis cannot be reached, and when a value of the ledger cannot be read. */
export function ledgerInRedis({ environment, dataDirectory, reconcile, note }: LedgerInRedisOptions): SpendSource {
  return async (request) => {
    const budget = dailyBudget(environment);
    const isNamed = (environment['REDIS_URL'] ?? '') !== '';
    // To start a Redis only to find nothing in it would be a strange way to say that nothing was spent.
    if (!isNamed && !existsSync(join(dataDirectory, 'redis'))) {
      note(
        `Nexus never ran with the data directory ${dataDirectory}: there is no ledger. Set REDIS_URL to read another.`,
      );
      return noLedger;
    }
    const provided = await provideRedis({ environment, dataDirectory, report: note });
    const redis = connectRedis({
      ...{ url: provided.url, purpose: 'request', name: 'nexus-finops-report' },
      // Commands that fail tell; the same outage need not be told twice.
      onError: () => undefined,
    });
    try {
      const ledger = createLedger(redis, { zone: request.zone, ...budget, now: Date.now });
      return await read({ redis, ledger, reconcile }, request);
    } finally {
      redis.disconnect();
      await provided.stop();
    }
  };
}

/** What there is where no ledger ever was. */
const noLedger: SpendFacts = {
  cells: [],
  budgets: [],
  quality: {
    ...{ source: 'ledger', expired: 0, late: 0, voided: 0, refused: 0, unsealed: 0, reconciled: null },
    ...{ price_books: [priceBookVersion], skipped_lines: 0 },
  },
};

type Opened = { redis: Redis; ledger: Ledger; reconcile: boolean };

async function read({ redis, ledger, reconcile }: Opened, request: SpendRequest): Promise<SpendFacts> {
  try {
    const facts = await readSpend(ledger, { ...request, reconcile });
    return { ...facts, quality: { ...facts.quality, unsealed: await countUnsealed(redis, ledger) } };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw failureWithCode('LEDGER_UNREADABLE', `The ledger in Redis cannot be read: ${why}`);
  }
}

async function countUnsealed(redis: Redis, ledger: Ledger): Promise<number> {
  const source = createLedgerSource(redis, ledger);
  const cursors: Record<string, string> = (await readChainState(redis, 'ledger'))?.cursors ?? {};
  let count = 0;
  for (const stream of await source.streams()) {
    for await (const { id } of source.after(stream, cursors[stream])) {
      count += id === '' ? 0 : 1;
      if (count >= MOST_UNSEALED) return count;
    }
  }
  return count;
}

/** The daily budget of everything, as the supervisor has it. */
function dailyBudget(environment: Environment): { dailyNano: bigint; softFraction: number; hardFraction: number } {
  const given = (name: string, standard: string): string => environment[name]?.trim() || standard;
  const fraction = (name: string, standard: string): number => {
    const value = Number(given(name, standard));
    if (value >= 0 && value <= 1) return value;
    throw failureWithCode('SETTINGS_INVALID', `${name} must be a number from 0 to 1, such as ${standard}.`);
  };
  const dailyNano = usdToNano(given('LLM_BUDGET_DAILY_USD', '20'));
  if (dailyNano === undefined) {
    throw failureWithCode('SETTINGS_INVALID', 'LLM_BUDGET_DAILY_USD must be an amount in USD such as 20 or 0.5.');
  }
  return {
    dailyNano,
    softFraction: fraction('LLM_BUDGET_SOFT_PCT', '0.8'),
    hardFraction: fraction('LLM_BUDGET_HARD_PCT', '1.0'),
  };
}
