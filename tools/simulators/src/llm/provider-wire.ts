import type { Answer } from './answer.ts';
import type { ErrorFault } from './fault.ts';
import type { JsonObject } from './json-value.ts';
import type { SimulatedProvider } from './simulated-provider.ts';

/** One request as a provider's wire sees it. */
export interface Call {
  readonly method: string;
  /** Below the provider's prefix, without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** The JSON body; {} if there is none, undefined if it is no JSON. */
  readonly body: JsonObject | undefined;
  /** Counts the simulator's requests from 1: identifiers are made of it. */
  readonly sequence: number;
  readonly now: Date;
}

/** A tool a request offers, with the JSON Schema of its arguments. */
export interface OfferedTool {
  readonly name: string;
  readonly schema: unknown;
}

/** Whether tools may or must be called; a name: this one must be. */
export type ToolChoice = 'auto' | 'none' | 'required' | { readonly name: string };

/** What a request asks for, whatever the provider calls it. */
export interface Ask {
  readonly model: string;
  /** The text of the last message. */
  readonly lastText: string;
  /** Everything that counts as prompt: messages, system prompt, schema, tools. */
  readonly prompt: string;
  readonly stream: boolean;
  /** A JSON answer is asked for, with or without a schema. */
  readonly json: boolean;
  readonly schema: unknown;
  readonly tools: readonly OfferedTool[];
  readonly toolChoice: ToolChoice;
  readonly maxOutputTokens: number | undefined;
  /** OpenAI's stream_options.include_usage; true where a provider always tells. */
  readonly includeUsage: boolean;
}

/** What is wrong with a request: the errors a client can cause itself, beside those that are scripted. */
export type Problem =
  ErrorFault | { readonly kind: 'missingKey' } | { readonly kind: 'noSuchPath' } | { readonly kind: 'blockedPrompt' };

/** An HTTP error as the provider sends it. */
export interface Failure {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: unknown;
}

/** One event of a stream. `data` is JSON unless it is a string, which goes out as it is. */
export interface StreamEvent {
  /** `start` comes before any text, `end` is the terminal marker and what belongs to it. */
  readonly part: 'start' | 'text' | 'end';
  readonly name?: string;
  readonly data: unknown;
}

/** Server-sent events, or the elements of one JSON array (Gemini without alt=sse). */
export type StreamFraming = 'events' | 'array';

/** One operation of a provider that generates text. */
export interface Door {
  readonly framing: StreamFraming;
  /** Line ends of its server-sent events. */
  readonly newline: '\n' | '\r\n';
  /** What the provider would complain about, in its own order of checks. */
  readonly check: (call: Call) => Problem | undefined;
  readonly ask: (call: Call) => Ask;
  readonly body: (answer: Answer) => unknown;
  readonly events: (answer: Answer) => StreamEvent[];
  /** The body of a 200 that is an error. */
  readonly failedBody: (failure: Failure, answer: Answer) => unknown;
  /** The events that end a stream with an error. */
  readonly failedEvents: (failure: Failure, answer: Answer) => StreamEvent[];
  /** A keep-alive event; a comment where there is none. */
  readonly ping?: StreamEvent;
}

/** A provider's side of the wire. */
export interface ProviderWire {
  readonly name: SimulatedProvider;
  /** First segment of its paths. */
  readonly prefix: string;
  /** What follows the prefix in the base URL a client is given. */
  readonly base: string;
  /** A blocked prompt is an HTTP error here, not an answer without text. */
  readonly blocksWithError: boolean;
  /** Whether the request carries a key, which may be any. */
  readonly hasKey: (call: Call) => boolean;
  readonly door: (call: Call) => Door | undefined;
  /** The list of models, if the path is that of the list. */
  readonly models: (call: Call) => unknown;
  readonly failure: (problem: Problem, call: Call) => Failure;
  /** Headers of every answer. */
  readonly headers: (call: Call) => Readonly<Record<string, string>>;
}
