import { rateLimitsInWindow, type LedgerLine, type SpentAmount } from '@nexus/finops';
import {
  circuitOf,
  createAnomalyStore,
  readAuditedFailure,
  readCircuits,
  readRateLimits,
  spentOfLine,
  type AnomalyStore,
  type RuleSources,
} from '@nexus/finops-ledger';
import type { connectRedis } from '@nexus/runtime';
import { readFile } from 'node:fs/promises';
import { failureWithCode } from '../failure-with-code.ts';
import { readLines } from './read-lines.ts';
import { readSpentRecord } from './read-spent-record.ts';
import type { WatchWords } from './watch-words.ts';

export type Redis = ReturnType<typeof connectRedis>;

/** What is read of the ledger: lines of a stretch of time in ms, the end left out. */
export type LineReader = { lines: (range: { from: number; to: number }) => AsyncIterable<LedgerLine> };

export type SourceOptions = {
  /** Absolute paths of files, instead of Redis. */
  ledgerFile: string | undefined;
  auditFile: string | undefined;
  circuitFile: string;
  redis: Redis | undefined;
  openLedger: (redis: Redis) => LineReader;
  /** Nothing may be remembered. */
  dryRun: boolean;
  now: number;
  words: WatchWords;
  note: (text: string) => void;
};

export type OpenedSources = RuleSources & {
  store: AnomalyStore | undefined;
  /** Records of the ledger's file that could not be read, so far. */
  skippedSpend: () => number;
};

/** The facts of the rules: files where they were given, else Redis. */
export function openSources(options: SourceOptions): OpenedSources {
  const { ledgerFile, auditFile, redis, words, note } = options;
  const store = redis === undefined ? undefined : createAnomalyStore(redis);
  let skipped = 0;

  async function* spentInFile(path: string): AsyncGenerator<SpentAmount> {
    for await (const line of readLines(path)) {
      const spent = readSpentRecord(line);
      if (spent === undefined) skipped += 1;
      else yield spent;
    }
  }

  async function* spentInRedis({ from, until }: { from: number; until: number }): AsyncGenerator<SpentAmount> {
    const ledger = options.openLedger(needed(redis));
    for await (const line of ledger.lines({ from, to: until })) yield spentOfLine(line);
  }

  const memory = store === undefined ? undefined : rememberUnless(options.dryRun, store);
  return {
    store,
    skippedSpend: () => skipped,
    spent: (window) => (ledgerFile === undefined ? spentInRedis(window) : spentInFile(ledgerFile)),
    rateLimits: (window) =>
      auditFile === undefined ? readRateLimits(needed(redis), window) : limitsInFile(auditFile, window),
    circuits: () => (redis === undefined ? circuitsOfFile(options) : readCircuits(redis)),
    ...(memory === undefined ? {} : { memory }),
  };

  async function circuitsOfFile({ circuitFile, now }: SourceOptions): ReturnType<RuleSources['circuits']> {
    const text = await readFile(circuitFile, 'utf8').catch(() => undefined);
    const circuits = text === undefined ? undefined : parseCircuits(text, circuitFile);
    note(circuits === undefined ? words.noCircuits : words.circuitsOfFile(circuitFile));
    return circuits === undefined ? undefined : { now: now / 1000, circuits };
  }
}

function parseCircuits(text: string, path: string): ReturnType<typeof circuitOf>[] {
  try {
    const entries = Object.entries(JSON.parse(text) as Record<string, Record<string, unknown>>);
    return entries.map(([provider, fields]) => circuitOf(provider, fields));
  } catch {
    throw failureWithCode('FILE_UNREADABLE', `${path} is not a file of circuits: it has to be one JSON object.`);
  }
}

async function limitsInFile(
  path: string,
  window: { from: number; until: number },
): ReturnType<RuleSources['rateLimits']> {
  const counted = rateLimitsInWindow(window);
  let skipped = 0;
  for await (const line of readLines(path)) {
    const record = readAuditedFailure(line);
    if (record === undefined) skipped += 1;
    else counted.add(record);
  }
  return { window: counted, skipped };
}

function rememberUnless(dryRun: boolean, store: AnomalyStore): NonNullable<RuleSources['memory']> {
  return dryRun ? { circuits: store.circuits, saveCircuits: () => Promise.resolve() } : store;
}

function needed(redis: Redis | undefined): Redis {
  if (redis !== undefined) return redis;
  throw failureWithCode('REDIS_UNREACHABLE', 'There is no Redis to read from. Set REDIS_URL, or give files.');
}
