export { noSpend, type DayCell, type HourCell, type SpendMeasures, type SpendTags } from './spend/spend-cell.ts';
export type { Chained, CostRecord, LedgerLine, TokenUsage } from './spend/ledger-line.ts';
