import { SINCE_RELEASE, type ListPrices, type PriceRow } from './price-row.ts';

const provider = 'gemini';
const source = 'https://ai.google.dev/gemini-api/docs/pricing';
const since = { provider, valid_from: SINCE_RELEASE, source };

const pro3: ListPrices = { input: '2', cache_read: '0.2', output: '12' };
const longPro3: ListPrices = { input: '4', cache_read: '0.4', output: '18' };

/** Writing the cache costs what input costs; keeping it is billed by the hour, which is no price of a call. */
export const geminiPrices: readonly PriceRow[] = [
  {
    ...since,
    models: ['gemini-2.5-pro'],
    input: '1.25',
    cache_read: '0.125',
    output: '10',
    long_context: [{ above_input_tokens: 200_000, input: '2.5', cache_read: '0.25', output: '15' }],
  },
  { ...since, models: ['gemini-2.5-flash'], input: '0.3', cache_read: '0.03', output: '2.5' },
  { ...since, models: ['gemini-2.5-flash-lite'], input: '0.1', cache_read: '0.01', output: '0.4' },
  { ...since, models: ['gemini-3-flash-preview'], input: '0.5', cache_read: '0.05', output: '3' },
  {
    ...since,
    ...pro3,
    models: ['gemini-3-pro-preview', 'gemini-3.1-pro-preview'],
    long_context: [{ above_input_tokens: 200_000, ...longPro3 }],
  },
  {
    ...since,
    models: ['gemini-3.1-flash-lite', 'gemini-3.1-flash-lite-preview'],
    input: '0.25',
    cache_read: '0.025',
    output: '1.5',
  },
  { ...since, models: ['gemini-3.5-flash'], input: '1.5', cache_read: '0.15', output: '9' },
  { ...since, models: ['gemini-3.5-flash-lite'], input: '0.3', cache_read: '0.03', output: '2.5' },
  // Introductory prices, announced to end with 2026.
  {
    ...since,
    models: ['gemini-3.6-flash', 'gemini-3.7-flash', 'gemini-3.8-flash'],
    input: '0.75',
    cache_read: '0.075',
    output: '3.75',
  },
  {
    ...since,
    models: ['gemini-3.6-flash', 'gemini-3.7-flash', 'gemini-3.8-flash'],
    valid_from: '2027-01-01',
    input: '1.5',
    cache_read: '0.15',
    output: '7.5',
  },
];
