import type {
  ContentBlockParam,
  MessageCreateParams,
  MessageParam,
  Tool,
  ToolChoice,
} from '@anthropic-ai/sdk/resources/messages';
import type { ModelRequest, ModelToolChoice } from '../model.ts';
import type { FailureKind } from '../provider-failure.ts';
import { anthropicSchema } from './anthropic-schema.ts';
import { createMessageStreamReader, readMessage } from './anthropic-answer.ts';
import { trimmedBase } from './base-url.ts';
import type { Dialect, Refusal, Verdict } from './dialect.ts';
import { jsonHeaders } from './json-headers.ts';
import { isJsonObject, objectOf, parseJson } from './json-value.ts';
import { retryAfterOf } from './retry-after.ts';
import { anthropicSampling, type Sampling } from './sampling.ts';
import { schemaPrompt } from './schema-prompt.ts';
import { kindOfStatus, namesDay } from './status-kinds.ts';
import { conversationOf, mergeNeighbours, type Turn } from './turns.ts';

/** Anthropic's /messages. `version` is the value of the `anthropic-version` header: a date. */
export function anthropicDialect(base: string, version: string): Dialect {
  const url = `${trimmedBase(base)}/messages`;
  return {
    name: 'anthropic',
    nativeSchema: true,
    stopSequences: 16,
    write: (request, stream) => ({ url, body: bodyOf(request, { version, stream }) }),
    headers: (key) => ({ ...jsonHeaders, 'x-api-key': key, 'anthropic-version': version }),
    readAnswer: readMessage,
    createStreamReader: createMessageStreamReader,
    classify,
  };
}

/** The SDK's types are those of a later version of the API, which has no sampling. */
type MessagesBody = MessageCreateParams & Sampling;

function bodyOf(request: ModelRequest, { version, stream }: { version: string; stream: boolean }): MessagesBody {
  const { model, max_tokens, schema } = request;
  const { system, turns } = conversationOf(request.messages);
  const format = schema === undefined ? undefined : anthropicSchema(schema.schema);
  const prompted = schema !== undefined && format === undefined ? schemaPrompt(schema.schema) : '';
  const instructions = [prompted, system].filter((text) => text !== '').join('\n\n');
  // White space only is refused.
  const stops = request.stop?.slice(0, 16).filter((stop) => stop.trim() !== '') ?? [];
  return {
    model,
    max_tokens,
    messages: messagesOf(turns),
    ...(instructions === '' ? {} : { system: instructions }),
    ...anthropicSampling(request, version),
    ...(stops.length === 0 ? {} : { stop_sequences: stops }),
    ...(format === undefined ? {} : { output_config: { format: { type: 'json_schema', schema: format } } }),
    ...toolsOf(request),
    ...(stream ? { stream: true as const } : {}),
  };
}

function messagesOf(turns: Turn[]): MessageParam[] {
  const merged = mergeNeighbours(turns.map(blocksOf), ({ blocks }) => blocks);
  return merged.map(({ role, parts }) => ({ role, content: slim(parts) }));
}

type Blocks = { role: 'user' | 'assistant'; blocks: ContentBlockParam[] };

function blocksOf(turn: Turn): Blocks {
  if (turn.role === 'tool') {
    const { tool_call_id, content } = turn;
    return { role: 'user', blocks: [{ type: 'tool_result', tool_use_id: tool_call_id, content }] };
  }
  const text: ContentBlockParam[] = turn.content === '' ? [] : [{ type: 'text', text: turn.content }];
  if (turn.role !== 'assistant') return { role: 'user', blocks: text };
  const calls = (turn.tool_calls ?? []).map(({ id, name, arguments: written }): ContentBlockParam => {
    const input = parseJson(written);
    return { type: 'tool_use', id, name, input: isJsonObject(input) ? input : {} };
  });
  return { role: 'assistant', blocks: [...text, ...calls] };
}

/** One text is sent as text. */
function slim(parts: ContentBlockParam[]): string | ContentBlockParam[] {
  const [only] = parts;
  return parts.length === 1 && only?.type === 'text' ? only.text : parts;
}

function toolsOf({ tools, tool_choice }: ModelRequest): { tools?: Tool[]; tool_choice?: ToolChoice } {
  if (tools === undefined || tools.length === 0) return {};
  return {
    tools: tools.map(({ name, description, parameters }) => ({
      name,
      ...(description === undefined ? {} : { description }),
      input_schema: { ...parameters, type: 'object' },
    })),
    ...(tool_choice === undefined ? {} : { tool_choice: choiceOf(tool_choice) }),
  };
}

function choiceOf(choice: ModelToolChoice): ToolChoice {
  if (typeof choice !== 'string') return { type: 'tool', name: choice.name };
  return { type: choice === 'required' ? 'any' : choice };
}

/** `error.type`; it also stands in stream events, which have no status. */
const kinds: Readonly<Record<string, FailureKind>> = {
  authentication_error: 'auth',
  permission_error: 'auth',
  billing_error: 'no_money',
  not_found_error: 'model_missing',
  request_too_large: 'bad_request',
  invalid_request_error: 'bad_request',
  rate_limit_error: 'throttled',
  conflict_error: 'outage',
  api_error: 'outage',
  timeout_error: 'outage',
  overloaded_error: 'outage',
};

/** Codes inside a 429 that no waiting cures. */
const spendLimits = new Set<unknown>(['enforced_spend_limit_reached', 'contract_spend_limit_reached']);

function classify({ status, error, headers, now }: Refusal): Verdict {
  const { type = '', message, body } = error;
  if (spendLimits.has(objectOf(body['details'])['error_code'])) return { kind: 'no_money' };
  const kind = (Object.hasOwn(kinds, type) ? kinds[type] : undefined) ?? kindOfStatus(status);
  // A 400 of this type is also an empty account, an own spend limit, and an answer the filter stopped.
  if (kind === 'bad_request' && /credit balance|usage limits|spend limit/i.test(message)) return { kind: 'no_money' };
  if (kind === 'bad_request' && /content filtering/i.test(message)) return { kind: 'refused' };
  // The model cannot do what was asked; another may.
  if (kind === 'bad_request' && /for this model|not permitted|output_config/i.test(message))
    return { kind: 'model_missing' };
  const throttled = kind === 'throttled' && namesDay(message) ? 'quota' : kind;
  return { kind: throttled, retryAfterSeconds: retryAfterOf(headers, now) };
}
