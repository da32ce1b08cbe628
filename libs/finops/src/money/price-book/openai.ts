import { SINCE_RELEASE, type ListPrices, type PriceRow } from './price-row.ts';

const provider = 'openai';
const source = 'https://developers.openai.com/api/docs/pricing';
const changes = 'https://developers.openai.com/api/docs/changelog';
const since = { provider, valid_from: SINCE_RELEASE, source };

/** The list has the lower prices for prompts of fewer than 272,000 tokens. */
function above272k(prices: ListPrices): { long_context: NonNullable<PriceRow['long_context']> } {
  return { long_context: [{ above_input_tokens: 271_999, ...prices }] };
}

/** Before 5.6 writing the cache costs what input costs. */
export const openaiPrices: readonly PriceRow[] = [
  { ...since, models: ['gpt-4.1', 'gpt-4.1-2025-04-14'], input: '2', cache_read: '0.5', output: '8' },
  { ...since, models: ['gpt-4.1-mini', 'gpt-4.1-mini-2025-04-14'], input: '0.4', cache_read: '0.1', output: '1.6' },
  { ...since, models: ['gpt-4.1-nano', 'gpt-4.1-nano-2025-04-14'], input: '0.1', cache_read: '0.025', output: '0.4' },
  { ...since, models: ['gpt-5', 'gpt-5-2025-08-07'], input: '1.25', cache_read: '0.125', output: '10' },
  { ...since, models: ['gpt-5-mini', 'gpt-5-mini-2025-08-07'], input: '0.25', cache_read: '0.025', output: '2' },
  { ...since, models: ['gpt-5-nano', 'gpt-5-nano-2025-08-07'], input: '0.05', cache_read: '0.005', output: '0.4' },
  { ...since, models: ['gpt-5.1', 'gpt-5.1-2025-11-13'], input: '1.25', cache_read: '0.125', output: '10' },
  {
    ...since,
    models: ['gpt-5.2', 'gpt-5.2-2025-12-11', 'gpt-5.2-chat-latest', 'gpt-5.2-codex'],
    input: '1.75',
    cache_read: '0.175',
    output: '14',
  },
  { ...since, models: ['gpt-5.2-pro', 'gpt-5.2-pro-2025-12-11'], input: '21', output: '168' },
  { ...since, models: ['gpt-5.3-chat-latest', 'gpt-5.3-codex'], input: '1.75', cache_read: '0.175', output: '14' },
  {
    ...since,
    models: ['gpt-5.4', 'gpt-5.4-2026-03-05'],
    input: '2.5',
    cache_read: '0.25',
    output: '15',
    ...above272k({ input: '5', cache_read: '0.5', output: '22.5' }),
  },
  { ...since, models: ['gpt-5.4-mini', 'gpt-5.4-mini-2026-03-17'], input: '0.75', cache_read: '0.075', output: '4.5' },
  { ...since, models: ['gpt-5.4-nano', 'gpt-5.4-nano-2026-03-17'], input: '0.2', cache_read: '0.02', output: '1.25' },
  {
    ...since,
    models: ['gpt-5.4-pro', 'gpt-5.4-pro-2026-03-05', 'gpt-5.5-pro', 'gpt-5.5-pro-2026-04-23'],
    input: '30',
    output: '180',
    ...above272k({ input: '60', output: '270' }),
  },
  {
    ...since,
    models: ['gpt-5.5', 'gpt-5.5-2026-04-23'],
    input: '5',
    cache_read: '0.5',
    output: '30',
    ...above272k({ input: '10', cache_read: '1', output: '45' }),
  },
  {
    ...since,
    models: ['gpt-5.6-luna'],
    input: '1',
    cache_read: '0.1',
    cache_write: '1.25',
    output: '6',
    ...above272k({ input: '2', cache_read: '0.2', cache_write: '2.5', output: '9' }),
  },
  {
    ...since,
    models: ['gpt-5.6-luna'],
    valid_from: '2026-07-30',
    source: changes,
    input: '0.2',
    cache_read: '0.02',
    cache_write: '0.25',
    output: '1.2',
    ...above272k({ input: '0.4', cache_read: '0.04', cache_write: '0.5', output: '1.8' }),
  },
  {
    ...since,
    models: ['gpt-5.6-terra'],
    input: '2.5',
    cache_read: '0.25',
    cache_write: '3.125',
    output: '15',
    ...above272k({ input: '5', cache_read: '0.5', cache_write: '6.25', output: '22.5' }),
  },
  {
    ...since,
    models: ['gpt-5.6-terra'],
    valid_from: '2026-07-30',
    source: changes,
    input: '2',
    cache_read: '0.2',
    cache_write: '2.5',
    output: '12',
    ...above272k({ input: '4', cache_read: '0.4', cache_write: '5', output: '18' }),
  },
  {
    ...since,
    models: ['gpt-5.6-sol', 'gpt-5.6'],
    input: '5',
    cache_read: '0.5',
    cache_write: '6.25',
    output: '30',
    ...above272k({ input: '10', cache_read: '1', cache_write: '12.5', output: '45' }),
  },
  {
    ...since,
    models: ['gpt-5.6-sol', 'gpt-5.6'],
    valid_from: '2026-08-21',
    source: changes,
    input: '4',
    cache_read: '0.4',
    cache_write: '5',
    output: '20',
    ...above272k({ input: '8', cache_read: '0.8', cache_write: '10', output: '30' }),
  },
];
