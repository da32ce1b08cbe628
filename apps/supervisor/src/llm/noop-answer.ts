import type { GeneratedData, GeneratedText } from '@nexus/contracts';
import { noopDocument, type ProviderName } from '@nexus/llm-router';
import type { Llm } from './create-llm.ts';
import type { LlmProblem } from './llm-problems.ts';
import type { WantedDocument } from './structured-answer.ts';

/** Answered instead of a text while no provider is configured. Agents know it by this text and by `disabled`. */
const DISABLED = 'LLM_DISABLED';

const disabledProblem: LlmProblem = {
  problem: 'LLM_DISABLED',
  message: 'no provider is configured; set a key such as GEMINI_API_KEY and restart',
  retryAfter: 60,
};

const nothing = {
  provider: 'noop',
  model: 'noop',
  latency_ms: 0,
  disabled: true,
  deduped: false,
  degraded: false,
  attempts: [],
  usage: {
    tokens_in: 0,
    tokens_out: 0,
    approx_tokens: false,
    input: 0,
    cache_read: 0,
    cache_write: 0,
    output: 0,
    reasoning: 0,
  },
  cost_usd: '0',
  cost_nano: '0',
};

/**
 * True when nobody could be asked because nothing is configured, which is the only reason for a placeholder. A provider
 * the caller insists on counts by itself.
 */
export function nobodyConfigured(llm: Pick<Llm, 'configured' | 'models'>, provider: ProviderName | undefined): boolean {
  if (llm.configured().length > 0) return false;
  return provider === undefined || !llm.models().some((known) => known.provider === provider);
}

/** The placeholder of text mode, or why there is none: a deployment that needs models says so by LLM_REQUIRED. */
export function noopText(llm: Pick<Llm, 'required'>): GeneratedText | LlmProblem {
  if (llm.required) return disabledProblem;
  return { ...nothing, text: DISABLED, output_text: DISABLED, finish: 'stop' };
}

/** A placeholder that is valid against the wanted schema, or why there is none. */
export function noopData(llm: Pick<Llm, 'required'>, { name, schema }: WantedDocument): GeneratedData | LlmProblem {
  if (llm.required) return disabledProblem;
  const made = noopDocument(name === 'excel_kakao_output' ? name : schema);
  if (!made.ok) {
    const message = 'no provider is configured, and no placeholder that fits the schema could be made';
    return { ...disabledProblem, message, detail: { reasons: made.reasons.slice(0, 5) } };
  }
  return {
    ...nothing,
    schema_name: name,
    repaired: false,
    data: made.document,
    repair_provider: null,
    repair_model: null,
  };
}

/** What doors answer that have no way to mark a placeholder. */
export function disabled(): LlmProblem {
  return disabledProblem;
}
