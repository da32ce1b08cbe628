import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type {
  BytesContent,
  EventsContent,
  JsonContent,
  JsonOrStreamContent,
  NoContent,
  Parsed,
  ProblemReply,
  Route,
  SignedJsonContent,
  StatusOf,
  TextContent,
} from '@nexus/contracts';
import type { z } from 'zod';

/** Who calls: the kind of key, and a fingerprint of it that may be logged and stored. */
export type Credential = { kind: 'user' | 'agent' | 'admin'; fingerprint: string };

/** A signed body: the bytes as received, and the parsed value on demand. `open` ends the request with 400 or 422. */
export type SignedBody<Value> = { bytes: Buffer; open(): Value };

type BodyOf<Content> =
  Content extends JsonContent<infer Schema>
    ? z.output<Schema>
    : Content extends SignedJsonContent<infer Schema>
      ? SignedBody<z.output<Schema>>
      : Content extends BytesContent
        ? Readable
        : undefined;

/** A request that passed its route's declaration. */
export type RouteRequest<Declared extends Route> = {
  params: Declared extends { params: infer Schema } ? Parsed<Schema> : undefined;
  query: Declared extends { query: infer Schema } ? Parsed<Schema> : undefined;
  /** The declared headers. */
  headers: Declared extends { headers: infer Schema } ? Parsed<Schema> : undefined;
  body: Declared extends { body: infer Content } ? BodyOf<Content> : undefined;
  /** Every header as sent, names in lower case, for what cannot be declared (a header whose name is a setting). */
  sentHeaders: IncomingHttpHeaders;
  requestId: string;
  /** Address of the socket's other end; forwarded headers do not count. */
  peer: string;
  /** Absent on routes without a key. */
  credential: Credential | undefined;
  /**
   * Aborted when the client goes away; at a shutdown at once for an event stream, else when the time to finish is over.
   * What a handler does then is waited for a moment only.
   */
  signal: AbortSignal;
};

/** What an event stream carries: a snapshot with its resume id, or a comment that keeps the connection alive. */
export type EventItem<Data> = { id: string; data: Data } | { comment: string };

/** One frame of a stream that a route writes in a format of its own: `text` as it is, or JSON under an event's name or none. */
export type StreamFrame = { event?: string; json: unknown } | { text: string } | { comment: string };

type Headers = { headers?: Record<string, string> };

type SuccessReply<Status, Content> =
  Content extends JsonContent<infer Schema>
    ? { status: Status; body: z.output<Schema> } & Headers
    : Content extends EventsContent<infer Schema>
      ? { status: Status; events: AsyncIterable<EventItem<z.output<Schema>>> } & Headers
      : Content extends JsonOrStreamContent<infer Schema>
        ? ({ status: Status; body: z.output<Schema> } | { status: Status; frames: AsyncIterable<StreamFrame> }) &
            Headers
        : Content extends BytesContent
          ? { status: Status; stream: Readable } & Headers
          : Content extends TextContent
            ? { status: Status; text: string } & Headers
            : Content extends NoContent
              ? { status: Status } & Headers
              : never;

/** A declared success, or one of the route's declared problems: anything else does not compile. */
export type RouteReply<Declared extends Route> =
  | { [Status in StatusOf<Declared>]: SuccessReply<Status, Declared['responses'][Status]> }[StatusOf<Declared>]
  | ProblemReply<Declared['responses']['errors'][number]>;

/** Does one route's work. What it throws becomes the problem that `classify` knows, else INTERNAL_ERROR. */
export type Handler<Declared extends Route> = (request: RouteRequest<Declared>) => Promise<RouteReply<Declared>>;

/** One handler for every declared route. */
export type Handlers<Routes extends Record<string, Route>> = { readonly [Name in keyof Routes]: Handler<Routes[Name]> };

/** A reply of any route, as the writer sees it. */
export type AnyReply =
  | ({
      status: number;
      body?: unknown;
      text?: string;
      stream?: Readable;
      events?: AsyncIterable<EventItem<unknown>>;
      frames?: AsyncIterable<StreamFrame>;
    } & Headers)
  | ProblemReply;
