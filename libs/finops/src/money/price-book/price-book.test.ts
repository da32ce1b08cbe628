import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { calcPrice } from '@pydantic/genai-prices';
import { costNano } from '../cost.ts';
import { priceBook, priceBookVersion } from './price-book.ts';
import type { PriceRow } from './price-row.ts';

/** The public data set's names. `zai` is the list in USD; its `zhipuai` is another list, converted from CNY. */
const providerIds: Readonly<Record<string, string>> = {
  anthropic: 'anthropic',
  gemini: 'google',
  glm: 'zai',
  openai: 'openai',
};

/** Where the data set (0.1.8, 23 September 2026) says something else, or nothing, and why the book is right. */
const differences: Readonly<Record<string, string>> = {
  'anthropic claude-haiku-5-5 2026-10-07': 'younger than the data set; the price is from its page of the provider',
  'anthropic claude-sonnet-5-5 2026-10-07':
    'the data set takes it for claude-sonnet-5 by its beginning; its cache reads became cheaper later',
  'glm glm-4.7 2025-01-01':
    'the data set has only the newest models of this provider; the price is from the list itself',
  'glm glm-5.3-flash 2026-09-10': 'the data set still has the price of the launch, and says that it ended',
};

/** A version for each content there ever was. */
const digests: Readonly<Record<string, string>> = {
  '2026-11-23': '3a5c2dd644d1f6e8',
};

const models = priceBook.rows.flatMap((row) =>
  row.models.map((model) => ({ id: `${row.provider} ${model} ${row.valid_from}`, row, model })),
);

describe('the price book', () => {
  test.each(models)('$id costs what the public data set says, or says why not', ({ id, row, model }) => {
    const agrees = samplesOf(row).every((usage) => {
      const theirs = theirNano(row, model, usage);
      return theirs !== undefined && Math.abs(Number(ourNano(row, model, usage)) - theirs) <= 1;
    });
    expect(agrees && hourAgrees(row, model) ? 'the same' : (differences[id] ?? 'differs without a reason')).toBe(
      differences[id] ?? 'the same',
    );
  });

  test('every difference that is excused exists, and is one', () => {
    expect(models.map(({ id }) => id)).toEqual(expect.arrayContaining(Object.keys(differences)));
    const excused = models.filter(({ id }) => Object.hasOwn(differences, id));
    const equal = excused.filter(({ row, model }) =>
      samplesOf(row).every((usage) => theirNano(row, model, usage) === Number(ourNano(row, model, usage))),
    );
    expect(equal).toEqual([]);
  });

  test('has the default model of every provider', () => {
    const defaults = [
      ['gemini', 'gemini-3-flash-preview'],
      ['openai', 'gpt-5.2'],
      ['anthropic', 'claude-sonnet-4-5-20250929'],
      ['glm', 'glm-4.7'],
    ] as const;
    const sources = defaults.map(([provider, model]) => priceBook.find(provider, model, Date.parse(priceBookVersion)));
    expect(sources).toMatchObject(defaults.map(() => ({ source: 'book', version: priceBookVersion })));
  });

  test('a longer prompt is never cheaper a token', () => {
    for (const { row, model } of models) {
      const price = priceBook.find(row.provider, model, Date.parse(row.valid_from));
      const steps = price === undefined ? [] : [price, ...price.tiers];
      for (const name of ['input', 'cache_read', 'cache_write', 'output'] as const) {
        const amounts = steps.map((step) => step[name]);
        expect(amounts).toEqual([...amounts].sort((left, right) => Number(left - right)));
      }
    }
  });

  test('rows name a public list', () => {
    for (const { source } of priceBook.rows) expect(new URL(source).protocol).toBe('https:');
  });

  test('changed rows have a new version: set priceBookVersion to the day, and add its digest here', () => {
    const digest = createHash('sha256').update(models.map(textOf).sort().join('\n')).digest('hex').slice(0, 16);
    expect({ [priceBookVersion]: digest }).toEqual({ [priceBookVersion]: digests[priceBookVersion] });
    expect(Object.keys(digests).sort().at(-1)).toBe(priceBookVersion);
    expect(new Set(Object.values(digests)).size).toBe(Object.keys(digests).length);
  });
});

/** Everything costs are counted with. */
function textOf({ id, row, model }: (typeof models)[number]): string {
  const price = priceBook.find(row.provider, model, Date.parse(row.valid_from));
  return `${id} ${JSON.stringify(price, (name, value: unknown) => (name === 'version' ? undefined : told(value)))}`;
}

function told(value: unknown): unknown {
  return typeof value === 'bigint' ? value.toString() : value;
}

type Usage = Parameters<typeof costNano>[0];

/** Every bucket, alone and together, below, at and above every border of a tier. */
function samplesOf({ long_context }: PriceRow): Usage[] {
  const bounds = (long_context ?? []).map(({ above_input_tokens }) => above_input_tokens);
  const prompts = [0, 1, 40_000, 1_000_000, ...bounds.flatMap((bound) => [bound, bound + 1])];
  return prompts.flatMap((prompt) => {
    const part = Math.floor(prompt / 4);
    return [
      { input: prompt, cache_read: 0, cache_write: 0, output: 700, reasoning: 300 },
      { input: 0, cache_read: prompt, cache_write: 0, output: 1, reasoning: 0 },
      { input: 0, cache_read: 0, cache_write: prompt, output: 0, reasoning: 0 },
      { input: prompt - 3 * part, cache_read: part, cache_write: 2 * part, output: 64_000, reasoning: 0 },
    ];
  });
}

function ourNano(row: PriceRow, model: string, usage: Usage): bigint {
  const price = priceBook.find(row.provider, model, Date.parse(row.valid_from));
  if (price === undefined) throw new Error('The book does not find its own row.');
  return costNano(usage, price);
}

function theirNano(row: PriceRow, model: string, usage: Usage): number | undefined {
  const { input, cache_read, cache_write, output, reasoning } = usage;
  const counts = {
    input_tokens: input + cache_read + cache_write,
    cache_read_tokens: cache_read,
    cache_write_tokens: cache_write,
    output_tokens: output + reasoning,
  };
  const theirs = theirPrice(row, model, counts);
  return theirs === null ? undefined : Math.round(theirs.total_price * 1e9);
}

/** Writing for an hour is in no cost, but on the list. */
function hourAgrees(row: PriceRow, model: string): boolean {
  const theirs = theirPrice(row, model, {})?.model_price['cache_write_1h_mtok'];
  const [base, tier] = typeof theirs === 'object' ? [theirs.base, theirs.tiers[0]?.price] : [theirs, undefined];
  return amount(row.cache_write_1h) === base && amount(row.long_context?.[0]?.cache_write_1h) === tier;
}

function theirPrice({ provider, valid_from }: PriceRow, model: string, counts: Record<string, number>) {
  const timestamp = new Date(`${valid_from}T00:00:00Z`);
  return calcPrice(counts, model, { providerId: providerIds[provider] ?? provider, timestamp });
}

function amount(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Number(text);
}
