import type { LedgerLine, SpendTags } from '@nexus/finops';
import type { Redis } from 'ioredis';
import { corruptValue } from './ledger-fault.ts';
import { ledgerKeys } from './ledger-keys.ts';

/** What the number of a combination stands for. `key_id` and `price_source` are empty for answers from the cache. */
export type Combination = SpendTags & { key_id: string; price_source: LedgerLine['price_source'] };

/** Numbers of combinations as they stand in lines and cells. They are only ever added, so what was read stays true. */
export type Combinations = {
  /** Reads what was added since. Call it after reading the lines or cells whose numbers are to be looked up. */
  refresh(): Promise<void>;
  /** Throws for a number that no combination has. */
  get(number: number): Combination;
  /** Its text as combinationText writes it; undefined for a number that no combination has. */
  nameOf(number: number): string | undefined;
  /** The lowest number of a text, if it has one. */
  numberOf(name: string): number | undefined;
};

/** Opens them on a connection. About 500 bytes each in memory, 21,000 at most. */
export function createCombinations(redis: Redis): Combinations {
  const known: Combination[] = [];
  const names: string[] = [];
  const numbers = new Map<string, number>();
  function add(text: string, number: number): void {
    const combination = readCombination(text);
    const { provider, model, purpose, team, project, key_id, price_source } = combination;
    const name = JSON.stringify([provider, model, purpose, team, project, key_id, price_source]);
    known[number - 1] = combination;
    names[number - 1] = name;
    if (!numbers.has(name)) numbers.set(name, number);
  }
  return {
    async refresh() {
      const from = known.length;
      const added = await redis.lrange(ledgerKeys.combinations, from, -1);
      // Two refreshes at once read the same ones.
      for (const [index, text] of added.entries()) if (from + index >= known.length) add(text, from + index + 1);
    },
    get(number) {
      const combination = known[number - 1];
      if (combination === undefined) throw corruptValue(ledgerKeys.combinations, String(number));
      return combination;
    },
    nameOf: (number) => names[number - 1],
    numberOf: (name) => numbers.get(name),
  };
}

/** Reads the text of a combination. Throws when something else stands there. */
export function readCombination(text: string): Combination {
  const parts = partsOf(text);
  const [provider, model, purpose, team, project, key_id, price_source] = parts;
  if (parts.length !== 7 || !parts.every((part) => typeof part === 'string')) {
    throw corruptValue(ledgerKeys.combinations);
  }
  return { provider, model, purpose, team, project, key_id, price_source } as Combination;
}

function partsOf(text: string): unknown[] {
  try {
    const parts = JSON.parse(text) as unknown;
    return Array.isArray(parts) ? parts : [];
  } catch {
    return [];
  }
}
