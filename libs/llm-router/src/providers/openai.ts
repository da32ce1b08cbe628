import type {
  ResponseCreateParams,
  ResponseFormatTextConfig,
  ResponseInputItem,
} from 'openai/resources/responses/responses';
import type { ModelMessage, ModelRequest } from '../model.ts';
import { trimmedBase } from './base-url.ts';
import type { Dialect } from './dialect.ts';
import { jsonHeaders } from './json-headers.ts';
import { createResponseStreamReader, readResponse } from './openai-answer.ts';
import { classifyOpenai } from './openai-failure.ts';
import { allowsStrict, schemaName } from './openai-schema.ts';
import { openaiSampling } from './sampling.ts';

/** OpenAI's /responses; nothing is stored there. It takes no stop sequences: they are applied to its answer here. */
export function openaiDialect(base: string): Dialect {
  const url = `${trimmedBase(base)}/responses`;
  return {
    name: 'openai',
    nativeSchema: true,
    stopSequences: 0,
    write: (request, stream) => ({ url, body: bodyOf(request, stream) }),
    headers: (key) => ({ ...jsonHeaders, authorization: `Bearer ${key}` }),
    readAnswer: readResponse,
    createStreamReader: createResponseStreamReader,
    classify: classifyOpenai,
  };
}

function bodyOf(request: ModelRequest, stream: boolean): ResponseCreateParams {
  const { model, messages, max_tokens, schema, tools, tool_choice } = request;
  const hasTools = tools !== undefined && tools.length > 0;
  return {
    model,
    input: messages.flatMap(inputItems),
    max_output_tokens: max_tokens,
    store: false,
    ...openaiSampling(request),
    ...(schema === undefined ? {} : { text: { format: formatOf(schema) } }),
    ...(hasTools ? { tools: tools.map(functionTool) } : {}),
    ...(hasTools && tool_choice !== undefined ? { tool_choice: toolChoice(tool_choice) } : {}),
    ...(stream ? { stream: true as const } : {}),
  };
}

function inputItems(message: ModelMessage): ResponseInputItem[] {
  if (message.role === 'tool')
    return [{ type: 'function_call_output', call_id: message.tool_call_id, output: message.content }];
  const { role, content } = message;
  if (role !== 'assistant') return [{ role, content }];
  const calls = message.tool_calls ?? [];
  return [
    ...(content === '' ? [] : [{ role, content }]),
    ...calls.map((call) => ({
      type: 'function_call' as const,
      call_id: call.id,
      name: call.name,
      arguments: call.arguments,
    })),
  ];
}

function formatOf({ name, schema }: NonNullable<ModelRequest['schema']>): ResponseFormatTextConfig {
  return { type: 'json_schema', name: schemaName(name), strict: allowsStrict(schema), schema };
}

function functionTool({ name, description, parameters }: NonNullable<ModelRequest['tools']>[number]) {
  return {
    type: 'function' as const,
    name,
    ...(description === undefined ? {} : { description }),
    parameters,
    strict: false,
  };
}

function toolChoice(choice: NonNullable<ModelRequest['tool_choice']>) {
  return typeof choice === 'string' ? choice : { type: 'function' as const, name: choice.name };
}
