import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type ProblemCode, problemBody, type ProblemReply, type Route, routes, type Routes } from '@nexus/contracts';

/** What a command asked: query values as lists, so that repetition shows. */
export interface AskedCall {
  readonly route: keyof Routes;
  readonly path: string;
  readonly query: Readonly<Record<string, string[]>>;
  readonly body: unknown;
  readonly adminKey: string | undefined;
}

/** An answer of a route: a document with its status, or a problem. */
export type FakeAnswer = { status: number; body: unknown } | ProblemReply;

/** A supervisor on loopback that answers what a test tells it to. */
export interface FakeSupervisor {
  readonly baseUrl: string;
  readonly asked: AskedCall[];
  /** Answers of a route in order; the last one repeats. A route without any answers NOT_FOUND. */
  answer(route: keyof Routes, ...answers: FakeAnswer[]): void;
  stop(): Promise<void>;
}

/**
 * Speaks the contract over real HTTP: requests and answers are checked against the declared schemas, and what does not
 * fit is answered with status 500, which no test expects.
 */
export async function startFakeSupervisor(): Promise<FakeSupervisor> {
  const asked: AskedCall[] = [];
  const answers = new Map<keyof Routes, FakeAnswer[]>();
  const server = createServer((request, response) => {
    void reply(request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
  });

  async function reply(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://fake');
    const route = routeOf(request.method ?? 'GET', url.pathname);
    const text = await textOf(request);
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    if (route === undefined) return send(response, problem('NOT_FOUND', url.pathname));
    const query = Object.fromEntries([...url.searchParams.keys()].map((name) => [name, url.searchParams.getAll(name)]));
    const adminKey = request.headers['x-admin-key'];
    asked.push({ route, path: url.pathname, query, body, adminKey: adminKey?.toString() });
    checkRequest(routes[route], query, body);
    const list = answers.get(route) ?? [];
    const answer = (list.length > 1 ? list.shift() : list[0]) ?? problemOf('NOT_FOUND', 'nothing is there');
    if ('problem' in answer) return send(response, toDocument(answer, url.pathname));
    checkAnswer(routes[route], answer);
    send(response, answer);
  }

  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    baseUrl: `http://127.0.0.1:${portOf(server)}`,
    asked,
    answer: (route, ...list) => void answers.set(route, list),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function checkRequest(route: Route, query: Record<string, string[]>, body: unknown): void {
  const flat = Object.fromEntries(
    Object.entries(query).map(([name, list]) => [name, list.length > 1 ? list : list[0]]),
  );
  route.query?.strict().parse(flat);
  if (route.body?.kind === 'json') route.body.schema.parse(body);
}

function checkAnswer(route: Route, { status, body }: { status: number; body: unknown }): void {
  const content = route.responses[status];
  if (content?.kind !== 'json') throw new Error(`${route.path} declares no JSON for ${status}`);
  content.schema.parse(body);
}

function routeOf(method: string, path: string): keyof Routes | undefined {
  const found = Object.entries<Route>(routes).find(([, route]) => {
    const pattern = new RegExp(`^${route.path.replace(/\{\w+\}/g, '[^/]+')}$`);
    return route.method === method && pattern.test(path);
  });
  return found?.[0] as keyof Routes | undefined;
}

function problemOf(problem: ProblemCode, message: string): ProblemReply {
  return { problem, message };
}

function problem(code: ProblemCode, path: string): { status: number; body: unknown } {
  return toDocument(problemOf(code, 'there is no such route'), path);
}

function toDocument(reply: ProblemReply, instance: string): { status: number; body: unknown } {
  const body = problemBody(reply, { instance, requestId: 'request-1' });
  return { status: body.status, body };
}

function send(response: ServerResponse, { status, body }: { status: number; body: unknown }): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}
