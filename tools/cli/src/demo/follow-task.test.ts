import { afterEach, describe, expect, test } from '@jest/globals';
import { createClient, type Task } from '@nexus/contracts';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { followTask } from './follow-task.ts';

const ID = '6f9619ff-8b86-4d01-b42d-00cf4fc964ff';

function task(change: Partial<Task>): Task {
  const nothing = {
    started_at: null,
    finished_at: null,
    result: null,
    error: null,
    last_error: null,
    next_retry_at: null,
  };
  const rest = { park: null, failure_code: null, progress: null, pr_url: null, issue_url: null };
  return {
    task_id: ID,
    task_type: 'excel_kakao',
    requested_by: 'demo',
    requested_at: '2026-01-01T00:00:00.000Z',
    status: 'queued',
    retry_count: 0,
    attempts: [],
    ...nothing,
    ...rest,
    ...change,
  };
}

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

/** A supervisor whose answers to one stream after the other are given; records what was asked. */
async function supervisor(
  answers: readonly ((response: ServerResponse) => void)[],
): Promise<{ url: string; resumedFrom: unknown[] }> {
  const resumedFrom: unknown[] = [];
  server = createServer((request, response) => {
    resumedFrom.push(request.headers['last-event-id']);
    const answer = answers[Math.min(resumedFrom.length, answers.length) - 1];
    answer?.(response);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, resumedFrom };
}

function events(response: ServerResponse, entries: readonly (readonly [string, Task])[]): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  response.write(': hello\n\n');
  for (const [id, data] of entries) response.write(`id: ${id}\nevent: task\ndata: ${JSON.stringify(data)}\n\n`);
}

async function follow(url: string): Promise<{ statuses: string[]; waits: number; end: Task }> {
  const statuses: string[] = [];
  let waits = 0;
  const client = createClient({ baseUrl: url, key: 'dev-key', timeoutMs: 5_000 });
  const wait = async (): Promise<void> => void (waits += 1);
  const end = await followTask(client, ID, { onChange: ({ status }) => statuses.push(status), wait });
  return { statuses, waits, end };
}

describe('followTask', () => {
  test('tells every change and ends with the final one', async () => {
    const { url } = await supervisor([
      (response) =>
        events(response, [
          ['1', task({})],
          ['2', task({ status: 'running' })],
          ['3', task({ status: 'succeeded' })],
        ]),
    ]);
    expect(await follow(url)).toMatchObject({ statuses: ['queued', 'running', 'succeeded'], waits: 0 });
  });

  test('takes up a cut stream and a restarting supervisor where it was', async () => {
    const { url, resumedFrom } = await supervisor([
      (response) => {
        events(response, [['7', task({ status: 'running' })]]);
        setImmediate(() => response.destroy());
      },
      (response) => response.writeHead(503, { 'content-type': 'application/problem+json' }).end('{}'),
      (response) => response.destroy(),
      (response) => events(response, [['8', task({ status: 'failed' })]]),
    ]);
    expect(await follow(url)).toMatchObject({ statuses: ['running', 'failed'], end: { status: 'failed' } });
    expect(resumedFrom).toEqual([undefined, '7', '7', '7']);
  });

  test('gives up on a refusal, and on a supervisor that stays away', async () => {
    const problem = {
      type: 'about:blank',
      title: 'Not Found',
      status: 404,
      detail: 'no such task',
      instance: '/',
      error: { code: 'NOT_FOUND', message: 'no such task' },
      request_id: 'x',
    };
    const refusing = await supervisor([(response) => response.writeHead(404).end(JSON.stringify(problem))]);
    await expect(follow(refusing.url)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('no such task'),
    });
    server?.close();
    await expect(follow('http://127.0.0.1:9')).rejects.toMatchObject({ code: 'SUPERVISOR_UNREACHABLE' });
  });
});
