import { SINCE_RELEASE, type PriceRow } from './price-row.ts';

const provider = 'glm';
const source = 'https://docs.z.ai/guides/overview/pricing';

/**
 * The price list of Z.ai in USD. The mainland platform (open.bigmodel.cn) bills in CNY and has lower prices, which depend on
 * the length of the answer too: whoever is billed there sets LLM_PRICING_JSON.
 */
export const glmPrices: readonly PriceRow[] = [
  {
    provider,
    models: ['glm-4.7'],
    valid_from: SINCE_RELEASE,
    source,
    input: '0.6',
    cache_read: '0.11',
    output: '2.2',
  },
  {
    provider,
    models: ['glm-5.2', 'glm-5.3'],
    valid_from: SINCE_RELEASE,
    source,
    input: '1.4',
    cache_read: '0.26',
    output: '4.4',
  },
  // Half price at its launch, until the end of 9 September 2026 (UTC+8).
  {
    provider,
    models: ['glm-5.3-flash'],
    valid_from: SINCE_RELEASE,
    source,
    input: '0.075',
    cache_read: '0.015',
    output: '0.25',
  },
  {
    provider,
    models: ['glm-5.3-flash'],
    valid_from: '2026-09-10',
    source,
    input: '0.15',
    cache_read: '0.03',
    output: '0.5',
  },
];
