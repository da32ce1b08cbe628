import { afterEach, expect, jest, test } from '@jest/globals';
import { isFinalStatus, type Task } from '@nexus/contracts';
import { convert, follow, type RunningStack, startStack, upload, windowsExport } from './testing/running-stack.ts';

jest.setTimeout(120_000);

let stack: RunningStack;
const final = (task: Task) => isFinalStatus(task.status);
/** Large enough to be in mid-conversion when it is hit, small enough to end soon. */
const LARGE = 400_000;

afterEach(() => stack.stop());

test('kill -9 of the worker in mid-task: the task runs again elsewhere and ends once', async () => {
  stack = await startStack();
  const { client } = stack;
  const first = await stack.start('worker-excel-kakao');
  const taskId = await convert(client, [await upload(client, 'large.txt', windowsExport(LARGE))]);
  await follow(client, taskId, (task) => (task.progress?.message ?? '').includes('messages'));
  await first.end('SIGKILL');
  await stack.start('worker-excel-kakao');
  const task = await follow(client, taskId, final);
  expect(task).toMatchObject({ status: 'succeeded', retry_count: 0, result: { counts: { messages: LARGE } } });
  expect(task.attempts.map((attempt) => attempt.outcome)).toEqual(['lost', 'succeeded']);
});

test('SIGTERM of the worker in mid-task: handed back, no attempt burned, exit 0', async () => {
  stack = await startStack();
  const { client } = stack;
  const first = await stack.start('worker-excel-kakao', { WORKER_GRACE_SECONDS: '0' });
  const taskId = await convert(client, [await upload(client, 'large.txt', windowsExport(LARGE))]);
  await follow(client, taskId, (task) => (task.progress?.message ?? '').includes('messages'));
  expect(await first.end('SIGTERM')).toBe(0);
  const waiting = await client.getTask({ params: { task_id: taskId }, headers: {} });
  expect(waiting.ok && waiting.status === 200 && waiting.body).toMatchObject({ status: 'queued', retry_count: 0 });
  await stack.start('worker-excel-kakao');
  const task = await follow(client, taskId, final);
  expect(task.attempts.map((attempt) => [attempt.attempt, attempt.outcome])).toEqual([[1, 'succeeded']]);
});

test('cancel of a running task stops its worker', async () => {
  stack = await startStack();
  const { client } = stack;
  await stack.start('worker-excel-kakao');
  const taskId = await convert(client, [await upload(client, 'large.txt', windowsExport(LARGE))]);
  await follow(client, taskId, (task) => task.status === 'running');
  const cancelled = await client.cancelTask({ params: { task_id: taskId }, body: { reason: 'wrong room' } });
  expect(cancelled.ok).toBe(true);
  const task = await follow(client, taskId, final);
  expect(task).toMatchObject({ status: 'failed', failure_code: 'CANCELLED', park: null });
});

test('kill -9 of Redis and restart: 503 meanwhile, never a hanging request, and what was accepted is done', async () => {
  stack = await startStack();
  const { client, baseUrl, redis } = stack;
  const worker = await stack.start('worker-excel-kakao');
  const file = await upload(client, 'a.txt', windowsExport(100));
  await worker.end('SIGTERM');
  const accepted = [await convert(client, [file]), await convert(client, [file])];
  // Redis writes to its file before it answers and syncs every second: a kill of the process alone loses nothing.
  await redis.kill('SIGKILL');
  expect((await fetch(`${baseUrl}/health/ready`)).status).toBe(503);
  expect((await fetch(`${baseUrl}/health`)).status).toBe(200);
  expect((await fetch(`${baseUrl}/health/live`)).status).toBe(200);
  const refused = await client.createTask({
    headers: {},
    body: { task_type: 'excel_kakao', requested_by: 'e2e', payload: { action: 'chat_to_excel', files: [file] } },
  });
  expect(refused).toMatchObject({ ok: false, status: 503, code: 'STORE_UNAVAILABLE' });
  expect(refused.ok ? 0 : refused.retry_after).toBeGreaterThanOrEqual(1);
  const read = await client.getTask({ params: { task_id: accepted[0] ?? '' }, headers: {} });
  expect(read).toMatchObject({ ok: false, status: 503 });
  await redis.restart();
  for (let ready = 0; ready !== 200;) ready = (await fetch(`${baseUrl}/health/ready`)).status;
  await stack.start('worker-excel-kakao');
  for (const taskId of accepted) expect(await follow(client, taskId, final)).toMatchObject({ status: 'succeeded' });
});

test('Redis stopped in its tracks (SIGSTOP): every request is answered within seconds', async () => {
  stack = await startStack();
  const { client, baseUrl, redis } = stack;
  await redis.kill('SIGSTOP');
  const created = await client.createTask({
    headers: {},
    body: {
      task_type: 'excel_kakao',
      requested_by: 'e2e',
      payload: { action: 'chat_to_excel', files: [`file_${'0'.repeat(64)}`] },
    },
  });
  expect(created).toMatchObject({ ok: false, status: 503 });
  expect((await fetch(`${baseUrl}/health/ready`)).status).toBe(503);
  await redis.kill('SIGCONT');
  for (let ready = 0; ready !== 200;) ready = (await fetch(`${baseUrl}/health/ready`)).status;
});

test('kill -9 of the supervisor while a task runs: the task ends and is accounted for, with signed reports', async () => {
  stack = await startStack({ CALLBACK_SIGNATURE_SECRET: 'a-secret-of-the-test' });
  const { client, baseUrl } = stack;
  await stack.start('worker-excel-kakao');
  const taskId = await convert(client, [await upload(client, 'large.txt', windowsExport(LARGE))]);
  await follow(client, taskId, (task) => (task.progress?.message ?? '').includes('messages'));
  await stack.supervisor.end('SIGKILL');
  await stack.start('supervisor', { NEXUS_PORT: new URL(baseUrl).port });
  expect(await follow(client, taskId, final)).toMatchObject({ status: 'succeeded' });
  for (let reported = false; !reported;) {
    const metrics = await (await fetch(`${baseUrl}/metrics`)).text();
    reported = /nexus_task_status_total\{task_type="excel_kakao",status="succeeded"\} 1/.test(metrics);
  }
});
