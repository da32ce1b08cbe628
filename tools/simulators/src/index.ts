export { startLlmSimulator, type LlmSimulator } from './llm/llm-simulator.ts';
export type { LlmSimulatorOptions } from './llm/llm-simulator-options.ts';
export { isSimulatedProvider, SIMULATED_PROVIDERS, type SimulatedProvider } from './llm/simulated-provider.ts';
export { FAULT_KINDS } from './llm/fault-fields.ts';
export type { Fault, FaultKind, GlmCode, RetryAfterForm } from './llm/fault.ts';
export { parseFault } from './llm/parse-fault.ts';
export type { Hit } from './llm/hits.ts';
export type { TokenUsage } from './llm/token-usage.ts';
