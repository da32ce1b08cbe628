import type { z } from 'zod';
import type { ProblemCode } from './problem.ts';

/**
 * Who may call a route. `user` admits the admin key too; `userOrAgent` admits every known key; `agent` is the agent key,
 * or the user key while no agent key is set.
 */
export type Access = 'none' | 'user' | 'agent' | 'userOrAgent' | 'admin';

/** JSON by a schema. */
export type JsonContent<Schema extends z.ZodType = z.ZodType> = { kind: 'json'; schema: Schema };
/** JSON whose bytes are signed: the handler gets the bytes, checks them, and only then opens the body. */
export type SignedJsonContent<Schema extends z.ZodType = z.ZodType> = { kind: 'signed-json'; schema: Schema };
/** Bytes of any size, streamed in both directions. */
export type BytesContent = { kind: 'bytes' };
/** A text document of one media type. */
export type TextContent = { kind: 'text'; mediaType: string };
/** A stream of server-sent events that all have the one name and one schema. */
export type EventsContent<Schema extends z.ZodType = z.ZodType> = { kind: 'events'; event: string; schema: Schema };
/** JSON by a schema, or server-sent events when the request asks for a stream; what these carry the description says. */
export type JsonOrStreamContent<Schema extends z.ZodType = z.ZodType> = { kind: 'json-or-stream'; schema: Schema };
/** No body. */
export type NoContent = { kind: 'nothing' };

export type RequestContent = JsonContent | SignedJsonContent | BytesContent;
export type ResponseContent =
  JsonContent | BytesContent | TextContent | EventsContent | JsonOrStreamContent | NoContent;

/** The declaration of one route, from which validation, OpenAPI document, typed client and docs page are derived. */
export type Route = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with parameters in braces, as OpenAPI writes it. */
  path: `/${string}`;
  auth: Access;
  /** Heading under which the docs list it. */
  group: 'tasks' | 'files' | 'agents' | 'models' | 'spending' | 'letters' | 'operations';
  summary: string;
  summary_ko?: string;
  description?: string;
  description_ko?: string;
  /** A path parameter that does not fit is an unknown resource: 404. */
  params?: z.ZodObject;
  query?: z.ZodObject;
  /** Request headers in lower case that the handler reads. */
  headers?: z.ZodObject;
  body?: RequestContent;
  /** Success contents by status, and the codes of the problems the handler may answer (those of mounting are implied). */
  responses: { readonly [status: number]: ResponseContent } & { readonly errors: readonly ProblemCode[] };
  /** Headers of a success that a client may rely on. */
  responseHeaders?: Record<string, string>;
  /** Time the handler may take, for routes that wait for the outside world; else the limit of the app holds. */
  handlerSeconds?: number;
  /** An example body for the docs. */
  example?: unknown;
};

/** Declares one route; the literal types are kept, so that handlers and clients are checked against it. */
export function route<const Declared extends Route>(declared: Declared): Declared {
  return declared;
}

export function json<Schema extends z.ZodType>(schema: Schema): JsonContent<Schema> {
  return { kind: 'json', schema };
}

export function signedJson<Schema extends z.ZodType>(schema: Schema): SignedJsonContent<Schema> {
  return { kind: 'signed-json', schema };
}

export function bytes(): BytesContent {
  return { kind: 'bytes' };
}

export function text(mediaType: string): TextContent {
  return { kind: 'text', mediaType };
}

export function events<Schema extends z.ZodType>(event: string, schema: Schema): EventsContent<Schema> {
  return { kind: 'events', event, schema };
}

export function jsonOrStream<Schema extends z.ZodType>(schema: Schema): JsonOrStreamContent<Schema> {
  return { kind: 'json-or-stream', schema };
}

export function nothing(): NoContent {
  return { kind: 'nothing' };
}

/** Codes that mounting itself may answer on a route, whatever its handler does. */
export function impliedErrors(declared: Route): ProblemCode[] {
  const codes: ProblemCode[] = [];
  if (declared.auth !== 'none') codes.push('UNAUTHORIZED', 'FORBIDDEN');
  if (declared.params) codes.push('NOT_FOUND');
  if (declared.query || declared.headers || declared.body) codes.push('VALIDATION_ERROR');
  if (declared.body) codes.push('REQUEST_TIMEOUT', 'PAYLOAD_TOO_LARGE');
  if (declared.body && declared.body.kind !== 'bytes') codes.push('BAD_REQUEST', 'UNSUPPORTED_MEDIA_TYPE');
  return [...codes, 'INTERNAL_ERROR', 'TIMEOUT'];
}

/** Every problem code a client may see from a route, without repeats. */
export function routeErrors(declared: Route): ProblemCode[] {
  return [...new Set([...declared.responses.errors, ...impliedErrors(declared)])];
}

/** The success statuses a route declares, ascending. */
export function successStatuses(declared: Route): number[] {
  return Object.keys(declared.responses)
    .filter((key) => key !== 'errors')
    .map(Number);
}

/** Values as a handler reads them. */
export type Parsed<Schema> = Schema extends z.ZodType ? z.output<Schema> : Record<never, never>;
/** Values as a caller writes them. */
export type Written<Schema> = Schema extends z.ZodType ? z.input<Schema> : Record<never, never>;
/** The declared success statuses of a route as literal numbers. */
export type StatusOf<Declared extends Route> = Extract<keyof Declared['responses'], number>;
