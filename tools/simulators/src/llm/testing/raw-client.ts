import type { LlmSimulator } from '../llm-simulator.ts';
import type { SimulatedProvider } from '../simulated-provider.ts';

/** The operations under test: every provider's, and OpenAI's two. */
export const DOORS = ['gemini', 'responses', 'chat', 'anthropic', 'glm', 'compatible'] as const;
export type DoorName = (typeof DOORS)[number];

export const PROVIDER_OF: Readonly<Record<DoorName, SimulatedProvider>> = {
  gemini: 'gemini',
  responses: 'openai',
  chat: 'openai',
  anthropic: 'anthropic',
  glm: 'glm',
  compatible: 'openai-compatible',
};

export interface RawCall {
  readonly text?: string;
  readonly stream?: boolean;
  readonly maxTokens?: number;
  /** A schema of JSON mode, in the provider's own way of asking. */
  readonly schema?: object;
  /** A tool named `lookup` with this schema. */
  readonly tool?: object;
  readonly signal?: AbortSignal;
  readonly headers?: Readonly<Record<string, string>>;
  readonly key?: string | null;
  /** Fields put into the body. */
  readonly extra?: object;
}

/** One request as the provider's documentation writes it, by plain fetch. */
export function call(simulator: LlmSimulator, door: DoorName, given: RawCall = {}): Promise<Response> {
  const { path, body } = requestOf(door, given);
  const { key = 'raw-client-key', signal } = given;
  return fetch(simulator.bases[PROVIDER_OF[door]] + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...keyHeaders(door, key), ...given.headers },
    body: JSON.stringify({ ...body, ...given.extra }),
    ...(signal && { signal }),
  });
}

function keyHeaders(door: DoorName, key: string | null): Record<string, string> {
  if (key === null) return door === 'anthropic' ? { 'anthropic-version': '2023-06-01' } : {};
  if (door === 'gemini') return { 'x-goog-api-key': key };
  if (door === 'anthropic') return { 'x-api-key': key, 'anthropic-version': '2023-06-01' };
  return door === 'compatible' ? {} : { authorization: `Bearer ${key}` };
}

function requestOf(door: DoorName, given: RawCall): { path: string; body: object } {
  const { text = 'hello', stream = false, maxTokens = 4_000, schema, tool } = given;
  const messages = [{ role: 'user', content: text }];
  const chatTools = tool && [{ type: 'function', function: { name: 'lookup', parameters: tool } }];
  switch (door) {
    case 'gemini': {
      const operation = stream ? 'streamGenerateContent?alt=sse' : 'generateContent';
      const json = schema && { responseMimeType: 'application/json', responseJsonSchema: schema };
      const tools = tool && [{ functionDeclarations: [{ name: 'lookup', parametersJsonSchema: tool }] }];
      const contents = [{ role: 'user', parts: [{ text }] }];
      const generationConfig = { maxOutputTokens: maxTokens, ...json };
      return { path: `/models/m-1:${operation}`, body: { contents, generationConfig, ...(tools && { tools }) } };
    }
    case 'responses': {
      const format = { type: 'json_schema', name: 'answer', strict: true, schema };
      const tools = tool && [{ type: 'function', name: 'lookup', parameters: tool, strict: true }];
      const options = { ...(schema && { text: { format } }), ...(tools && { tools }) };
      return {
        path: '/responses',
        body: { model: 'm-1', input: text, max_output_tokens: maxTokens, store: false, stream, ...options },
      };
    }
    case 'anthropic': {
      const output_config = schema && { format: { type: 'json_schema', schema } };
      const tools = tool && [{ name: 'lookup', input_schema: tool }];
      const options = { ...(output_config && { output_config }), ...(tools && { tools }) };
      return { path: '/messages', body: { model: 'm-1', max_tokens: maxTokens, messages, stream, ...options } };
    }
    case 'glm': {
      const system = { role: 'system', content: `Answer with JSON for this schema:\n${JSON.stringify(schema)}` };
      const json = schema && { response_format: { type: 'json_object' }, messages: [system, ...messages] };
      return {
        path: '/chat/completions',
        body: {
          model: 'm-1',
          max_tokens: maxTokens,
          messages,
          stream,
          ...json,
          ...(chatTools && { tools: chatTools }),
        },
      };
    }
    default: {
      const json_schema = { name: 'answer', strict: true, schema };
      const options = {
        ...(schema && { response_format: { type: 'json_schema', json_schema } }),
        ...(chatTools && { tools: chatTools }),
        ...(stream && { stream_options: { include_usage: true } }),
      };
      return {
        path: '/chat/completions',
        body: { model: 'm-1', max_completion_tokens: maxTokens, messages, stream, ...options },
      };
    }
  }
}
