import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isProblemReply, type ProblemReply, type Route } from '@nexus/contracts';
import type { AnyReply } from './handler.ts';
import type { Mounting } from './http-app.ts';
import { drainBody } from './read-body.ts';
import { refusalOf } from './refusal.ts';
import { writeReply, type Answering } from './write-reply.ts';

const printable = /^[\x20-\x7e]{1,128}$/;
const CLIENT_GONE = 499;

/** One request and its single answer: whoever answers first wins, a later answer is dropped. */
export class Exchange {
  readonly requestId: string;
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  private readonly mounting: Mounting;
  private readonly declared: Route | undefined;
  private readonly started: number;
  private controller: AbortController | undefined;
  private answered = false;

  constructor(
    mounting: Mounting,
    declared: Route | undefined,
    pair: { request: IncomingMessage; response: ServerResponse },
  ) {
    this.mounting = mounting;
    this.declared = declared;
    this.request = pair.request;
    this.response = pair.response;
    this.started = mounting.now();
    const sent = pair.request.headers['x-request-id'];
    this.requestId = typeof sent === 'string' && printable.test(sent) ? sent : randomUUID();
  }

  /** Made on demand: most requests never look at it. */
  get signal(): AbortSignal {
    if (this.controller) return this.controller.signal;
    const controller = new AbortController();
    this.controller = controller;
    if (streamsEvents(this.declared)) this.endWithStreams(controller);
    this.response.once('close', () => {
      this.mounting.streams?.delete(controller);
      // An answer that was written to its end leaves nothing to stop; an abort makes an exception each time.
      if (!this.response.writableFinished) controller.abort();
    });
    if (this.response.destroyed) controller.abort();
    return controller.signal;
  }

  /** An event stream that begins after all others were ended would keep the process from stopping. */
  private endWithStreams(controller: AbortController): void {
    const { streams } = this.mounting;
    if (streams === undefined) controller.abort();
    else streams.add(controller);
  }

  /** Writes the reply unless the request is answered already. Never rejects. */
  async answer(reply: AnyReply): Promise<void> {
    if (this.answered) {
      if ('stream' in reply) reply.stream?.destroy();
      return;
    }
    this.answered = true;
    try {
      const status = await writeReply(this.response, reply, { declared: this.declared, answering: this.answering() });
      if (!this.request.complete) drainBody(this.request);
      // An answer that began before the shutdown promised to keep the connection.
      if (this.mounting.closing) this.request.socket.destroySoon();
      this.account(status, isProblemReply(reply) ? reply.problem : undefined);
    } catch (error) {
      this.breakOff(error);
    }
  }

  /** Answers what was thrown: the problem it carries or means, else 500 without its text. */
  async answerThrown(thrown: unknown): Promise<void> {
    if (this.answered) return;
    const { request, response } = this;
    if (response.destroyed || (request.destroyed && !request.complete)) {
      response.destroy();
      return this.account(CLIENT_GONE, undefined);
    }
    const known = refusalOf(thrown) ?? this.mounting.classify(thrown);
    if (known === undefined) this.logFault('A request failed', thrown);
    await this.answer(known ?? internalError);
  }

  private answering(): Answering {
    const { request, mounting } = this;
    return {
      requestId: this.requestId,
      instance: pathOf(request.url),
      method: request.method ?? '',
      closing: mounting.closing,
      idleMs: mounting.limits.idleMs,
    };
  }

  /** A stream failed after its head was sent: the only honest end is a broken connection. */
  private breakOff(error: unknown): void {
    const gone = this.response.destroyed;
    if (!gone) this.logFault('An answer broke off', error);
    this.response.destroy();
    this.account(gone ? CLIENT_GONE : 500, undefined);
  }

  private account(status: number, code: string | undefined): void {
    const { mounting, request } = this;
    const seconds = (mounting.now() - this.started) / 1000;
    const method = request.method ?? '';
    mounting.onRequest({ method, route: this.declared?.path ?? 'unmatched', status, seconds });
    mounting.logger.debug('Request', {
      event: 'HTTP_REQUEST',
      request_id: this.requestId,
      method,
      path: pathOf(request.url),
      status,
      ...(code === undefined ? {} : { code }),
      ms: Math.round(seconds * 1e6) / 1000,
    });
  }

  private logFault(message: string, error: unknown): void {
    const path = pathOf(this.request.url);
    this.mounting.logger.error(message, {
      event: 'HTTP_FAULT',
      request_id: this.requestId,
      method: this.request.method,
      path,
      error,
    });
  }
}

const internalError: ProblemReply = {
  problem: 'INTERNAL_ERROR',
  message: 'the supervisor failed on this request; its log has the cause under the request id',
};

function streamsEvents(declared: Route | undefined): boolean {
  return Object.values(declared?.responses ?? {}).some((content) => 'kind' in content && content.kind === 'events');
}

/** The path without the query, for logs and problems: queries may hold what must not be kept. */
function pathOf(url: string | undefined): string {
  const path = url ?? '/';
  const query = path.indexOf('?');
  return (query === -1 ? path : path.slice(0, query)).slice(0, 500);
}
