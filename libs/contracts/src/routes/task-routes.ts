import { z } from 'zod';
import {
  cancelTaskSchema,
  createdTaskSchema,
  createExcelKakaoSchema,
  createTaskSchema,
  idempotencyHeadersSchema,
  listTasksSchema,
  taskPageSchema,
} from '../create-task.ts';
import { events, json, nothing, route } from '../route.ts';
import { taskSchema } from '../task.ts';

const taskParams = z.object({ task_id: z.uuid() });
const examplePayload = { action: 'chat_to_excel', files: [`file_${'0a1b2c3d'.repeat(8)}`], timezone: 'Asia/Seoul' };
const createErrors = [
  'BAD_REQUEST',
  'IDEMPOTENCY_KEY_REUSED',
  'UNKNOWN_TASK_TYPE',
  'PAYLOAD_INVALID',
  'QUEUE_PUBLISH_FAIL',
  'STORE_UNAVAILABLE',
] as const;

/** The tasks of clients: create, look, wait, cancel. */
export const taskRoutes = {
  createTask: route({
    method: 'POST',
    path: '/tasks',
    auth: 'user',
    group: 'tasks',
    summary: 'Create a task',
    summary_ko: '작업 만들기',
    description:
      'Puts a task on the queue. With an idempotency key a repeated call is safe: it answers with the task of the first.',
    description_ko: '작업을 큐에 넣습니다. 멱등 키를 주면 같은 요청을 다시 보내도 작업은 하나만 만들어집니다.',
    headers: idempotencyHeadersSchema,
    body: json(createTaskSchema),
    responses: { 202: json(createdTaskSchema), errors: createErrors },
    responseHeaders: { Location: 'Path of the task' },
    example: { task_type: 'excel_kakao', requested_by: 'docs', payload: examplePayload },
  }),
  createExcelKakao: route({
    method: 'POST',
    path: '/excel-kakao',
    auth: 'user',
    group: 'tasks',
    summary: 'Create an excel_kakao task',
    summary_ko: '카카오톡 대화 엑셀 작업 만들기',
    description: 'The same as POST /tasks with task_type excel_kakao.',
    description_ko: 'task_type 이 excel_kakao 인 POST /tasks 와 같습니다.',
    headers: idempotencyHeadersSchema,
    body: json(createExcelKakaoSchema),
    responses: { 200: json(createdTaskSchema), errors: createErrors },
    responseHeaders: { Location: 'Path of the task' },
    example: { requested_by: 'docs', payload: examplePayload },
  }),
  listTasks: route({
    method: 'GET',
    path: '/tasks',
    auth: 'user',
    group: 'tasks',
    summary: 'List tasks, newest first',
    summary_ko: '작업 목록 (최신순)',
    description: 'Follow next_cursor until it is null. A page may be short while more follow.',
    description_ko: 'next_cursor 가 null 이 될 때까지 이어서 읽습니다. 뒤에 더 있어도 한 쪽이 짧을 수 있습니다.',
    query: listTasksSchema,
    responses: { 200: json(taskPageSchema), errors: ['BAD_REQUEST', 'STORE_UNAVAILABLE'] },
  }),
  getTask: route({
    method: 'GET',
    path: '/tasks/{task_id}',
    auth: 'user',
    group: 'tasks',
    summary: 'Read a task',
    summary_ko: '작업 조회',
    description:
      'Status, attempts, progress, and the result or the error. The ETag changes with the task; If-None-Match answers 304.',
    description_ko:
      '상태, 시도, 진행률, 결과 또는 오류. ETag 는 작업이 바뀔 때 바뀌며 If-None-Match 로 304 를 받을 수 있습니다.',
    params: taskParams,
    headers: z.object({ 'if-none-match': z.string().max(1000).optional() }),
    responses: { 200: json(taskSchema), 304: nothing(), errors: ['NOT_FOUND', 'TASK_GONE', 'STORE_UNAVAILABLE'] },
    responseHeaders: { ETag: 'Digest of the task as shown' },
  }),
  cancelTask: route({
    method: 'POST',
    path: '/tasks/{task_id}/cancel',
    auth: 'user',
    group: 'tasks',
    summary: 'Cancel a task',
    summary_ko: '작업 취소',
    description:
      'A waiting task ends at once. A running one is told to stop: it ends CANCELLED, or with its true result if it was faster.',
    description_ko: '대기 중인 작업은 바로 끝납니다. 실행 중이면 중지를 요청하며, 먼저 끝났다면 실제 결과로 끝납니다.',
    params: taskParams,
    body: json(cancelTaskSchema.optional()),
    responses: { 202: json(taskSchema), errors: ['NOT_FOUND', 'TASK_GONE', 'TASK_TERMINAL', 'STORE_UNAVAILABLE'] },
    example: { reason: 'not needed any more' },
  }),
  watchTask: route({
    method: 'GET',
    path: '/tasks/{task_id}/events',
    auth: 'user',
    group: 'tasks',
    summary: 'Follow a task',
    summary_ko: '작업 변화 스트림',
    description:
      'Server-sent events: the task as it is now, then at every change, until it is final. Send the last id as Last-Event-ID to resume; nothing is repeated.',
    description_ko:
      '서버 전송 이벤트(SSE): 현재 상태를 보내고 바뀔 때마다 다시 보내며 끝나면 닫힙니다. Last-Event-ID 로 이어 받을 수 있습니다.',
    params: taskParams,
    headers: z.object({ 'last-event-id': z.string().max(200).optional() }),
    responses: {
      200: events('task', taskSchema),
      errors: ['NOT_FOUND', 'TASK_GONE', 'TOO_MANY_STREAMS', 'STORE_UNAVAILABLE'],
    },
  }),
};
