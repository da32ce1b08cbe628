import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { afterEach, describe, expect, test } from '@jest/globals';
import { bytes, events, json, nothing, queryBoolean, queryInteger, route, signedJson, text } from '@nexus/contracts';
import { z } from 'zod';
import { createLogger } from '../logger.ts';
import { createAuthorize } from './api-keys.ts';
import { createHttpApp } from './create-http-app.ts';
import type { Handlers } from './handler.ts';
import type { HttpApp, HttpAppOptions, RequestOutcome } from './http-app.ts';
import { refusal } from './refusal.ts';
import { serveHttp, type HttpServer } from './serve-http.ts';

const note = z.object({ text: z.string(), count: z.int().optional() });
const common = { group: 'tasks', summary: 'a test route' } as const;
const routes = {
  create: route({
    ...common,
    method: 'POST',
    path: '/notes',
    auth: 'user',
    body: json(note),
    responses: { 201: json(note), errors: ['TASK_TERMINAL', 'STORE_UNAVAILABLE'] },
  }),
  list: route({
    ...common,
    method: 'GET',
    path: '/notes',
    auth: 'none',
    query: z.object({ limit: queryInteger(10, { min: 1, max: 50 }), dry: queryBoolean(false) }),
    responses: { 200: json(z.unknown()), errors: [] },
  }),
  read: route({
    ...common,
    method: 'GET',
    path: '/notes/{note_id}',
    auth: 'none',
    params: z.object({ note_id: z.uuid() }),
    responses: { 200: json(z.unknown()), 304: nothing(), errors: [] },
  }),
  sign: route({
    ...common,
    method: 'POST',
    path: '/sign',
    auth: 'none',
    body: signedJson(note),
    responses: { 200: json(z.unknown()), errors: ['BAD_SIGNATURE'] },
  }),
  upload: route({
    ...common,
    method: 'POST',
    path: '/blobs',
    auth: 'none',
    headers: z.object({ 'x-file-name': z.string() }),
    body: bytes(),
    responses: { 201: json(z.object({ bytes: z.int() })), errors: ['PAYLOAD_TOO_LARGE'] },
  }),
  download: route({ ...common, method: 'GET', path: '/blobs', auth: 'none', responses: { 200: bytes(), errors: [] } }),
  page: route({
    ...common,
    method: 'GET',
    path: '/page',
    auth: 'none',
    responses: { 200: text('text/html; charset=utf-8'), errors: [] },
  }),
  follow: route({
    ...common,
    method: 'GET',
    path: '/events',
    auth: 'none',
    responses: { 200: events('note', note), errors: [] },
  }),
  fail: route({
    ...common,
    method: 'GET',
    path: '/fail',
    auth: 'none',
    responses: { 200: json(z.unknown()), errors: [] },
  }),
};
type Routes = typeof routes;

const noteId = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff';

const handlers: Handlers<Routes> = {
  create: async ({ body, credential }) => ({ status: 201, body, headers: { 'x-kind': credential?.kind ?? '' } }),
  list: async ({ query }) => ({ status: 200, body: query }),
  read: async ({ params }) => ({ status: 200, body: params }),
  sign: async ({ body }) => ({ status: 200, body: { bytes: body.bytes.toString(), value: body.open() } }),
  upload: async ({ body }) => {
    let size = 0;
    for await (const chunk of body) size += (chunk as Buffer).length;
    return { status: 201, body: { bytes: size } };
  },
  download: async () => ({ status: 200, stream: Readable.from([Buffer.from('abc'), Buffer.from('def')]) }),
  page: async () => ({ status: 200, text: '<p>hi</p>', headers: { 'content-security-policy': "default-src 'self'" } }),
  follow: async () => ({ status: 200, events: Readable.from([]) }),
  fail: async () => {
    throw new Error('the disk said secret things');
  },
};

let servers: HttpServer[] = [];
let outcomes: RequestOutcome[] = [];
let lines: string[] = [];

