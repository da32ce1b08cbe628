import type { ChatCompletion, ChatCompletionChunk, ChatCompletionUsage } from '@nexus/contracts';
import { nanoToUsd } from '@nexus/finops';
import { totalTokens, type RouterAnswer } from '@nexus/llm-router';
import type { StructuredAnswer } from './structured-answer.ts';

/** What a completion and all chunks of a stream have in common. `created` in seconds since 1970. */
export type CompletionHead = { id: string; created: number };

type Facts = Pick<RouterAnswer, 'provider' | 'model' | 'deduped' | 'degraded' | 'costNano' | 'usage' | 'approx'>;

/** A document as the text that OpenAI's clients parse. */
export function documentAnswer({ data, ...answer }: StructuredAnswer): RouterAnswer {
  return { ...answer, text: JSON.stringify(data), tool_calls: [] };
}

export function completionBody({ id, created }: CompletionHead, answer: RouterAnswer): ChatCompletion {
  const { text, tool_calls, finish } = answer;
  const calls = tool_calls.map((call) => ({
    id: call.id,
    type: 'function' as const,
    function: { name: call.name, arguments: call.arguments },
  }));
  return {
    id,
    object: 'chat.completion',
    created,
    model: modelName(answer),
    choices: [
      {
        index: 0,
        message: {
          role: 'assistant',
          content: text === '' ? null : text,
          refusal: null,
          ...(calls.length === 0 ? {} : { tool_calls: calls }),
        },
        logprobs: null,
        finish_reason: finish,
      },
    ],
    usage: usageBody(answer),
    nexus: nexusBody(answer),
  };
}

/** Headers of a whole answer: usage that is not the provider's own is marked where every client can see it. */
export function completionHeaders({ approx }: Pick<Facts, 'approx'>): Record<string, string> {
  return approx ? { 'x-nexus-approx-usage': 'true' } : {};
}

function nexusBody({ provider, deduped, degraded, approx, costNano }: Omit<Facts, 'model'>): ChatCompletion['nexus'] {
  return {
    provider,
    deduped,
    degraded,
    approx_tokens: approx,
    cost_usd: nanoToUsd(costNano),
    cost_nano: costNano.toString(),
  };
}

/** `provider/model`: the same name asks the same model again. */
export function modelName({ provider, model }: Pick<Facts, 'provider' | 'model'>): string {
  return `${provider}/${model}`;
}

/** Cached tokens are part of the prompt and reasoning is part of the completion, as OpenAI counts. */
export function usageBody({ usage }: Pick<Facts, 'usage'>): ChatCompletionUsage {
  const { tokens_in, tokens_out } = totalTokens(usage);
  return {
    prompt_tokens: tokens_in,
    completion_tokens: tokens_out,
    total_tokens: tokens_in + tokens_out,
    prompt_tokens_details: { cached_tokens: usage.cache_read },
    completion_tokens_details: { reasoning_tokens: usage.reasoning },
  };
}

type Choice = ChatCompletionChunk['choices'][number];
export type ChunkHead = CompletionHead & { model: string; includeUsage: boolean };

/** One chunk with a choice. */
export function choiceChunk(
  head: ChunkHead,
  delta: Choice['delta'],
  finish: Choice['finish_reason'] = null,
): ChatCompletionChunk {
  return { ...chunk(head), choices: [{ index: 0, delta, logprobs: null, finish_reason: finish }] };
}

/** The last chunk, when the request asks for usage: the head of a stream has left long before its usage is known. */
export function usageChunk(head: ChunkHead, answer: RouterAnswer): ChatCompletionChunk {
  return { ...chunk(head), choices: [], usage: usageBody(answer), nexus: nexusBody(answer) };
}

function chunk({ id, created, model, includeUsage }: ChunkHead): Omit<ChatCompletionChunk, 'choices'> {
  return { id, object: 'chat.completion.chunk', created, model, ...(includeUsage ? { usage: null } : {}) };
}
