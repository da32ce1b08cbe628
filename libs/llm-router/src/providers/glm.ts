import type { ChatCompletionCreateParams } from 'openai/resources/chat/completions';
import type { ModelRequest } from '../model.ts';
import type { FailureKind } from '../provider-failure.ts';
import { chatCompletionsUrl } from './base-url.ts';
import { createChatStreamReader, readChatAnswer } from './chat-answer.ts';
import { chatMessages, chatTools } from './chat-request.ts';
import type { Dialect, Refusal, Verdict } from './dialect.ts';
import { jsonHeaders } from './json-headers.ts';
import { retryAfterOf, secondsToStatedReset } from './retry-after.ts';
import { withSchemaPrompt } from './schema-prompt.ts';
import { kindOfStatus } from './status-kinds.ts';

/**
 * GLM of Z.ai (bigmodel.cn): OpenAI-shaped, not OpenAI. No JSON Schema mode: the schema is put into the system prompt. One
 * stop sequence, temperature up to 1, tools only with the choice "auto". `base` may be the full URL of chat completions.
 */
export function glmDialect(base: string): Dialect {
  const url = chatCompletionsUrl(base);
  return {
    name: 'glm',
    nativeSchema: false,
    stopSequences: 1,
    write: (request, stream) => ({ url, body: bodyOf(request, stream) }),
    headers: (key) => ({ ...jsonHeaders, authorization: `Bearer ${key}` }),
    readAnswer: readChatAnswer,
    createStreamReader: createChatStreamReader,
    classify,
  };
}

function bodyOf(request: ModelRequest, stream: boolean): ChatCompletionCreateParams {
  const { model, messages, max_tokens, temperature, top_p, stop, schema } = request;
  const prompted = schema === undefined ? messages : withSchemaPrompt(messages, schema.schema);
  return {
    model,
    messages: chatMessages(prompted),
    max_tokens,
    ...(temperature === undefined ? {} : { temperature: Math.min(temperature, 1) }),
    ...(top_p === undefined ? {} : { top_p }),
    ...(stop === undefined || stop.length === 0 ? {} : { stop: stop.slice(0, 1) }),
    ...(schema === undefined ? {} : { response_format: { type: 'json_object' } }),
    ...toolsOf(request),
    ...(stream ? { stream: true as const } : {}),
  };
}

/** "auto" is the only choice there is; without tools it is "none". */
function toolsOf({ tools, tool_choice }: ModelRequest): Pick<ChatCompletionCreateParams, 'tools' | 'tool_choice'> {
  if (tools === undefined || tools.length === 0 || tool_choice === 'none') return {};
  return { tools: chatTools(tools), tool_choice: 'auto' };
}

/** GLM's codes, strings on the wire. Most come with a 429, whatever they mean. */
const kinds: Readonly<Record<string, FailureKind>> = {
  '1000': 'auth', '1001': 'auth', '1002': 'auth', '1003': 'auth', '1004': 'auth',
  // Locked, and banned for unfair use: nobody but the account's owner can change it.
  '1112': 'auth', '1121': 'auth', '1220': 'auth', '1313': 'auth',
  '1113': 'no_money', '1309': 'no_money',
  '1210': 'bad_request', '1213': 'bad_request', '1214': 'bad_request', '1261': 'bad_request',
  '1211': 'model_missing', '1222': 'model_missing',
  '1234': 'outage', '1305': 'outage',
  '1301': 'refused',
  '1302': 'throttled', '1303': 'throttled',
  '1308': 'quota', '1310': 'quota',
}; // prettier-ignore

function classify({ status, error, headers, now }: Refusal): Verdict {
  const { code = '', message } = error;
  const kind = (Object.hasOwn(kinds, code) ? kinds[code] : undefined) ?? kindOfStatus(status);
  const stated = kind === 'quota' ? secondsToStatedReset(message, now) : undefined;
  return { kind, retryAfterSeconds: retryAfterOf(headers, now) ?? stated };
}
