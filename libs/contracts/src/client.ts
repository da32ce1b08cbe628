import type { z } from 'zod';
import { readEvents, type ServerSentEvent } from './client-events.ts';
import { problemSchema } from './problem.ts';
import type {
  BytesContent,
  EventsContent,
  JsonContent,
  JsonOrStreamContent,
  NoContent,
  Parsed,
  RequestContent,
  Route,
  SignedJsonContent,
  StatusOf,
  TextContent,
  Written,
} from './route.ts';
import { routes, type Routes } from './routes/routes.ts';

export type ClientOptions = {
  /** Address of the supervisor, for example `http://127.0.0.1:8000`. */
  baseUrl: string;
  /** User or agent key, sent as X-API-Key. */
  key?: string;
  /** Admin key, sent as X-Admin-Key on admin routes. */
  adminKey?: string;
  fetch?: typeof globalThis.fetch;
  /** How long an answer may take: to its end for documents, to its headers for files and event streams. */
  timeoutMs: number;
};

/**
 * A call that did not succeed, as data. `status` 0 = no answer came: `code` is then NETWORK_ERROR, CLIENT_TIMEOUT or
 * ABORTED. BAD_RESPONSE = the answer is not what the contract says. `retry_after` in seconds, when the server said so.
 */
export type ClientFailure = {
  ok: false;
  code: string;
  status: number;
  message: string;
  detail?: Record<string, unknown>;
  retry_after?: number;
  request_id?: string;
};

type Received<Content> =
  Content extends JsonContent<infer Schema>
    ? z.output<Schema>
    : Content extends EventsContent<infer Schema>
      ? AsyncIterable<{ id: string; event: string; data: z.output<Schema> }>
      : Content extends BytesContent
        ? ReadableStream<Uint8Array>
        : Content extends TextContent
          ? string
          : Content extends JsonOrStreamContent<infer Schema>
            ? | { json: z.output<Schema>; events?: undefined }
              | { json?: undefined; events: AsyncGenerator<ServerSentEvent> }
            : Content extends NoContent
              ? undefined
              : never;

export type ClientSuccess<Declared extends Route> = {
  [Status in StatusOf<Declared>]: {
    ok: true;
    status: Status;
    body: Received<Declared['responses'][Status]>;
    headers: Headers;
  };
}[StatusOf<Declared>];

export type ClientResult<Declared extends Route> = ClientSuccess<Declared> | ClientFailure;

/** Content of an upload; `Blob` (also of a file, by `fs.openAsBlob`) and `ReadableStream` are streamed. */
export type UploadContent = Blob | Uint8Array<ArrayBuffer> | string | ReadableStream<Uint8Array>;

type Sent<Content> =
  Content extends JsonContent<infer Schema>
    ? { body: z.input<Schema> }
    : Content extends SignedJsonContent<infer Schema>
      ? { body: z.input<Schema> } | { /** JSON exactly as it was signed. */ rawBody: string }
      : Content extends BytesContent
        ? { body: UploadContent }
        : unknown;

type Extra = { signal?: AbortSignal; timeoutMs?: number; extraHeaders?: Record<string, string> };

export type CallArguments<Declared extends Route> = Extra &
  (Declared extends { params: infer Params } ? { params: Parsed<Params> } : unknown) &
  (Declared extends { query: infer Query } ? { query?: Partial<Record<keyof Written<Query>, QueryValue>> } : unknown) &
  (Declared extends { headers: infer Headers } ? HeaderArguments<Written<Headers>> : unknown) &
  (Declared extends { body: infer Body } ? Sent<Body> : unknown);

type HeaderArguments<Headers> = Record<never, never> extends Headers ? { headers?: Headers } : { headers: Headers };

type Method<Declared extends Route> =
  Extra extends CallArguments<Declared>
    ? (call?: CallArguments<Declared>) => Promise<ClientResult<Declared>>
    : (call: CallArguments<Declared>) => Promise<ClientResult<Declared>>;

/** One method per route of the supervisor. No method throws; nothing is retried. */
export type Client = { [Name in keyof Routes]: Method<Routes[Name]> };

/** A typed client over `fetch`, derived from the route declarations. */
export function createClient(options: ClientOptions): Client {
  const methods = Object.entries<Route>(routes).map(([name, declared]) => [
    name,
    (call: LooseCall = {}) => request(declared, call, options),
  ]);
  return Object.fromEntries(methods) as Client;
}

/** A list is written as a repeated parameter. */
type QueryValue = string | number | boolean | readonly string[];

type LooseCall = {
  params?: Record<string, string>;
  query?: Record<string, QueryValue | undefined>;
  headers?: Record<string, string | undefined>;
  body?: unknown;
  rawBody?: string;
} & Extra;

async function request(declared: Route, call: LooseCall, options: ClientOptions): Promise<unknown> {
  const deadline = new AbortController();
  const timeoutMs = call.timeoutMs ?? options.timeoutMs;
  const timer = setTimeout(() => deadline.abort(), timeoutMs);
  const signal = call.signal ? AbortSignal.any([deadline.signal, call.signal]) : deadline.signal;
  try {
    const response = await (options.fetch ?? fetch)(address(declared, call, options.baseUrl), {
      method: declared.method,
      headers: headersOf(declared, call, options),
      ...payload(declared.body, call),
      signal,
    });
    return await receive(declared, response);
  } catch (error) {
    return connectionFailure(error, {
      timedOut: deadline.signal.aborted,
      timeoutMs,
      aborted: call.signal?.aborted === true,
    });
  } finally {
    clearTimeout(timer);
  }
}

