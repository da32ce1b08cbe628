import { SINCE_RELEASE, type ListPrices, type PriceRow } from './price-row.ts';

const provider = 'anthropic';
const source = 'https://platform.claude.com/docs/en/about-claude/pricing';
const since = { provider, valid_from: SINCE_RELEASE, source };

const opus: ListPrices = { input: '5', cache_read: '0.5', cache_write: '6.25', cache_write_1h: '10', output: '25' };
const longOpus: ListPrices = {
  input: '10',
  cache_read: '1',
  cache_write: '12.5',
  cache_write_1h: '20',
  output: '37.5',
};
const opus55: ListPrices = { input: '4', cache_read: '0.2', cache_write: '5', cache_write_1h: '8', output: '20' };
const sonnet4: ListPrices = { input: '3', cache_read: '0.3', cache_write: '3.75', cache_write_1h: '6', output: '15' };
const longSonnet4: ListPrices = {
  input: '6',
  cache_read: '0.6',
  cache_write: '7.5',
  cache_write_1h: '12',
  output: '22.5',
};
const sonnet5: ListPrices = { input: '2', cache_read: '0.2', cache_write: '2.5', cache_write_1h: '4', output: '10' };
const haiku45: ListPrices = { input: '1', cache_read: '0.1', cache_write: '1.25', cache_write_1h: '2', output: '5' };
const haiku55: ListPrices = {
  input: '0.1',
  cache_read: '0.01',
  cache_write: '0.125',
  cache_write_1h: '0.2',
  output: '0.5',
};
const longHaiku55: ListPrices = {
  input: '0.5',
  cache_read: '0.05',
  cache_write: '0.625',
  cache_write_1h: '1',
  output: '2.5',
};
const fable: ListPrices = { input: '10', cache_read: '1', cache_write: '12.5', cache_write_1h: '20', output: '50' };

/** Five minutes and an hour of cache are listed beside each other: 1.25 and 2 times the input. */
export const anthropicPrices: readonly PriceRow[] = [
  {
    ...since,
    ...sonnet4,
    models: ['claude-sonnet-4-5', 'claude-sonnet-4-5-20250929'],
    long_context: [{ above_input_tokens: 200_000, ...longSonnet4 }],
  },
  // The long context of 4.6 was dearer until it left its beta on 13 March 2026.
  {
    ...since,
    ...sonnet4,
    models: ['claude-sonnet-4-6'],
    long_context: [{ above_input_tokens: 200_000, ...longSonnet4 }],
  },
  { ...since, ...sonnet4, models: ['claude-sonnet-4-6'], valid_from: '2026-03-13' },
  {
    ...since,
    ...opus,
    models: ['claude-opus-4-6'],
    long_context: [{ above_input_tokens: 200_000, ...longOpus }],
  },
  { ...since, ...opus, models: ['claude-opus-4-6'], valid_from: '2026-03-13' },
  { ...since, ...opus, models: ['claude-opus-4-5', 'claude-opus-4-5-20251101'] },
  { ...since, ...opus, models: ['claude-opus-4-7', 'claude-opus-4-8', 'claude-opus-5'] },
  { ...since, ...opus55, models: ['claude-opus-5-5'] },
  { ...since, ...sonnet5, models: ['claude-sonnet-5', 'claude-sonnet-5-5'] },
  // From here on a cache read of 5.5 costs 0.05 of the input instead of 0.1.
  { ...since, ...sonnet5, cache_read: '0.1', models: ['claude-sonnet-5-5'], valid_from: '2026-10-07' },
  { ...since, ...haiku45, models: ['claude-haiku-4-5', 'claude-haiku-4-5-20251001'] },
  {
    ...since,
    ...haiku55,
    models: ['claude-haiku-5-5'],
    valid_from: '2026-10-07',
    source: 'https://platform.claude.com/docs/en/models/haiku-5-5/overview',
    long_context: [{ above_input_tokens: 100_000, ...longHaiku55 }],
  },
  { ...since, ...fable, models: ['claude-fable-5'] },
  { ...since, ...fable, cache_read: '0.25', models: ['claude-fable-5-1'] },
];
