export { parsePricing, type Pricing } from './money/configured-pricing.ts';
export { costNano, listNano } from './money/cost.ts';
export { createPriceOf } from './money/create-price-of.ts';
export type { Price, PriceOf } from './money/price.ts';
export { nanoToUsd, usdToNano } from './money/usd-text.ts';
export { noSpend, type DayCell, type HourCell, type SpendMeasures, type SpendTags } from './spend/spend-cell.ts';
export type { Chained, CostRecord, LedgerLine, TokenUsage } from './spend/ledger-line.ts';
