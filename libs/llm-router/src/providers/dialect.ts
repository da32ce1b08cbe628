import type { ModelEvent, ModelRequest, ModelToolCall, ProviderName, Usage } from '../model.ts';
import type { FailureKind } from '../provider-failure.ts';
import type { WireHeaders } from '../transport/exchange.ts';
import type { JsonObject } from './json-value.ts';
import type { WireError } from './wire-error.ts';

/**
 * Why a model stopped, in our words. `refused` = by policy · `malformed` = the model wrote something unusable · `broken` =
 * the provider failed inside a good status · `unknown` = a word this version does not know.
 */
export type Ended = 'stop' | 'length' | 'tool_calls' | 'refused' | 'malformed' | 'broken' | 'unknown';

/** What a provider said, before it is decided whether that is an answer. */
export type Reading = {
  text: string;
  toolCalls: ModelToolCall[];
  /** Undefined = it did not say: the answer is not complete. */
  ended: Ended | undefined;
  /** The provider's own word for it, for messages. */
  reason: string;
  usage: Usage | undefined;
  model: string | undefined;
  /** An error reported inside an answer. */
  error?: WireError | undefined;
};

/** A piece of a stream that may be passed on. */
export type Delta = Exclude<ModelEvent, { type: 'end' }>;

/** Reads the events of one stream. Lives as long as the stream. */
export type StreamReader = {
  /** Takes one event and returns what of it is content; preambles, pings and thoughts return nothing. */
  read(event: JsonObject): Delta[];
  /** True when the provider's final marker was read: nothing that matters follows. */
  complete(): boolean;
  /** Everything read so far. */
  reading(): Reading;
};

/** A failed answer to classify: `status` is the HTTP status, or the one the error itself names inside a 200. */
export type Refusal = { status: number; error: WireError; headers: WireHeaders; now: number };

export type Verdict = { kind: FailureKind; retryAfterSeconds?: number | undefined };

/** What differs between providers: pure, no I/O. {@link createProvider} does the rest. */
export type Dialect = {
  name: ProviderName;
  nativeSchema: boolean;
  /** Stop sequences the provider itself takes; the others are applied to its answer here. */
  stopSequences: number;
  /** Where and what to send. Never puts the key anywhere. */
  write(request: ModelRequest, stream: boolean): { url: string; body: object };
  /** Headers with the key, the only place it travels in. */
  headers(key: string): Record<string, string>;
  readAnswer(body: JsonObject): Reading;
  createStreamReader(): StreamReader;
  classify(refusal: Refusal): Verdict;
};
