import type { ChatCompletionCreateParams } from 'openai/resources/chat/completions';
import type { ModelRequest } from '../model.ts';
import { chatCompletionsUrl } from './base-url.ts';
import { createChatStreamReader, readChatAnswer } from './chat-answer.ts';
import { chatMessages, chatToolChoice, chatTools } from './chat-request.ts';
import type { Dialect } from './dialect.ts';
import { jsonHeaders } from './json-headers.ts';
import { classifyOpenai } from './openai-failure.ts';
import { allowsStrict, schemaName } from './openai-schema.ts';

/**
 * Servers that speak OpenAI's chat completions: Ollama, vLLM, llama.cpp, LM Studio. They mostly need no key, and none is sent
 * then. `base` ends in `/v1` with most of them.
 */
export function openaiCompatibleDialect(base: string): Dialect {
  const url = chatCompletionsUrl(base);
  return {
    name: 'openai-compatible',
    nativeSchema: true,
    stopSequences: 4,
    write: (request, stream) => ({ url, body: bodyOf(request, stream) }),
    headers: (key) => ({
      ...jsonHeaders,
      ...(key === '' ? {} : { authorization: `Bearer ${key}` }),
    }),
    readAnswer: readChatAnswer,
    createStreamReader: createChatStreamReader,
    classify: classifyOpenai,
  };
}

function bodyOf(request: ModelRequest, stream: boolean): ChatCompletionCreateParams {
  const { model, messages, max_tokens, temperature, top_p, stop, schema, tools, tool_choice } = request;
  return {
    model,
    messages: chatMessages(messages),
    max_tokens,
    ...(temperature === undefined ? {} : { temperature }),
    ...(top_p === undefined ? {} : { top_p }),
    ...(stop === undefined || stop.length === 0 ? {} : { stop: stop.slice(0, 4) }),
    ...(schema === undefined ? {} : { response_format: { type: 'json_schema', json_schema: format(schema) } }),
    ...(tools === undefined || tools.length === 0 ? {} : { tools: chatTools(tools) }),
    ...(tools === undefined || tools.length === 0 || tool_choice === undefined
      ? {}
      : { tool_choice: chatToolChoice(tool_choice) }),
    ...(stream ? { stream: true as const, stream_options: { include_usage: true } } : {}),
  };
}

function format({ name, schema }: NonNullable<ModelRequest['schema']>) {
  return { name: schemaName(name), strict: allowsStrict(schema), schema };
}
