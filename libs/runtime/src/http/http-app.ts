import type { IncomingMessage, ServerResponse } from 'node:http';
import type { ProblemReply, Route } from '@nexus/contracts';
import type { Logger } from '../logger.ts';
import type { Authorize } from './api-keys.ts';
import type { Handlers } from './handler.ts';
import type { RunningRequests } from './running-requests.ts';

/** Bounds of a request. All times in milliseconds. */
export type HttpLimits = {
  /** Largest JSON body in bytes. */
  bodyBytes: number;
  /** Time for the body to arrive, and then again for the handler to answer. */
  handlerMs: number;
  /** A streaming body or answer on which nothing moves for this long is ended. */
  idleMs: number;
};

export const defaultLimits: HttpLimits = { bodyBytes: 256 * 1024, handlerMs: 10_000, idleMs: 60_000 };

/** One finished request, for metrics. `route` is the declared path, or `unmatched`; status 499 = the client went away. */
export type RequestOutcome = { method: string; route: string; status: number; seconds: number };

export type HttpAppOptions<Routes extends Record<string, Route>> = {
  routes: Routes;
  handlers: Handlers<Routes>;
  authorize: Authorize;
  logger: Logger;
  /** Knows what a thrown value means to the client, e.g. that the store is away; undefined = our own fault, 500. */
  classify?: (thrown: unknown) => ProblemReply | undefined;
  onRequest?: (outcome: RequestOutcome) => void;
  limits?: Partial<HttpLimits>;
  /** Monotonic milliseconds. */
  now?: () => number;
};

/** The mounted routes, ready to be served. */
export type HttpApp = {
  listener: (request: IncomingMessage, response: ServerResponse) => void;
  /** True from the first step of a shutdown on: readiness answers 503. */
  isClosing(): boolean;
  /** First step of a shutdown: answers close their connections. */
  startClosing(): void;
  /** Ends the event streams, which have no end of their own; their clients resume elsewhere. Other answers go on. */
  endStreams(): void;
  /** Resolves when no handler runs any more, those whose client is gone included. */
  idle(): Promise<void>;
};

/** What every route shares at run time. */
export type Mounting = {
  authorize: Authorize;
  logger: Logger;
  classify: (thrown: unknown) => ProblemReply | undefined;
  onRequest: (outcome: RequestOutcome) => void;
  limits: HttpLimits;
  now: () => number;
  closing: boolean;
  running: RunningRequests;
  /** Of the event streams; undefined once they were ended. */
  streams: Set<AbortController> | undefined;
};
