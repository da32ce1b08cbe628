import type { ChatCompletionMessage, ChatCompletionRequest, ProblemReply } from '@nexus/contracts';
import {
  promptFingerprint,
  providerNamed,
  type ModelMessage,
  type ModelTool,
  type ModelToolChoice,
  type ProviderName,
  type RouterCall,
} from '@nexus/llm-router';
import { z } from 'zod';
import type { Llm } from './create-llm.ts';
import { bad, inlineDocument, type Caller } from './generate-call.ts';
import type { WantedDocument } from './structured-answer.ts';

/** A request in OpenAI's format as the router understands it; `wanted` when the answer has to be a valid document. */
export type ChatCall = { call: RouterCall; wanted: WantedDocument | undefined };

type BadRequest = ProblemReply<'BAD_REQUEST'>;

/** The model name that means the chain. */
export const CHAIN_MODEL = 'nexus';
/** OpenAI's clients rarely say it and expect whole answers. */
const DEFAULT_MAX_TOKENS = 4096;
const DEFAULT_PURPOSE = 'chat';

const tags = z.object({
  team: z.string().min(1).max(64).optional(),
  project: z.string().min(1).max(64).optional(),
  purpose: z.string().min(1).max(64).default(DEFAULT_PURPOSE),
  task_id: z.uuid().optional(),
  cache_ttl_s: z.coerce.number().int().min(0).max(86_400).optional(),
});

const noMetadata = tags.safeParse({});

/** Reads a request whose members fit each by itself. */
export function chatCall(
  body: ChatCompletionRequest,
  llm: Pick<Llm, 'defaults' | 'models'>,
  { signal, caller }: Caller,
): ChatCall | BadRequest {
  if ((body.n ?? 1) !== 1) return bad('n must be 1: one answer is given to a request');
  const target = targetOf(body.model, llm);
  if ('problem' in target) return target;
  const metadata = body.metadata == null ? noMetadata : tags.safeParse(body.metadata);
  if (!metadata.success)
    return bad(`metadata.${metadata.error.issues[0]?.path.join('.')} does not fit; see POST /llm/generate`);
  const wanted = wantedDocument(body);
  if (wanted !== undefined && 'problem' in wanted) return wanted;
  const { team, project, purpose, task_id, cache_ttl_s } = metadata.data;
  const prompt = promptOf(body, wanted);
  const call: RouterCall = {
    prompt,
    ...target,
    tags: {
      team: team ?? llm.defaults.team,
      project: project ?? llm.defaults.project,
      purpose,
      task_id: task_id ?? null,
      caller,
      prompt_fp: promptFingerprint(prompt.messages),
    },
    cacheTtlSeconds: cache_ttl_s,
    signal,
  };
  // A model that may call tools answers with calls or a text of its own choice: nothing to hold against a schema.
  return { call, wanted: call.prompt.tools === undefined ? wanted : undefined };
}

type Target = { provider: ProviderName | undefined; model: string | undefined };

function targetOf(name: string, llm: Pick<Llm, 'models'>): Target | BadRequest {
  if (name.toLowerCase() === CHAIN_MODEL) return { provider: undefined, model: undefined };
  const slash = name.indexOf('/');
  const provider = providerNamed(slash < 0 ? name : name.slice(0, slash));
  const model = slash < 0 ? '' : name.slice(slash + 1);
  if (provider !== undefined && (slash < 0 || model !== '')) return { provider, model: model || undefined };
  const set = llm.models().filter((known) => known.model === name);
  const [only] = set;
  if (only !== undefined && set.length === 1) return { provider: only.provider, model: name };
  return bad(
    'the model is not known; write "nexus" for the chain, a provider, "provider/model", or a model of GET /v1/models',
  );
}

function promptOf(body: ChatCompletionRequest, wanted: WantedDocument | undefined): RouterCall['prompt'] {
  const { temperature, top_p, stop } = body;
  const stops = typeof stop === 'string' ? [stop] : (stop ?? []);
  const tools = body.tools ?? [];
  const choice = toolChoice(body.tool_choice);
  return {
    messages: body.messages.map(messageOf),
    max_tokens: body.max_completion_tokens ?? body.max_tokens ?? DEFAULT_MAX_TOKENS,
    ...(temperature == null ? {} : { temperature }),
    ...(top_p == null ? {} : { top_p }),
    ...(stops.length === 0 ? {} : { stop: stops }),
    ...(wanted === undefined ? {} : { schema: { name: wanted.name ?? 'answer', schema: wanted.schema } }),
    ...(tools.length === 0 ? {} : { tools: tools.map(toolOf) }),
    ...(tools.length === 0 || choice === undefined ? {} : { tool_choice: choice }),
  };
}

function messageOf(message: ChatCompletionMessage): ModelMessage {
  const content = textOf(message.content);
  if (message.role === 'tool') return { role: 'tool', content, tool_call_id: message.tool_call_id };
  if (message.role === 'developer' || message.role === 'system') return { role: 'system', content };
  if (message.role === 'user') return { role: 'user', content };
  const calls = message.tool_calls ?? [];
  if (calls.length === 0) return { role: 'assistant', content };
  return { role: 'assistant', content, tool_calls: calls.map(({ id, function: called }) => ({ id, ...called })) };
}

function textOf(content: ChatCompletionMessage['content']): string {
  if (content == null) return '';
  return typeof content === 'string' ? content : content.map(({ text }) => text).join('');
}

function toolOf({
  function: { name, description, parameters },
}: NonNullable<ChatCompletionRequest['tools']>[number]): ModelTool {
  return {
    name,
    ...(description == null ? {} : { description }),
    parameters: parameters ?? { type: 'object', properties: {} },
  };
}

function toolChoice(choice: ChatCompletionRequest['tool_choice']): ModelToolChoice | undefined {
  if (choice == null) return undefined;
  return typeof choice === 'string' ? choice : { name: choice.function.name };
}

/** OpenAI promises a document that fits: so does this door, by the same checks and repairs as the other one. */
function wantedDocument({ response_format: format }: ChatCompletionRequest): WantedDocument | BadRequest | undefined {
  if (format == null || format.type === 'text') return undefined;
  if (format.type === 'json_object')
    return inlineDocument({ type: 'object' }, { name: 'json_object', allowRepair: true });
  const { name, schema } = format.json_schema;
  return inlineDocument(schema, { name, allowRepair: true });
}