afterEach(async () => {
  await Promise.all(servers.map((server) => server.close({ drainMs: 0, deadlineMs: 0, settleMs: 0 })));
  servers = [];
  outcomes = [];
  lines = [];
});

type Running = { base: string; port: number; app: HttpApp; server: HttpServer };

async function start(
  over: Partial<Handlers<Routes>> = {},
  options: Partial<HttpAppOptions<Routes>> = {},
): Promise<Running> {
  const app = createHttpApp({
    routes,
    handlers: { ...handlers, ...over },
    authorize: createAuthorize({ user: 'u', admin: 'a', agent: '', loopbackOnly: [] }),
    logger: createLogger({ level: 'DEBUG', name: 'test', write: (line) => void lines.push(line) }),
    onRequest: (outcome) => void outcomes.push(outcome),
    ...options,
  });
  const server = await serveHttp(app, { host: '127.0.0.1', port: 0 });
  servers.push(server);
  return { base: `http://127.0.0.1:${server.port}`, port: server.port, app, server };
}

async function problem(
  response: Response,
): Promise<Record<string, unknown> & { error: { code: string; detail?: unknown } }> {
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  const body = (await response.json()) as Record<string, unknown> & { error: { code: string; message: string } };
  expect(body['detail']).toBe(body.error.message);
  expect(body['status']).toBe(response.status);
  expect(body['request_id']).toBe(response.headers.get('x-request-id'));
  return body;
}

function aborted(signal: AbortSignal): Promise<unknown> {
  return signal.aborted ? Promise.resolve() : once(signal, 'abort');
}

function post(
  base: string,
  body: NonNullable<RequestInit['body']>,
  headers: Record<string, string> = {},
): Promise<Response> {
  return fetch(`${base}/notes`, {
    method: 'POST',
    body,
    headers: { 'x-api-key': 'u', 'content-type': 'application/json', ...headers },
  });
}

async function open(port: number): Promise<{ socket: Socket; received: () => string; ended: Promise<unknown> }> {
  const socket = connect(port, '127.0.0.1');
  let received = '';
  socket.on('data', (chunk) => (received += chunk.toString()));
  socket.on('error', () => undefined);
  const ended = new Promise((resolve) => socket.once('close', resolve));
  await once(socket, 'connect');
  return { socket, received: () => received, ended };
}

