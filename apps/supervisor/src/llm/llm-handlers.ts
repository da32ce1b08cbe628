import type { Routes } from '@nexus/contracts';
import { PROVIDERS } from '@nexus/llm-router';
import type { Clock } from '@nexus/runtime';
import type { Handlers } from '@nexus/runtime/http';
import { createChatCompletionsHandlers } from './chat-completions-handlers.ts';
import type { Llm } from './create-llm.ts';
import { createGenerateHandlers } from './generate-handlers.ts';
import type { LlmMetrics } from './llm-metrics.ts';

type LlmRoutes = Pick<Routes, 'llmGenerate' | 'chatCompletions' | 'listModels'>;

/** Both doors to the language models. */
export function createLlmHandlers(
  llm: Llm,
  ports: { metrics: LlmMetrics; now: Clock; newId: () => string },
): Handlers<LlmRoutes> {
  return { ...createGenerateHandlers(llm, ports.metrics), ...createChatCompletionsHandlers(llm, ports) };
}

/** Sets the gauge of every provider's circuit, before a scrape. */
export async function watchBreakers(llm: Pick<Llm, 'breakers'>, metrics: LlmMetrics): Promise<void> {
  const readings = await llm.breakers();
  for (const provider of PROVIDERS) {
    const state = readings.find((reading) => reading.provider === provider)?.state ?? 'closed';
    metrics.llmBreakerOpen.set({ provider }, state === 'closed' || state === 'half_open' ? 0 : 1);
  }
}
