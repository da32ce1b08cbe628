import type { JsonSchema } from '@nexus/contracts';

/** Providers by their names on the wire. `noop` answers without a model and is never part of a chain. */
export const PROVIDERS = ['gemini', 'openai', 'anthropic', 'glm', 'openai-compatible'] as const;
export type ProviderName = (typeof PROVIDERS)[number];

/** A tool the model may call, as OpenAI writes it; passed through, never executed here. */
export type ModelTool = { name: string; description?: string | undefined; parameters: JsonSchema };
export type ModelToolChoice = 'auto' | 'none' | 'required' | { name: string };
/** `arguments` is JSON as the model wrote it: it may be broken. */
export type ModelToolCall = { id: string; name: string; arguments: string };

export type ModelMessage =
  | { role: 'system' | 'user'; content: string }
  | { role: 'assistant'; content: string; tool_calls?: ModelToolCall[] | undefined }
  | { role: 'tool'; content: string; tool_call_id: string };

/** One call of one model. Everything that changes the answer is in here, so that it can be a dedupe key. */
export type ModelRequest = {
  model: string;
  messages: ModelMessage[];
  temperature?: number | undefined;
  /** Output tokens at most, thinking included where the provider counts it so. */
  max_tokens: number;
  top_p?: number | undefined;
  stop?: string[] | undefined;
  /** JSON mode: the provider's own schema mode where it has one, else the schema is put into the system prompt. */
  schema?: { name: string; schema: JsonSchema } | undefined;
  tools?: ModelTool[] | undefined;
  tool_choice?: ModelToolChoice | undefined;
};

/** What a call needs beside the request. */
export type CallContext = {
  key: string;
  /** Aborts at the call's deadline or when the caller hangs up; `signal.reason` is 'timeout' or 'caller'. */
  signal: AbortSignal;
};

/** Tokens in disjoint buckets: their sum is what was used, each is billed at its own price. */
export type Usage = { input: number; cache_read: number; cache_write: number; output: number; reasoning: number };

/** Why a model stopped. `length` = cut off at max_tokens. Refusals and blocks are failures, never answers. */
export type Finish = 'stop' | 'length' | 'tool_calls';

/** An accepted answer: text or tool calls, at least one of them not empty. `usage` undefined = the provider did not say. */
export type ModelAnswer = {
  text: string;
  tool_calls: ModelToolCall[];
  finish: Finish;
  usage: Usage | undefined;
  /** The model as the provider names it in its answer. */
  model: string;
};

/**
 * What a stream yields: deltas in order, then exactly one `end` with the whole answer. A stream that ends without its
 * provider's final marker throws; nothing is yielded before the first real token.
 */
export type ModelEvent =
  | { type: 'text'; text: string }
  | { type: 'tool_call'; index: number; id?: string | undefined; name?: string | undefined; arguments: string }
  | { type: 'end'; answer: ModelAnswer };

/** One provider. Calls once, never retries, never waits longer than its signal; throws {@link ProviderFailure}s only. */
export type Provider = {
  name: ProviderName;
  /** Whether schemas are enforced by the provider itself. */
  nativeSchema: boolean;
  generate(request: ModelRequest, context: CallContext): Promise<ModelAnswer>;
  stream(request: ModelRequest, context: CallContext): AsyncIterable<ModelEvent>;
};
