import type { ModelList, Routes } from '@nexus/contracts';
import type { Clock } from '@nexus/runtime';
import type { Handlers } from '@nexus/runtime/http';
import { CHAIN_MODEL, chatCall, type ChatCall } from './chat-call.ts';
import {
  completionBody,
  completionHeaders,
  documentAnswer,
  modelName,
  type ChunkHead,
  type CompletionHead,
} from './chat-completion.ts';
import { chatFrames, wholeAnswer } from './chat-stream.ts';
import type { Llm } from './create-llm.ts';
import type { DocumentOutcome, TextOutcome } from './llm-door.ts';
import type { LlmMetrics } from './llm-metrics.ts';
import { disabled, nobodyConfigured } from './noop-answer.ts';

type ChatHandlers = Handlers<Pick<Routes, 'chatCompletions' | 'listModels'>>;
type Reply = Awaited<ReturnType<ChatHandlers['chatCompletions']>>;

type ChatPorts = { metrics: Pick<LlmMetrics, 'llmGenerate'>; now: Clock; newId: () => string };

/**
 * POST /v1/chat/completions and GET /v1/models: any OpenAI client behind our guards. There is no placeholder here, because
 * these clients could not tell it from an answer.
 */
export function createChatCompletionsHandlers(llm: Llm, { metrics, now, newId }: ChatPorts): ChatHandlers {
  const { door } = llm;

  function answerWhole({ call, wanted }: ChatCall): Promise<TextOutcome> {
    return wanted === undefined ? door.text(call) : door.document(call, wanted).then(asText);
  }

  async function answerStream(asked: ChatCall, head: ChunkHead, requestId: string): Promise<Reply> {
    if (asked.wanted === undefined) {
      const outcome = await door.stream(asked.call);
      return outcome.ok ? { status: 200, frames: chatFrames(outcome.parts, head, requestId) } : outcome.problem;
    }
    const outcome = await answerWhole(asked);
    if (!outcome.ok) return outcome.problem;
    return { status: 200, frames: chatFrames(wholeAnswer(outcome.answer), head, requestId) };
  }

  return {
    async chatCompletions({ body, credential, signal, requestId }) {
      const asked = chatCall(body, llm, { signal, caller: credential?.kind ?? null });
      if ('problem' in asked) return asked;
      if (nobodyConfigured(llm, asked.call.provider)) {
        metrics.llmGenerate.increment({ provider: 'noop', outcome: 'LLM_DISABLED' });
        return disabled();
      }
      const head: CompletionHead = { id: `chatcmpl-${newId().replaceAll('-', '')}`, created: Math.floor(now() / 1000) };
      if (body.stream === true) {
        const includeUsage = body.stream_options?.include_usage === true;
        return answerStream(asked, { ...head, model: body.model, includeUsage }, requestId);
      }
      const outcome = await answerWhole(asked);
      if (!outcome.ok) return outcome.problem;
      return { status: 200, body: completionBody(head, outcome.answer), headers: completionHeaders(outcome.answer) };
    },
    listModels: () => Promise.resolve({ status: 200, body: modelList(llm) }),
  };
}

function asText(outcome: DocumentOutcome): TextOutcome {
  return outcome.ok ? { ok: true, answer: documentAnswer(outcome.answer) } : outcome;
}

/** When a model was made is not known here. */
function modelList(llm: Pick<Llm, 'configured' | 'models'>): ModelList {
  const entry = (id: string, owner: string) => ({ id, object: 'model' as const, created: 0, owned_by: owner });
  const chain = llm.configured().length === 0 ? [] : [entry(CHAIN_MODEL, 'nexus')];
  return {
    object: 'list',
    data: [...chain, ...llm.models().map((known) => entry(modelName(known), known.provider))],
  };
}
