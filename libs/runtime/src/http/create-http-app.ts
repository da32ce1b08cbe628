import type { IncomingMessage } from 'node:http';
import type { ProblemReply, Route } from '@nexus/contracts';
import { Exchange } from './exchange.ts';
import type { AnyReply, Handler } from './handler.ts';
import { defaultLimits, type HttpApp, type HttpAppOptions, type Mounting } from './http-app.ts';
import { mountRoute, type MountedRoute } from './mount-route.ts';
import { createRouteTable } from './route-table.ts';
import { createRunningRequests } from './running-requests.ts';

/**
 * Mounts declared routes: keys, validation, limits, problems, streams and request ids come from the declarations. A
 * missing handler, an undeclared status or an undeclared problem does not compile. Throws when a handler is missing or a
 * path is declared twice for a method.
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
  const table = createRouteTable(
    placesOf(options.routes, { handlers: options.handlers as unknown as Record<string, Handler<Route>>, mounting }),
  );
  return {
    listener(request, response) {
      const answer = (reply: AnyReply) => void new Exchange(mounting, undefined, { request, response }).answer(reply);
      let found;
      try {
        found = table.find(request.url ?? '/');
      } catch {
        return answer(undecodable);
      }
      if (found === undefined) return answer(notFound);
      const { methods, otherMethods } = found.target;
      const method = request.method === 'HEAD' && !methods.has('HEAD') ? 'GET' : (request.method ?? '');
      const mounted = methods.get(method);
      if (mounted === undefined) return answer(otherMethods(request));
      void mounted(request, response, found.params);
    },
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

/** What answers at a path: a route for each declared method, and the answer to any other. */
type Place = {
  methods: Map<string, MountedRoute>;
  otherMethods: (request: IncomingMessage) => AnyReply;
};

type Mounted = { handlers: Record<string, Handler<Route>>; mounting: Mounting };

function placesOf(routes: Record<string, Route>, { handlers, mounting }: Mounted): Map<string, Place> {
  const places = new Map<string, Place>();
  for (const [name, declared] of Object.entries(routes)) {
    const handler = handlers[name];
    if (handler === undefined) throw new Error(`The route ${name} has no handler.`);
    const methods = places.get(declared.path)?.methods ?? new Map<string, MountedRoute>();
    if (methods.has(declared.method)) throw new Error(`${declared.method} ${declared.path} is declared twice.`);
    methods.set(declared.method, mountRoute(declared, handler, mounting));
    places.set(declared.path, { methods, otherMethods: otherMethods([...methods.keys()]) });
  }
  return places;
}

const notFound: ProblemReply = { problem: 'NOT_FOUND', message: 'there is no such route; see /docs' };
const undecodable: ProblemReply = {
  problem: 'BAD_REQUEST',
  message: 'the path is not valid; its percent-encoding cannot be read',
};

/** A known path with another method: 405 with Allow, or the list of methods for OPTIONS. */
function otherMethods(methods: readonly string[]): (request: IncomingMessage) => AnyReply {
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  const headers = { allow };
  const refused = { problem: 'METHOD_NOT_ALLOWED' as const, message: `this path answers ${allow}`, headers };
  return (request) => (request.method === 'OPTIONS' ? { status: 204, headers } : refused);
}
