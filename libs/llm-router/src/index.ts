export { PROVIDERS } from './model.ts';
export type {
  CallContext,
  Finish,
  ModelAnswer,
  ModelEvent,
  ModelMessage,
  ModelRequest,
  ModelTool,
  ModelToolCall,
  ModelToolChoice,
  Provider,
  ProviderName,
  Usage,
} from './model.ts';
export { FAILURE_KINDS, failureKinds, isProviderFailure, providerFailure } from './provider-failure.ts';
export type { Billed, FailureKind, ProviderFailure, ProviderFailureDetails } from './provider-failure.ts';
export { createRouter } from './routing/create-router.ts';
export type { Router, RouterCall, RouterEventItem } from './routing/create-router.ts';
export { promptFingerprint } from './routing/prompt-fingerprint.ts';
export { tellHit, type RouterAnswer } from './routing/router-answer.ts';
export { CallRefused } from './routing/call-refused.ts';
export type { RefusalCode } from './routing/call-refused.ts';
export type { GovernedCall, PromptRequest } from './routing/governed-call.ts';
export type { Attempt, Billing, CallTags, RouterEvent, RouterOptions, RouterPorts } from './routing/router-ports.ts';
export { providerNamed, readChain } from './routing/provider-chain.ts';
export { activeKey, keyFingerprint, parseKeyList } from './routing/provider-keys.ts';
export type { KeyList, ProviderKey } from './routing/provider-keys.ts';
export type { Price, PriceOf } from '@nexus/finops';
export { addUsage, noUsage, totalTokens } from './routing/token-estimate.ts';
export { createGuards } from './guards/create-guards.ts';
export type { GuardsOptions } from './guards/create-guards.ts';
export { dedupeSeconds } from './guards/dedupe-key.ts';
export type { DedupeSettings } from './guards/dedupe-key.ts';
export type { BreakerReading, BreakerSettings, Guards, RateLimits } from './guards/guards.ts';
export type { LedgerPort, LedgerRider, Reservation, ReserveRequest, Settlement } from './guards/ledger-port.ts';
export { createProviders } from './providers/create-providers.ts';
export type { ProviderSettings } from './providers/create-providers.ts';
export { createTransport } from './transport/transport.ts';
export type { Transport } from './transport/transport.ts';
export { createMemoryLedger } from './guards/memory-ledger.ts';
export {
  compileSchema,
  noopDocument,
  obtainStructured,
  parseAnswer,
  publishedSchema,
  SCHEMA_NAMES,
  schemaDigest,
} from './structured/index.ts';
export type {
  CompiledSchema,
  ExcelKakaoOutput,
  FixSuggestion,
  NoopDocument,
  PublishedSchema,
  ReadableAnswer,
  SchemaName,
  StructuredCode,
  StructuredRequest,
  StructuredResult,
} from './structured/index.ts';
export { dedupeKey } from './guards/dedupe-key.ts';
