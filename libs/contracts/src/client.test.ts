import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { createClient, type Client } from './client.ts';
import { problemBody } from './problem.ts';

const taskId = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff';
const task = {
  task_id: taskId,
  task_type: 'excel_kakao',
  requested_by: 'test',
  requested_at: '2026-01-01T00:00:00Z',
  status: 'queued',
  started_at: null,
  finished_at: null,
  result: null,
  error: null,
  retry_count: 0,
  last_error: null,
  next_retry_at: null,
  park: null,
  failure_code: null,
  attempts: [],
  progress: null,
  pr_url: null,
  issue_url: null,
};
const servers: Server[] = [];

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

async function serve(
  answer: (request: IncomingMessage, response: ServerResponse, body: Buffer) => void,
): Promise<Client> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => answer(request, response, Buffer.concat(chunks)));
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return createClient({ baseUrl: `http://127.0.0.1:${port}/`, key: 'user-key', timeoutMs: 5000 });
}

function answerJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

test('sends method, path, query, key and body, and returns the typed answer', async () => {
  const seen: unknown[] = [];
  const client = await serve((request, response, body) => {
    seen.push([
      request.method,
      request.url,
      request.headers['x-api-key'],
      request.headers['idempotency-key'],
      body.toString(),
    ]);
    if (request.method === 'POST')
      answerJson(response, 202, { task_id: taskId, task_type: 'excel_kakao', status: 'queued' });
    else answerJson(response, 200, { items: [], next_cursor: null });
  });
  const created = await client.createTask({
    body: { task_type: 'excel_kakao', requested_by: 'test', payload: {} },
    headers: { 'idempotency-key': 'k' },
  });
  expect(created).toMatchObject({ ok: true, status: 202, body: { task_id: taskId } });
  expect(await client.listTasks({ query: { limit: 5, status: 'failed' } })).toMatchObject({
    ok: true,
    body: { items: [] },
  });
  expect(seen).toEqual([
    ['POST', '/tasks', 'user-key', 'k', '{"task_type":"excel_kakao","requested_by":"test","payload":{}}'],
    ['GET', '/tasks?limit=5&status=failed', 'user-key', undefined, ''],
  ]);
});

test('a path parameter cannot leave its place', async () => {
  const client = await serve((request, response) => answerJson(response, 404, { url: request.url }));
  const result = await client.getTask({ params: { task_id: '../dlq?x' } });
  expect(result).toMatchObject({ ok: false, status: 404, code: 'BAD_RESPONSE' });
});

test('a problem comes back as data with its code and Retry-After', async () => {
  const client = await serve((_request, response) => {
    response.writeHead(503, { 'content-type': 'application/problem+json', 'retry-after': '7' });
    response.end(
      JSON.stringify(problemBody({ problem: 'STORE_UNAVAILABLE', message: 'no' }, { instance: '/', requestId: 'r1' })),
    );
  });
  expect(await client.getTask({ params: { task_id: taskId } })).toEqual({
    ok: false,
    code: 'STORE_UNAVAILABLE',
    status: 503,
    message: 'no',
    retry_after: 7,
    request_id: 'r1',
  });
});

test('an answer that breaks the contract is not taken for a success', async () => {
  const client = await serve((_request, response) => answerJson(response, 200, { hello: 'proxy' }));
  expect(await client.getTask({ params: { task_id: taskId } })).toMatchObject({
    ok: false,
    status: 200,
    code: 'BAD_RESPONSE',
  });
});

test('no server, no answer and a given-up call are failures, not exceptions', async () => {
  const nobody = createClient({ baseUrl: 'http://127.0.0.1:1', timeoutMs: 5000 });
  expect(await nobody.live()).toMatchObject({ ok: false, status: 0, code: 'NETWORK_ERROR' });
  const silent = await serve(() => undefined);
  expect(await silent.live({ timeoutMs: 20 })).toMatchObject({ ok: false, status: 0, code: 'CLIENT_TIMEOUT' });
  expect(await silent.live({ signal: AbortSignal.abort() })).toMatchObject({ ok: false, code: 'ABORTED' });
});

test('signed JSON goes out byte for byte', async () => {
  let received = '';
  const client = await serve((_request, response, body) => {
    received = body.toString();
    answerJson(response, 200, { ok: true, task_id: taskId, status: 'running' });
  });
  const rawBody = `{ "task_id":"${taskId}",  "status":"running" }`;
  expect(await client.agentCallback({ rawBody, headers: { 'x-nonce': 'nonce-12345' } })).toMatchObject({ ok: true });
  expect(received).toBe(rawBody);
});

test('files stream up and down', async () => {
  const content = Buffer.alloc(300_000, 'kakao');
  const client = await serve((request, response, body) => {
    if (request.method === 'GET') response.writeHead(200).end(content);
    else
      answerJson(response, 201, {
        file_id: `file_${'a'.repeat(64)}`,
        name: 'a.txt',
        bytes: body.length,
        sha256: 'b'.repeat(64),
      });
  });
  const up = await client.uploadFile({
    body: new Blob([content]).stream(),
    headers: { 'x-file-name': encodeURIComponent('대화.txt') },
  });
  expect(up).toMatchObject({ ok: true, status: 201, body: { bytes: 300_000 } });
  const down = await client.downloadFile({ params: { file_id: `file_${'a'.repeat(64)}` } });
  if (!down.ok || down.status !== 200) throw new Error('no file');
  const chunks: Uint8Array[] = [];
  for await (const chunk of down.body) chunks.push(chunk);
  expect(Buffer.concat(chunks).equals(content)).toBe(true);
});

test('events arrive as typed snapshots; comments and foreign events are passed over', async () => {
  const client = await serve((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(': heartbeat\n\nretry: 3000\n\n');
    const frame = `id: d1\nevent: task\ndata: ${JSON.stringify(task)}\n\n`;
    response.write(frame.slice(0, 40));
    response.write(frame.slice(40));
    response.end('event: other\ndata: {}\n\n');
  });
  const stream = await client.watchTask({ params: { task_id: taskId } });
  if (!stream.ok) throw new Error(stream.message);
  const seen = [];
  for await (const event of stream.body) seen.push([event.id, event.data.status]);
  expect(seen).toEqual([['d1', 'queued']]);
});

test('a call without what its route demands does not compile', () => {
  const client = createClient({ baseUrl: 'http://127.0.0.1:1', timeoutMs: 1 });
  // @ts-expect-error the path parameter is missing
  void (() => client.getTask());
  // @ts-expect-error the body is missing
  void (() => client.createTask({}));
  // @ts-expect-error the file name is missing
  void (() => client.uploadFile({ body: 'x' }));
  void (() => client.cancelTask({ params: { task_id: taskId }, body: undefined }));
  expect(Object.keys(client)).toContain('getTask');
});
