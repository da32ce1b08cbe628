import type { Content, FunctionCallingConfigMode, GenerationConfig, Part, Tool, ToolConfig } from '@google/genai';
import type { ModelRequest, ModelToolCall, ModelToolChoice } from '../model.ts';
import { trimmedBase } from './base-url.ts';
import type { Dialect } from './dialect.ts';
import { createContentStreamReader, readContent } from './gemini-answer.ts';
import { classifyGemini } from './gemini-failure.ts';
import { geminiSchema } from './gemini-schema.ts';
import { jsonHeaders } from './json-headers.ts';
import { isJsonObject, parseJson } from './json-value.ts';
import { conversationOf, mergeNeighbours, type Turn } from './turns.ts';

/** The API's request, of which the SDK has the parts but not the whole. */
type GenerateContentBody = {
  contents: Content[];
  systemInstruction?: Content;
  generationConfig: GenerationConfig;
  tools?: Tool[];
  toolConfig?: ToolConfig;
};

/** Gemini's generateContent. `base` ends in the API's version, e.g. `/v1beta`. The key travels in a header, never in the URL. */
export function geminiDialect(base: string): Dialect {
  const trimmed = trimmedBase(base);
  return {
    name: 'gemini',
    nativeSchema: true,
    stopSequences: 5,
    write: (request, stream) => ({ url: `${trimmed}/${operation(request.model, stream)}`, body: bodyOf(request) }),
    headers: (key) => ({ ...jsonHeaders, 'x-goog-api-key': key }),
    readAnswer: readContent,
    createStreamReader: createContentStreamReader,
    classify: classifyGemini,
  };
}

/** Names may come as the API lists them, `models/…`; tuned models have a path of their own. */
function operation(model: string, stream: boolean): string {
  const [, folder = 'models', name = model] = /^(models|tunedModels)\/(.+)$/.exec(model) ?? [];
  const method = stream ? 'streamGenerateContent?alt=sse' : 'generateContent';
  return `${folder}/${encodeURIComponent(name)}:${method}`;
}

function bodyOf(request: ModelRequest): GenerateContentBody {
  const { system, turns } = conversationOf(request.messages);
  const calls = turns.flatMap((turn) => (turn.role === 'assistant' ? (turn.tool_calls ?? []) : []));
  const contents = turns.map((turn) => contentOf(turn, { calls, model: request.model }));
  return {
    contents: mergeNeighbours(contents, ({ parts }) => parts),
    ...(system === '' ? {} : { systemInstruction: { parts: [{ text: system }] } }),
    generationConfig: generationConfig(request),
    ...toolsOf(request),
  };
}

function generationConfig({ max_tokens, temperature, top_p, stop, schema }: ModelRequest): GenerationConfig {
  return {
    maxOutputTokens: max_tokens,
    ...(temperature === undefined ? {} : { temperature }),
    ...(top_p === undefined ? {} : { topP: top_p }),
    ...(stop === undefined || stop.length === 0 ? {} : { stopSequences: stop.slice(0, 5) }),
    ...(schema === undefined
      ? {}
      : { responseMimeType: 'application/json', responseJsonSchema: geminiSchema(schema.schema) }),
  };
}

type Asked = { calls: ModelToolCall[]; model: string };

function contentOf(turn: Turn, { calls, model }: Asked): { role: string; parts: Part[] } {
  if (turn.role === 'tool') {
    const name = calls.find(({ id }) => id === turn.tool_call_id)?.name ?? turn.tool_call_id;
    return { role: 'user', parts: [{ functionResponse: { name, response: responseOf(turn.content) } }] };
  }
  const text: Part[] = turn.content === '' ? [] : [{ text: turn.content }];
  if (turn.role !== 'assistant') return { role: 'user', parts: text };
  const called = (turn.tool_calls ?? []).map((call, index) => callPart(call, index === 0 && signsCalls(model)));
  return { role: 'model', parts: [...text, ...called] };
}

/** A result must be an object. */
function responseOf(content: string): Record<string, unknown> {
  const value = parseJson(content);
  return isJsonObject(value) ? value : { result: content };
}

/** From Gemini 3 on, the first call of a turn must carry the signature it came with, or a 400 follows. */
function signsCalls(model: string): boolean {
  return /gemini-(?:[3-9]|\d\d)/.test(model);
}

/**
 * Signatures are opaque to us and do not survive the shape in which callers keep their conversation; this documented
 * value tells the API to do without.
 */
const NO_SIGNATURE = 'skip_thought_signature_validator';

function callPart({ name, arguments: written }: ModelToolCall, sign: boolean): Part {
  const args = parseJson(written);
  return {
    functionCall: { name, args: isJsonObject(args) ? args : {} },
    ...(sign ? { thoughtSignature: NO_SIGNATURE } : {}),
  };
}

function toolsOf({ tools, tool_choice }: ModelRequest): { tools?: Tool[]; toolConfig?: ToolConfig } {
  if (tools === undefined || tools.length === 0) return {};
  const functionDeclarations = tools.map(({ name, description, parameters }) => ({
    name,
    ...(description === undefined ? {} : { description }),
    parametersJsonSchema: geminiSchema(parameters),
  }));
  if (tool_choice === undefined) return { tools: [{ functionDeclarations }] };
  return { tools: [{ functionDeclarations }], toolConfig: { functionCallingConfig: choiceOf(tool_choice) } };
}

/** The SDK's modes are an enum, whose values are the words on the wire. */
const modes = { auto: 'AUTO', none: 'NONE', required: 'ANY' } as const;

function choiceOf(choice: ModelToolChoice): { mode: FunctionCallingConfigMode; allowedFunctionNames?: string[] } {
  const mode = (typeof choice === 'string' ? modes[choice] : 'ANY') as FunctionCallingConfigMode;
  return typeof choice === 'string' ? { mode } : { mode, allowedFunctionNames: [choice.name] };
}