describe('a request that fits', () => {
  test('reaches its handler and gets the declared answer with the headers of every answer', async () => {
    const { base } = await start();
    const response = await post(base, '{"text":"안녕"}');
    expect(response.status).toBe(201);
    expect(await response.json()).toEqual({ text: '안녕' });
    expect(response.headers.get('content-type')).toBe('application/json; charset=utf-8');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(response.headers.get('x-powered-by')).toBeNull();
    expect(response.headers.get('x-kind')).toBe('user');
    expect(outcomes).toEqual([{ method: 'POST', route: '/notes', status: 201, seconds: expect.any(Number) }]);
  });

  test('JSON may come without a content type, and with +json and a charset', async () => {
    const { base, port } = await start();
    const typed = await post(base, '{"text":"x"}', { 'content-type': 'application/vnd.x+json; charset=UTF-8' });
    expect(typed.status).toBe(201);
    const { socket, received, ended } = await open(port);
    socket.write(
      'POST /notes HTTP/1.1\r\nHost: x\r\nX-API-Key: u\r\nContent-Length: 12\r\nConnection: close\r\n\r\n{"text":"x"}',
    );
    await ended;
    expect(received()).toContain('201 Created');
  });

  test('a request id is taken over when it is printable, else made', async () => {
    const { base } = await start();
    const given = await fetch(`${base}/notes`, { headers: { 'x-request-id': 'abc-123' } });
    expect(given.headers.get('x-request-id')).toBe('abc-123');
    for (const bad of ['x'.repeat(129), 'kö']) {
      const made = await fetch(`${base}/notes`, { headers: { 'x-request-id': bad } });
      expect(made.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  test('the log line has the request id and no query', async () => {
    const { base } = await start();
    await (await fetch(`${base}/notes?limit=1&token=geheim`, { headers: { 'x-request-id': 'r-1' } })).text();
    const line = JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown>;
    expect(line).toMatchObject({
      event: 'HTTP_REQUEST',
      request_id: 'r-1',
      correlation_id: 'r-1',
      path: '/notes',
      status: 200,
    });
    expect(lines.join('')).not.toContain('geheim');
  });
});

describe('bodies', () => {
  test.each([
    ['broken JSON', '{"text":', 400, 'BAD_REQUEST'],
    ['nothing', '', 400, 'BAD_REQUEST'],
    ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), 400, 'BAD_REQUEST'],
    ['depth 1000', `{"text":${'['.repeat(999)}${']'.repeat(999)}}`, 400, 'BAD_REQUEST'],
    ['a __proto__ key', '{"text":"x","__proto__":{"count":1}}', 400, 'BAD_REQUEST'],
    ['a list', '[]', 422, 'VALIDATION_ERROR'],
    ['null', 'null', 422, 'VALIDATION_ERROR'],
    ['a wrong member', '{"text":1}', 422, 'VALIDATION_ERROR'],
    ['257 KiB', JSON.stringify({ text: 'x'.repeat(257 * 1024) }), 413, 'PAYLOAD_TOO_LARGE'],
  ])('%s is a problem', async (...[, body, status, code]) => {
    const { base } = await start();
    const response = await post(base, body);
    expect(response.status).toBe(status);
    expect((await problem(response)).error.code).toBe(code);
    // The connection and the process are as good as before.
    expect((await post(base, '{"text":"x"}')).status).toBe(201);
  });

  test('256 KiB pass, one byte more does not', async () => {
    const { base } = await start();
    const fits = (size: number) => JSON.stringify({ text: 'x'.repeat(size - '{"text":""}'.length) });
    expect((await post(base, fits(256 * 1024))).status).toBe(201);
    expect((await post(base, fits(256 * 1024 + 1))).status).toBe(413);
  });

  test('a chunked body above the limit is refused as it arrives', async () => {
    const { port } = await start();
    const { socket, received } = await open(port);
    socket.write('POST /notes HTTP/1.1\r\nHost: x\r\nX-API-Key: u\r\nTransfer-Encoding: chunked\r\n\r\n');
    const chunk = 'x'.repeat(0x10000);
    for (let sent = 0; sent < 5; sent += 1) socket.write(`10000\r\n${chunk}\r\n`);
    await once(socket, 'data');
    expect(received()).toContain('413');
    socket.destroy();
  });

  test('the depth found is named', async () => {
    const { base } = await start();
    expect((await problem(await post(base, '['.repeat(1000) + ']'.repeat(1000))))['detail']).toContain('1000 levels');
  });

  test('issues name their path and never the value', async () => {
    const { base } = await start();
    const body = await problem(await post(base, '{"text":"x","count":"geheim"}'));
    expect(body.error.detail).toEqual({ issues: [{ path: 'count', message: expect.any(String) }] });
    expect(JSON.stringify(body)).not.toContain('geheim');
  });

  test.each([
    [{ 'content-type': 'text/plain' }],
    [{ 'content-type': 'application/x-www-form-urlencoded' }],
    [{ 'content-type': 'application/json; charset=euc-kr' }],
    [{ 'content-encoding': 'gzip' }],
  ])('%j is 415', async (headers) => {
    const { base } = await start();
    const response = await post(base, '{"text":"x"}', headers);
    expect((await problem(response)).error.code).toBe('UNSUPPORTED_MEDIA_TYPE');
  });

  test('a signed body is opened by its handler, byte for byte as sent', async () => {
    const { base } = await start();
    const sent = '{ "text" : "x" }';
    const good = await fetch(`${base}/sign`, {
      method: 'POST',
      body: sent,
      headers: { 'content-type': 'application/json' },
    });
    expect(await good.json()).toEqual({ bytes: sent, value: { text: 'x' } });
    const bad = await fetch(`${base}/sign`, {
      method: 'POST',
      body: '{"text":1}',
      headers: { 'content-type': 'application/json' },
    });
    expect((await problem(bad)).error.code).toBe('VALIDATION_ERROR');
  });

  test('a client that goes away in its body hurts nobody', async () => {
    const { port, base } = await start();
    const { socket, ended } = await open(port);
    socket.write('POST /notes HTTP/1.1\r\nHost: x\r\nX-API-Key: u\r\nContent-Length: 100\r\n\r\n{"te');
    socket.destroy();
    await ended;
    expect((await post(base, '{"text":"x"}')).status).toBe(201);
    expect(lines.join('')).not.toContain('HTTP_FAULT');
  });
});

describe('queries and paths', () => {
  test.each([
    ['', { limit: 10, dry: false }],
    ['?limit=0', { limit: 1, dry: false }],
    ['?limit=99999&dry=true', { limit: 50, dry: true }],
    ['?unknown=1', { limit: 10, dry: false }],
  ])('%s is read', async (query, expected) => {
    const { base } = await start();
    expect(await (await fetch(`${base}/notes${query}`)).json()).toEqual(expected);
  });

  test.each(['?limit=ten', '?limit=', '?dry=yes', '?dry=TRUE', '?limit=1&limit=2', '?limit[a]=1&dry=1'])(
    '%s is 422',
    async (query) => {
      const { base } = await start();
      expect((await problem(await fetch(`${base}/notes${query}`))).error.code).toBe('VALIDATION_ERROR');
    },
  );

  test.each([
    ['/nothing', 404, 'NOT_FOUND'],
    ['/notes/not-a-uuid', 404, 'NOT_FOUND'],
    ['/notes/..%2f..%2fetc', 404, 'NOT_FOUND'],
    ['/notes/%E0%A4%A', 400, 'BAD_REQUEST'],
    ['/NOTES', 404, 'NOT_FOUND'],
  ])('%s is %s', async (path, status, code) => {
    const { base } = await start();
    const response = await fetch(base + path);
    expect(response.status).toBe(status);
    expect((await problem(response)).error.code).toBe(code);
  });

  test('another method is 405 with Allow; OPTIONS says what there is; HEAD is GET without its body', async () => {
    const { base } = await start();
    const refused = await fetch(`${base}/notes`, { method: 'DELETE' });
    expect(refused.status).toBe(405);
    expect(refused.headers.get('allow')).toBe('POST, GET, HEAD, OPTIONS');
    await problem(refused);
    expect((await fetch(`${base}/notes`, { method: 'OPTIONS' })).status).toBe(204);
    const head = await fetch(`${base}/notes/${noteId}`, { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });
});

describe('keys', () => {
  test('no key is 401, and the body is not read', async () => {
    const { base } = await start();
    const response = await post(base, 'not even JSON', { 'x-api-key': '' });
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toContain('Bearer');
    expect((await problem(response)).error.code).toBe('UNAUTHORIZED');
  });
});

describe('problems of handlers', () => {
  test('a declared problem is answered with Retry-After where it belongs', async () => {
    const { base } = await start({
      create: async () => ({ problem: 'STORE_UNAVAILABLE', message: 'no', retryAfter: 2.2 }),
    });
    const response = await post(base, '{"text":"x"}');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '3']);
    await problem(response);
  });

  test('503 never comes without Retry-After', async () => {
    const { base } = await start({
      create: async () => ({ problem: 'STORE_UNAVAILABLE', message: 'no', retryAfter: 0 }),
    });
    expect((await post(base, '{"text":"x"}')).headers.get('retry-after')).toBe('1');
  });

  test('what is thrown is 500 without its text, and its cause is in the log', async () => {
    const { base } = await start();
    const response = await fetch(`${base}/fail`);
    expect(JSON.stringify(await problem(response))).not.toContain('secret things');
    expect(response.status).toBe(500);
    expect(lines.join('')).toContain('secret things');
  });

  test('what the app recognises is its problem, and a refusal carries its own', async () => {
    const classify = (thrown: unknown) =>
      thrown instanceof RangeError ? { problem: 'STORE_UNAVAILABLE' as const, message: 'away' } : undefined;
    const { base } = await start(
      {
        fail: async () => {
          throw new RangeError();
        },
        list: async () => {
          throw refusal({ problem: 'TASK_GONE', message: 'gone' });
        },
      },
      { classify },
    );
    expect((await problem(await fetch(`${base}/fail`))).error.code).toBe('STORE_UNAVAILABLE');
    expect((await problem(await fetch(`${base}/notes`))).error.code).toBe('TASK_GONE');
  });

  test('a handler that never ends is answered 503', async () => {
    const { base } = await start({ list: () => new Promise(() => undefined) }, { limits: { handlerMs: 20 } });
    const response = await fetch(`${base}/notes`);
    expect((await problem(response)).error.code).toBe('TIMEOUT');
    expect(response.headers.get('retry-after')).toBe('1');
  });

  test('a body that never ends is answered 408', async () => {
    const { port } = await start({}, { limits: { handlerMs: 20 } });
    const { socket, received } = await open(port);
    socket.write('POST /notes HTTP/1.1\r\nHost: x\r\nX-API-Key: u\r\nContent-Length: 100\r\n\r\n{"te');
    await once(socket, 'data');
    expect(received()).toContain('408');
    socket.destroy();
  });
});

describe('streams', () => {
  test('bytes go up and down', async () => {
    const { base } = await start();
    const up = await fetch(`${base}/blobs`, {
      method: 'POST',
      body: Buffer.alloc(1_000_000),
      headers: { 'x-file-name': 'a' },
    });
    expect(await up.json()).toEqual({ bytes: 1_000_000 });
    expect(await (await fetch(`${base}/blobs`)).text()).toBe('abcdef');
    expect((await fetch(`${base}/blobs`, { method: 'HEAD' })).status).toBe(200);
  });

  test('an upload on which nothing moves is ended', async () => {
    const { port } = await start({}, { limits: { idleMs: 30 } });
    const { socket, ended } = await open(port);
    socket.write('POST /blobs HTTP/1.1\r\nHost: x\r\nX-File-Name: a\r\nContent-Length: 100\r\n\r\nabc');
    await ended;
    expect(lines.join('')).not.toContain('HTTP_FAULT');
  });

  test('a download that fails half-way is a broken connection, not a short file', async () => {
    const broken = () => {
      async function* read() {
        yield Buffer.from('abc');
        throw new Error('disk');
      }
      return Readable.from(read());
    };
    const { base } = await start({ download: async () => ({ status: 200, stream: broken() }) });
    await expect(fetch(`${base}/blobs`).then((response) => response.text())).rejects.toThrow();
  });

  test('events are framed, comments keep the stream alive', async () => {
    async function* source() {
      yield { id: 'a', data: { text: 'line\nbreak' } };
      yield { comment: 'heartbeat' };
      yield { id: 'b', data: { text: '끝' } };
    }
    const { base } = await start({ follow: async () => ({ status: 200, events: source() }) });
    const response = await fetch(`${base}/events`);
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    expect(await response.text()).toBe(
      'retry: 3000\n\nid: a\nevent: note\ndata: {"text":"line\\nbreak"}\n\n: heartbeat\n\nid: b\nevent: note\ndata: {"text":"끝"}\n\n',
    );
  });

  test('a client that goes away ends its event source', async () => {
    let ended: () => void = () => undefined;
    const wasEnded = new Promise<void>((resolve) => (ended = resolve));
    const { base } = await start({
      follow: async ({ signal }) => ({
        status: 200,
        events: (async function* () {
          yield { id: 'a', data: { text: 'x' } };
          await aborted(signal);
          ended();
        })(),
      }),
    });
    const controller = new AbortController();
    const response = await fetch(`${base}/events`, { signal: controller.signal });
    await response.body?.getReader().read();
    controller.abort();
    await wasEnded;
  });

  test('a reader that does not read holds back its source, and is cut', async () => {
    let made = 0;
    let ended: () => void = () => undefined;
    const wasEnded = new Promise<void>((resolve) => (ended = resolve));
    async function* endless() {
      try {
        for (;;) {
          made += 1;
          yield { id: String(made), data: { text: 'x'.repeat(100_000) } };
        }
      } finally {
        ended();
      }
    }
    const follow: Handlers<Routes>['follow'] = async () => ({ status: 200, events: endless() });
    const { port } = await start({ follow }, { limits: { idleMs: 50 } });
    const { socket } = await open(port);
    socket.pause();
    socket.write('GET /events HTTP/1.1\r\nHost: x\r\n\r\n');
    await wasEnded;
    expect(made).toBeLessThan(1000);
    socket.destroy();
  });
});

describe('what is not HTTP', () => {
  test.each([
    ['nonsense', 'HELLO\r\n\r\n', '400'],
    ['too many header bytes', `GET / HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(20_000)}\r\n\r\n`, '431'],
    ['no host', 'GET /notes HTTP/1.1\r\n\r\n', '400'],
  ])('%s is answered as a problem', async (_what, request, status) => {
    const { port } = await start();
    const { socket, received, ended } = await open(port);
    socket.write(request);
    await ended;
    expect(received()).toContain(` ${status} `);
  });

  test('a head that never ends is cut', async () => {
    const { app } = await start();
    const server = await serveHttp(app, { host: '127.0.0.1', port: 0, headersMs: 50, requestMs: 100 });
    servers.push(server);
    const { socket, received, ended } = await open(server.port);
    socket.write('GET /notes HTTP/1.1\r\nHost: x\r\nX-A: ');
    await ended;
    expect(received()).toContain('408');
  });
});

describe('shutdown', () => {
  test('running requests finish, streams end, then nothing is accepted', async () => {
    let release: () => void = () => undefined;
    let entered: () => void = () => undefined;
    const isRunning = new Promise<void>((resolve) => (entered = resolve));
    const released = new Promise<void>((resolve) => (release = resolve));
    const { base, app, server } = await start({
      list: async () => {
        entered();
        await released;
        return { status: 200, body: 'done' };
      },
      follow: async ({ signal }) => ({
        status: 200,
        events: (async function* () {
          yield { id: 'a', data: { text: 'x' } };
          await aborted(signal);
        })(),
      }),
    });
    const running = fetch(`${base}/notes`);
    const stream = await fetch(`${base}/events`);
    await isRunning;
    const closed = server.close({ drainMs: 0, deadlineMs: 5000 });
    expect(app.isClosing()).toBe(true);
    expect(await stream.text()).toContain('id: a');
    release();
    const response = await running;
    expect(response.headers.get('connection')).toBe('close');
    expect(await response.json()).toBe('done');
    await closed;
    await expect(fetch(`${base}/notes`)).rejects.toThrow();
  });

  test('what does not finish is cut at the deadline', async () => {
    let entered: () => void = () => undefined;
    const isRunning = new Promise<void>((resolve) => (entered = resolve));
    const { base, server } = await start({
      list: () => {
        entered();
        return new Promise(() => undefined);
      },
    });
    const running = fetch(`${base}/notes`).catch(() => 'cut');
    await isRunning;
    await server.close({ drainMs: 0, deadlineMs: 20, settleMs: 0 });
    expect(await running).toBe('cut');
  });
});

test('a missing handler, an undeclared status and an undeclared problem do not compile', () => {
  const withoutList: Omit<Handlers<Routes>, 'list'> = handlers;
  // @ts-expect-error the handler of `list` is missing
  const missing: Handlers<Routes> = withoutList;
  // @ts-expect-error 202 is not declared
  const status: Handlers<Routes>['create'] = async ({ body }) => ({ status: 202, body });
  // @ts-expect-error NOT_FOUND is not declared
  const code: Handlers<Routes>['create'] = async () => ({ problem: 'NOT_FOUND', message: 'x' });
  // @ts-expect-error the body is not the declared one
  const body: Handlers<Routes>['create'] = async () => ({ status: 201, body: { text: 1 } });
  expect([missing, status, code, body]).toHaveLength(4);
});
