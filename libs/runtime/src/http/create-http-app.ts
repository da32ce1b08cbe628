import type { ProblemReply, Route } from '@nexus/contracts';
import express, { type ErrorRequestHandler, type Express, type RequestHandler } from 'express';
import { Exchange } from './exchange.ts';
import type { Handler } from './handler.ts';
import { defaultLimits, type HttpApp, type HttpAppOptions, type Mounting } from './http-app.ts';
import { mountRoute } from './mount-route.ts';
import { createRunningRequests } from './running-requests.ts';

/**
 * Mounts declared routes on Express: keys, validation, limits, problems, streams and request ids come from the
 * declarations. A missing handler, an undeclared status or an undeclared problem does not compile.
 */
export function createHttpApp<const Routes extends Record<string, Route>>(options: HttpAppOptions<Routes>): HttpApp {
  const mounting: Mounting = {
    authorize: options.authorize,
    logger: options.logger,
    classify: options.classify ?? (() => undefined),
    onRequest: options.onRequest ?? (() => undefined),
    limits: { ...defaultLimits, ...options.limits },
    now: options.now ?? (() => performance.now()),
    closing: false,
    running: createRunningRequests(),
    streams: new Set(),
  };
  const app = express();
  for (const setting of ['x-powered-by', 'etag', 'query parser']) app.set(setting, false);
  app.set('case sensitive routing', true);
  mountAll(app, options.routes, { handlers: options.handlers as unknown as Record<string, Handler<Route>>, mounting });
  app.use(answerWith(mounting, notFound));
  app.use(unroutable(mounting));
  return {
    listener: app,
    isClosing: () => mounting.closing,
    startClosing: () => {
      mounting.closing = true;
    },
    endStreams: () => {
      const streams = mounting.streams ?? [];
      mounting.streams = undefined;
      for (const controller of streams) controller.abort();
    },
    idle: () => mounting.running.idle(),
  };
}

type Mounted = { handlers: Record<string, Handler<Route>>; mounting: Mounting };

function mountAll(app: Express, routes: Record<string, Route>, { handlers, mounting }: Mounted): void {
  const byPath = new Map<string, [name: string, declared: Route][]>();
  for (const [name, declared] of Object.entries(routes)) {
    byPath.set(declared.path, [...(byPath.get(declared.path) ?? []), [name, declared]]);
  }
  for (const [path, declarations] of byPath) {
    const mounted = app.route(path.replace(/\{(\w+)\}/g, ':$1'));
    for (const [name, declared] of declarations) {
      const handler = handlers[name];
      if (handler === undefined) throw new Error(`The route ${name} has no handler.`);
      mounted[verb(declared)](mountRoute(declared, handler, mounting) as RequestHandler);
    }
    mounted.all(
      otherMethod(
        mounting,
        declarations.map(([, declared]) => declared.method),
      ),
    );
  }
}

function verb(declared: Route): 'get' | 'post' | 'put' | 'patch' | 'delete' {
  return declared.method.toLowerCase() as 'get';
}

const notFound: ProblemReply = { problem: 'NOT_FOUND', message: 'there is no such route; see /docs' };

function answerWith(mounting: Mounting, reply: ProblemReply): RequestHandler {
  return (request, response) => void new Exchange(mounting, undefined, { request, response }).answer(reply);
}

/** A known path with another method: 405 with Allow, or the list of methods for OPTIONS. */
function otherMethod(mounting: Mounting, methods: string[]): RequestHandler {
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  const headers = { allow };
  const refused = { problem: 'METHOD_NOT_ALLOWED' as const, message: `this path answers ${allow}`, headers };
  return (request, response) => {
    const exchange = new Exchange(mounting, undefined, { request, response });
    void exchange.answer(request.method === 'OPTIONS' ? { status: 204, headers } : refused);
  };
}

/** What Express cannot route: above all a path whose percent-encoding is broken. */
function unroutable(mounting: Mounting): ErrorRequestHandler {
  // Express tells an error handler from any other by its four parameters.
  // eslint-disable-next-line @typescript-eslint/max-params
  return (error: unknown, request, response, _next) => {
    const exchange = new Exchange(mounting, undefined, { request, response });
    const broken = error instanceof URIError || (error instanceof Error && 'status' in error && error.status === 400);
    if (!broken) return void exchange.answerThrown(error);
    void exchange.answer({
      problem: 'BAD_REQUEST',
      message: 'the path is not valid; its percent-encoding cannot be read',
    });
  };
}
