export {
  ANOMALY_TITLE,
  episodeLine,
  ruleLine,
  type AnomalyLanguage,
  type ExplainedEpisode,
} from './anomaly-watch/anomaly-lines.ts';
export { createAnomalyStore, type AnomalyStore } from './anomaly-watch/anomaly-store.ts';
export { anomalyVariables } from './anomaly-watch/anomaly-variables.ts';
export { applyRules, spentOfLine, type RuleOutcome, type RuleSources } from './anomaly-watch/apply-rules.ts';
export { plainName } from './anomaly-watch/plain-name.ts';
export { readAuditedFailure } from './anomaly-watch/read-audited-failure.ts';
export { CIRCUIT_PROVIDERS, circuitOf, readCircuits } from './anomaly-watch/read-circuits.ts';
export { readRateLimits } from './anomaly-watch/read-rate-limits.ts';
export type { OpenEpisode } from './anomaly-watch/series-text.ts';
export { createToldAnomalies, type ToldAnomalies } from './anomaly-watch/told-anomalies.ts';
export { LARGEST_CAP_NANO } from './ledger/budget.ts';
export type { BudgetRow, Cap, CapChange, DeclaredCap, Period } from './ledger/budget.ts';
export { budgetScopes, isBudgetScope, projectScope } from './ledger/budget-scopes.ts';
export { createLedger, type LedgerOptions } from './ledger/create-ledger.ts';
export { parseBudgetsFile, type BudgetsFile } from './ledger/budgets-file.ts';
export type { DayCounts } from './ledger/day-counts.ts';
export type {
  BudgetTags,
  Ledger,
  LineRange,
  Reservation,
  ReserveRequest,
  Settled,
  Settlement,
  Sweep,
} from './ledger/ledger.ts';
export type { LedgerRider } from './ledger/ledger-rider.ts';
export type { Difference, Reconciliation } from './ledger/reconciliation.ts';
export { AUDIT_STREAM, createAuditSource } from './seal/audit-source.ts';
export { readChainState } from './seal/chain-head.ts';
export { CHAIN_KINDS, type ChainKind, type ChainState, type ManifestEntry } from './seal/chain-state.ts';
export type { ChainDamage, ChainProblem, ChainVerdict } from './seal/chain-verdict.ts';
export { createSealer } from './seal/create-sealer.ts';
export type { Sealer, SealerOptions, SealRun, SealRunOptions } from './seal/create-sealer.ts';
export { exportRecords, type ExportOptions, type ExportReport } from './seal/export-records.ts';
export { kindOfFile } from './seal/kind-of-file.ts';
export { createLedgerSource, type LineSource } from './seal/ledger-source.ts';
export type { RecordSource, SealableEntry } from './seal/record-source.ts';
export { readRecordFile, type RecordFileLine } from './seal/read-record-file.ts';
export type { SealErrorCode } from './seal/seal-error.ts';
export { chainDirectory, verifyChain } from './seal/verify-chain.ts';
export type { ChainFileProblem, ChainReport, VerifyChainOptions } from './seal/verify-chain.ts';
export { verifyFile, type ChainEnd, type FileVerdict, type VerifyFileOptions } from './seal/verify-file.ts';
export { readSpend, type SpendFacts, type SpendRequest } from './report/read-spend.ts';
