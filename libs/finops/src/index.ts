export { parsePricing, type ConfiguredPrice, type Pricing } from './money/configured-pricing.ts';
export { ceilingNano, costNano, listNano } from './money/cost.ts';
export { createPriceOf } from './money/create-price-of.ts';
export { createPriceBook, type PriceBook } from './money/price-book/create-price-book.ts';
export { priceBook, priceBookVersion } from './money/price-book/price-book.ts';
export type { ListPrices, PriceRow } from './money/price-book/price-row.ts';
export type { LongContextPrices, Price, PriceOf, TokenPrices } from './money/price.ts';
export { nanoToUsd, usdToNano } from './money/usd-text.ts';
export { costRecord } from './spend/cost-record.ts';
export { parseCostRecord, type ParsedCostRecord, type ReadCostRecord } from './spend/parse-cost-record.ts';
export { noSpend, type DayCell, type HourCell, type SpendMeasures, type SpendTags } from './spend/spend-cell.ts';
export type { Chained, CostRecord, LedgerLine, TokenUsage } from './spend/ledger-line.ts';
export {
  addDays,
  addMonths,
  countDays,
  createCalendar,
  daysFrom,
  isDay,
  lastDayOf,
  monthOf,
  type Calendar,
} from './spend/calendar.ts';
export { foldCostRecords, type CostRecordFold } from './spend/fold-cost-records.ts';
export { buildReport } from './report/build-report.ts';
export { comparedWindow } from './report/compared-window.ts';
export { historyWindow } from './report/forecast.ts';
export { renderHtml } from './report/html/render-html.ts';
export { renderCsv } from './report/render/render-csv.ts';
export { renderFocusCsv, type FocusOptions } from './report/render/render-focus-csv.ts';
export { renderJson } from './report/render/render-json.ts';
export { renderMarkdown } from './report/render/render-markdown.ts';
export { REPORT_LANGUAGES, type ReportLanguage } from './report/render/format.ts';
export {
  COMPARISONS,
  type BudgetStanding,
  type Comparison,
  type LedgerQuality,
  type ReportedAnomaly,
  type ReportInput,
  type ReportWindow,
} from './report/report-input.ts';
export { REPORT_SCHEMA_VERSION, type ReportModel } from './report/report-model.ts';
export { passesFilters, SPEND_DIMENSIONS, type SpendFilters } from './report/spend-filters.ts';
export { backtest, type BacktestScore, type KindScore } from './anomalies/backtest/backtest.ts';
export { detectAlarms } from './anomalies/backtest/detect-alarms.ts';
export type { AnomalyLabel, Detector, SpendSeries } from './anomalies/backtest/labelled-series.ts';
export { replayEpisodes } from './anomalies/backtest/replay-episodes.ts';
export { syntheticSpend, type SyntheticSpend } from './anomalies/backtest/synthetic-spend.ts';
export { defaultDetectorOptions, type DetectorOptions } from './anomalies/detector-options.ts';
export type { Episode, EpisodeEvent, EpisodeKind, EpisodeState } from './anomalies/episode.ts';
export { comparableHoursBack } from './anomalies/expectation.ts';
export { explain, type Contributor, type Explanation } from './anomalies/explain.ts';
export { costInWindow, type CostWindow, type SpentAmount } from './anomalies/rules/cost-in-window.ts';
export {
  findingKey,
  RULE_KINDS,
  type BreakerFinding,
  type CostFinding,
  type NamedAmount,
  type RateLimitFinding,
  type RuleFinding,
} from './anomalies/rules/finding.ts';
export { openCircuits, type CircuitMemory, type CircuitState } from './anomalies/rules/open-circuits.ts';
export {
  rateLimitsInWindow,
  type AuditedFailure,
  type RateLimitWindow,
} from './anomalies/rules/rate-limits-in-window.ts';
export {
  bucketsOf,
  HISTORY_HOURS,
  HOUR_SECONDS,
  kindOfScope,
  SCOPE_KINDS,
  scopesOf,
  type ScopeKind,
  type SpendBucket,
} from './anomalies/spend-series.ts';
export { newSeries, standingOfSeries, step, type SeriesState, type StepOptions } from './anomalies/step.ts';
export { zoneOffsetSeconds } from './anomalies/zone-offset.ts';
