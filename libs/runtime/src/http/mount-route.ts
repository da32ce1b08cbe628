import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import type { ProblemReply, RequestContent, Route } from '@nexus/contracts';
import type { z } from 'zod';
import { Exchange } from './exchange.ts';
import type { AnyReply, Credential, Handler, SignedBody } from './handler.ts';
import type { Mounting } from './http-app.ts';
import { parseJsonBody } from './json-body.ts';
import { declaredTooLarge, readBody } from './read-body.ts';
import { refusal } from './refusal.ts';

/** A handler as the mounting calls it; the declaration vouches for its types. */
type LooseHandler = (request: AcceptedRequest) => Promise<AnyReply>;

/** Answers a request of its route, also when everything fails. `params` as they stand in the path, decoded. Never rejects. */
export type MountedRoute = (request: IncomingMessage, response: ServerResponse, params: PathParams) => Promise<void>;
type PathParams = Readonly<Record<string, string>>;

/** More issues than this help nobody. */
const MAX_ISSUES = 50;

/**
 * One function that does everything a route declares: key, parameters, body, handler, answer. Each step happens once and
 * a request that fails one never reaches the next; nothing it does can stay unanswered.
 */
export function mountRoute(declared: Route, handler: Handler<Route>, mounting: Mounting): MountedRoute {
  const handle = handler as unknown as LooseHandler;
  return async (request, response, params) => {
    const exchange = new Exchange(mounting, declared, { request, response });
    const watchdog = createWatchdog(exchange, mounting, declared);
    mounting.running.begin();
    try {
      const accepted = new AcceptedRequest(exchange, declared, { mounting, params });
      if (declared.body !== undefined) accepted.body = await acceptBody(declared.body, request, mounting);
      watchdog.bodyIsRead();
      const reply = await handle(accepted);
      watchdog.stop();
      await exchange.answer(reply);
    } catch (thrown) {
      watchdog.stop();
      await exchange.answerThrown(thrown);
    } finally {
      mounting.running.end();
    }
  };
}

/**
 * Ends a request whose body or handler takes too long. An upload has no end in time: it ends when nothing moves.
 */
function createWatchdog(exchange: Exchange, mounting: Mounting, declared: Route) {
  const { handlerMs, idleMs } = mounting.limits;
  const answerMs = declared.handlerSeconds === undefined ? handlerMs : declared.handlerSeconds * 1000;
  if (declared.body?.kind === 'bytes') {
    exchange.response.setTimeout(idleMs, () => exchange.request.destroy());
    return { bodyIsRead: () => undefined, stop: () => undefined };
  }
  let reading = true;
  const end = () => void exchange.answer(reading ? slowBody : slowHandler);
  let timer = setTimeout(end, handlerMs).unref();
  return {
    bodyIsRead: () => {
      reading = false;
      if (answerMs === handlerMs) return void timer.refresh();
      clearTimeout(timer);
      timer = setTimeout(end, answerMs).unref();
    },
    stop: () => clearTimeout(timer),
  };
}

const slowBody: ProblemReply = {
  problem: 'REQUEST_TIMEOUT',
  message: 'the body did not arrive in time; send it again',
};
const slowHandler: ProblemReply = {
  problem: 'TIMEOUT',
  message: 'the request took too long and its outcome is not known; read the state before repeating it',
};

type Accepting = { mounting: Mounting; params: PathParams };

/** A request that passed its declaration: what handlers are given. The signal is made when somebody looks at it. */
class AcceptedRequest {
  readonly params: unknown;
  readonly query: unknown;
  readonly headers: unknown;
  body: unknown = undefined;
  readonly sentHeaders: IncomingHttpHeaders;
  readonly requestId: string;
  readonly peer: string;
  readonly credential: Credential | undefined;
  private readonly exchange: Exchange;

  constructor(exchange: Exchange, declared: Route, { mounting, params }: Accepting) {
    const { headers, socket, url } = exchange.request;
    this.exchange = exchange;
    this.sentHeaders = headers;
    this.requestId = exchange.requestId;
    this.peer = socket.remoteAddress ?? '';
    this.credential = authorize(declared, mounting, { headers, peer: this.peer });
    this.params = declared.params === undefined ? undefined : checkParams(declared.params, params);
    this.query = declared.query === undefined ? undefined : check(declared.query, queryOf(url ?? ''), 'query');
    this.headers = declared.headers === undefined ? undefined : check(declared.headers, headers, 'header');
  }