function address(declared: Route, call: LooseCall, baseUrl: string): string {
  const path = declared.path.replace(/\{(\w+)\}/g, (_whole, name: string) =>
    encodeURIComponent(call.params?.[name] ?? ''),
  );
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(call.query ?? {})) {
    const values = Array.isArray(value) ? (value as readonly string[]) : value === undefined ? [] : [value];
    for (const each of values) query.append(name, String(each));
  }
  const search = query.toString();
  return `${baseUrl.replace(/\/+$/, '')}${path}${search === '' ? '' : `?${search}`}`;
}

function headersOf(declared: Route, call: LooseCall, options: ClientOptions): Headers {
  const headers = new Headers();
  if (declared.body)
    headers.set('content-type', declared.body.kind === 'bytes' ? 'application/octet-stream' : 'application/json');
  if (declared.auth !== 'none' && declared.auth !== 'admin' && options.key !== undefined)
    headers.set('x-api-key', options.key);
  if (declared.auth === 'admin' && options.adminKey !== undefined) headers.set('x-admin-key', options.adminKey);
  for (const [name, value] of Object.entries({ ...call.headers, ...call.extraHeaders })) {
    if (value !== undefined) headers.set(name, value);
  }
  return headers;
}

/** `duplex: half` is what fetch demands for a streamed body; it is absent from the types of older Nodes. */
function payload(
  content: RequestContent | undefined,
  call: LooseCall,
): { body?: NonNullable<RequestInit['body']>; duplex?: 'half' } {
  if (!content) return {};
  if (content.kind === 'bytes') return { body: call.body as UploadContent, duplex: 'half' };
  if (call.rawBody !== undefined) return { body: call.rawBody };
  return call.body === undefined ? {} : { body: JSON.stringify(call.body) };
}

async function receive(declared: Route, response: Response): Promise<unknown> {
  const content = declared.responses[response.status];
  if (!content) return problemOf(response);
  const success = { ok: true, status: response.status, headers: response.headers };
  if (content.kind === 'bytes') return { ...success, body: response.body };
  if (content.kind === 'events') return { ...success, body: typedEvents(response, content) };
  const streams = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
  if (content.kind === 'json-or-stream' && streams && response.body !== null)
    return { ...success, body: { events: readEvents(response.body) } };
  const text = await response.text();
  if (content.kind === 'nothing') return { ...success, body: undefined };
  if (content.kind === 'text') return { ...success, body: text };
  const parsed = content.schema.safeParse(jsonOf(text));
  if (parsed.success) return { ...success, body: content.kind === 'json' ? parsed.data : { json: parsed.data } };
  return badResponse(
    response,
    `the ${response.status} answer to ${declared.method} ${declared.path} is not what the contract says`,
  );
}

async function* typedEvents(response: Response, content: EventsContent): AsyncGenerator<unknown> {
  if (!response.body) return;
  for await (const event of readEvents(response.body)) {
    const parsed = content.schema.safeParse(jsonOf(event.data));
    if (event.event === content.event && parsed.success) yield { ...event, data: parsed.data };
  }
}

async function problemOf(response: Response): Promise<ClientFailure> {
  const parsed = problemSchema.safeParse(jsonOf(await response.text()));
  if (!parsed.success)
    return badResponse(response, `the server answered ${response.status} without a problem document`);
  const { error, request_id } = parsed.data;
  return {
    ok: false,
    code: error.code,
    status: response.status,
    message: error.message,
    ...(error.detail === undefined ? {} : { detail: error.detail }),
    ...retryAfterOf(response),
    request_id,
  };
}

function badResponse(response: Response, message: string): ClientFailure {
  return { ok: false, code: 'BAD_RESPONSE', status: response.status, message, ...retryAfterOf(response) };
}

/** The supervisor writes seconds; a date, as a proxy may write it, is left to whoever knows the time. */
function retryAfterOf(response: Response): { retry_after?: number } {
  const header = response.headers.get('retry-after');
  return header !== null && /^\d+$/.test(header) ? { retry_after: Number(header) } : {};
}

function connectionFailure(
  error: unknown,
  why: { timedOut: boolean; timeoutMs: number; aborted: boolean },
): ClientFailure {
  if (why.aborted) return { ok: false, code: 'ABORTED', status: 0, message: 'the call was given up by its caller' };
  if (why.timedOut)
    return { ok: false, code: 'CLIENT_TIMEOUT', status: 0, message: `no answer within ${why.timeoutMs} ms` };
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const text =
    cause instanceof Error
      ? ['code' in cause ? String(cause.code) : '', cause.message].filter(Boolean).join(': ')
      : String(cause);
  return { ok: false, code: 'NETWORK_ERROR', status: 0, message: `the supervisor could not be reached: ${text}` };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
