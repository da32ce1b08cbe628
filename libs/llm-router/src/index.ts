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
