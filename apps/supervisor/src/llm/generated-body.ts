import type { GeneratedData, GeneratedText } from '@nexus/contracts';
import { nanoToUsd } from '@nexus/finops';
import { totalTokens, type RouterAnswer } from '@nexus/llm-router';
import type { StructuredAnswer } from './structured-answer.ts';

type Served = Omit<GeneratedText, 'text' | 'output_text' | 'finish'>;

/** The answer of /llm/generate in text mode, and the last event of its stream. */
export function textBody(answer: RouterAnswer): GeneratedText {
  return { ...served(answer), text: answer.text, output_text: answer.text, finish: answer.finish };
}

/** The answer of /llm/generate in schema mode. */
export function dataBody(answer: StructuredAnswer, schemaName: string | null): GeneratedData {
  return {
    ...served(answer),
    schema_name: schemaName,
    repaired: answer.repaired,
    data: answer.data,
    repair_provider: answer.repair?.provider ?? null,
    repair_model: answer.repair?.model ?? null,
  };
}

function served(answer: Omit<RouterAnswer, 'text' | 'tool_calls'>): Served {
  const { provider, model, deduped, degraded, usage, costNano } = answer;
  return {
    provider,
    model,
    latency_ms: Math.round(answer.latencyMs),
    disabled: false,
    deduped,
    degraded,
    attempts: answer.attempts.map(({ provider: asked, model: askedModel, ok, reason, latency_ms }) => ({
      provider: asked,
      model: askedModel,
      ok,
      reason,
      latency_ms: Math.round(latency_ms),
    })),
    usage: { ...totalTokens(usage), approx_tokens: answer.approx, ...usage },
    cost_usd: nanoToUsd(costNano),
    cost_nano: costNano.toString(),
  };
}