  get signal(): AbortSignal {
    return this.exchange.signal;
  }
}

function authorize(
  declared: Route,
  mounting: Mounting,
  sender: { headers: IncomingHttpHeaders; peer: string },
): Credential | undefined {
  if (declared.auth === 'none') return undefined;
  const verdict = mounting.authorize({ ...sender, access: declared.auth });
  if (!verdict.ok) throw refusal(verdict);
  return verdict.credential;
}

/** A path parameter that does not fit names nothing that could exist. */
function checkParams(schema: z.ZodObject, params: unknown): unknown {
  const parsed = schema.safeParse(params);
  if (parsed.success) return parsed.data;
  const names = parsed.error.issues.map((issue) => issue.path.join('.')).join(', ');
  throw refusal({ problem: 'NOT_FOUND', message: `nothing has this ${names}` });
}

/** A repeated parameter becomes a list, which only a schema that wants one accepts. */
function queryOf(url: string): Record<string, string | string[]> {
  const mark = url.indexOf('?');
  const query: Record<string, string | string[]> = {};
  if (mark === -1) return query;
  for (const [name, value] of new URLSearchParams(url.slice(mark + 1))) {
    const before = Object.hasOwn(query, name) ? query[name] : undefined;
    const next = before === undefined ? value : [...(Array.isArray(before) ? before : [before]), value];
    Object.defineProperty(query, name, { value: next, enumerable: true, configurable: true, writable: true });
  }
  return query;
}

async function acceptBody(content: RequestContent, request: IncomingMessage, mounting: Mounting): Promise<unknown> {
  if (content.kind === 'bytes') return request;
  const type = unsupportedType(request.headers);
  if (type) throw refusal(type);
  const large = declaredTooLarge(request, mounting.limits.bodyBytes);
  if (large) throw refusal(large);
  const body = await readBody(request, mounting.limits.bodyBytes);
  if (!body.ok) throw refusal(body.reply);
  if (content.kind === 'json') return openJson(content.schema, body.bytes);
  return { bytes: body.bytes, open: () => openJson(content.schema, body.bytes) } satisfies SignedBody<unknown>;
}

function openJson(schema: z.ZodType, bytes: Buffer): unknown {
  const parsed = parseJsonBody(bytes);
  if (!parsed.ok) throw refusal(parsed.reply);
  const checked = schema.safeParse(parsed.value);
  if (checked.success) return checked.data;
  if (parsed.value === undefined)
    throw refusal({ problem: 'BAD_REQUEST', message: 'the body is empty; send a JSON object' });
  throw refusal(validationError(checked.error, 'body'));
}

function check(schema: z.ZodType, value: unknown, place: 'query' | 'header'): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw refusal(validationError(parsed.error, place));
}

function validationError(error: z.ZodError, place: 'body' | 'query' | 'header'): ProblemReply {
  const issues = error.issues
    .slice(0, MAX_ISSUES)
    .map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
  const first = issues[0];
  const where = first === undefined || first.path === '' ? `the ${place}` : `${place} ${first.path}`;
  return { problem: 'VALIDATION_ERROR', message: `${where}: ${first?.message ?? 'does not fit'}`, detail: { issues } };
}

/** JSON without a content type is taken as JSON; anything that says it is something else is not. */
function unsupportedType(headers: IncomingHttpHeaders): ProblemReply | undefined {
  const encoding = headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    return { problem: 'UNSUPPORTED_MEDIA_TYPE', message: 'compressed bodies are not accepted; send the JSON as it is' };
  }
  const type = headers['content-type'];
  if (type === undefined || isJson.test(type)) return undefined;
  return { problem: 'UNSUPPORTED_MEDIA_TYPE', message: 'send JSON in UTF-8 with Content-Type: application/json' };
}

const isJson = /^application\/(?:[\w.-]+\+)?json\s*(?:;\s*charset\s*=\s*"?utf-?8"?\s*)?$/i;
