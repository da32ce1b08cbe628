import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { isFinalStatus, type Task } from '@nexus/contracts';
import { convert, follow, type RunningStack, startStack, upload, windowsExport } from './testing/running-stack.ts';

jest.setTimeout(60_000);

let stack: RunningStack;
let directory: string;
const final = (task: Task) => isFinalStatus(task.status);

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'nexus-e2e-files-'));
  stack = await startStack();
  await stack.start('worker-excel-kakao');
});
afterAll(async () => {
  await stack.stop();
  await rm(directory, { recursive: true, force: true });
});

test('an export travels from HTTP to a finished workbook', async () => {
  const { client } = stack;
  const taskId = await convert(client, [await upload(client, '주문방.txt', windowsExport(500))]);
  const task = await follow(client, taskId, final);
  expect(task).toMatchObject({
    status: 'succeeded',
    result: { formats: ['windows'], counts: { messages: 500, participants: 40, days: 1, unparsed: 0 } },
    attempts: [{ attempt: 1, outcome: 'succeeded' }],
  });
  const { workbook } = task.result as { workbook: { file_id: string; name: string; bytes: number } };
  expect(workbook.name).toBe('주문방.xlsx');
  const download = await client.downloadFile({ params: { file_id: workbook.file_id }, headers: {} });
  if (!download.ok || download.status !== 200) throw new Error('no workbook');
  const bytes = Buffer.from(await new Response(download.body).arrayBuffer());
  expect(bytes.length).toBe(workbook.bytes);
  expect(bytes.subarray(0, 2).toString()).toBe('PK');
  expect(download.headers.get('content-disposition')).toContain("filename*=UTF-8''%EC%A3%BC%EB%AC%B8%EB%B0%A9.xlsx");
  await writeFile(join(directory, 'workbook.xlsx'), bytes);
});

test('POST /excel-kakao is the same door; the list and the metrics know the task', async () => {
  const { client, baseUrl } = stack;
  const file = await upload(client, 'b.txt', windowsExport(3));
  const created = await client.createExcelKakao({
    headers: {},
    body: { payload: { action: 'chat_to_excel', files: [file] } },
  });
  if (!created.ok) throw new Error(created.message);
  await follow(client, created.body.task_id, final);
  const page = await client.listTasks({ query: { task_type: 'excel_kakao', status: 'succeeded' } });
  expect(page.ok && page.body.items.map((task) => task.task_id)).toContain(created.body.task_id);
  const metrics = await (await fetch(`${baseUrl}/metrics`)).text();
  expect(metrics).toMatch(/nexus_task_create_total\{task_type="excel_kakao"\} [1-9]/);
});

describe('what cannot be converted fails with a code and says what to do', () => {
  const jpeg = Uint8Array.from([
    0xff,
    0xd8,
    0xff,
    0xe0,
    0,
    16,
    0x4a,
    0x46,
    0x49,
    0x46,
    0,
    1,
    ...Array<number>(4000).fill(0xa7),
  ]);
  const empty = '주문방 님과 카카오톡 대화\r\n저장한 날짜 : 2026-11-20 18:03:22\r\n\r\n';
  test.each([
    ['a picture', 'photo.txt', jpeg],
    ['an empty file', 'empty.txt', new Uint8Array()],
    ['an export without messages', 'none.txt', empty],
    ['a text that is no export', 'letter.txt', 'Dear Sir or Madam,\nplease find enclosed.\n'],
  ])('%s', async (_what, name, content) => {
    const { client } = stack;
    const taskId = await convert(client, [await upload(client, name, content)]);
    const task = await follow(client, taskId, final);
    expect(task).toMatchObject({ status: 'failed', park: 'dlq', failure_code: 'PAYLOAD_INVALID', result: null });
    expect(task.attempts).toHaveLength(1);
    expect(task.error?.message.length).toBeGreaterThan(30);
    expect(task.error?.detail?.['message_ko']).toMatch(/[가-힣]/);
  });

  test('a file that was never uploaded', async () => {
    const taskId = await convert(stack.client, [`file_${'0'.repeat(64)}`]);
    const task = await follow(stack.client, taskId, final);
    expect(task).toMatchObject({ status: 'failed', failure_code: 'PAYLOAD_INVALID' });
    expect(task.error?.message).toMatch(/Upload it again/);
  });
});

test('no log line holds a phone number, a key or what the chat says', () => {
  const logs = stack.logs().join('\n');
  expect(logs).toContain('TASK_CREATE');
  expect(logs).toContain('TASK_UPDATE');
  expect(logs).not.toMatch(/1234-5678/);
  expect(logs).not.toMatch(/dev-key/);
  expect(logs).not.toMatch(/주문합니다/);
  for (const line of stack.logs()) expect(() => JSON.parse(line) as unknown).not.toThrow();
});
