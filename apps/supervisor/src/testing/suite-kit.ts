import { afterEach, expect } from '@jest/globals';
import type { Clock } from '@nexus/runtime';
import type { TaskQueue } from '@nexus/task-queue';
import { startTestSupervisor, testKeys, type TestSupervisor, type TestSupervisorOptions } from './test-supervisor.ts';

export const fileId = `file_${'0a1b2c3d'.repeat(8)}`;
export const payload = { action: 'chat_to_excel', files: [fileId] };
/** A body that POST /tasks accepts. */
export const creating = { task_type: 'excel_kakao', requested_by: 'kim', payload };

export type Problem = { status: number; error: { code: string; message: string; detail?: Record<string, unknown> } };

/** Makes an empty queue that sees the given clock. */
export type OpenQueue = (now: Clock) => Promise<{ queue: TaskQueue; close: () => Promise<void> }>;

/** What the parts of the suite work with. */
export type SuiteKit = {
  now: Clock;
  start: (over?: Partial<TestSupervisorOptions>) => Promise<TestSupervisor>;
  /** Creates a task and returns its id. */
  create: (supervisor: TestSupervisor) => Promise<string>;
};

/** A kit that closes what it opened after each test. */
export function createSuiteKit(open: OpenQueue): SuiteKit {
  const now = Date.now;
  let closers: (() => Promise<void>)[] = [];

  afterEach(async () => {
    for (const close of closers.reverse()) await close();
    closers = [];
  });

  return {
    now,
    async start(over = {}) {
      const { queue, close } = await open(now);
      closers.push(close);
      const supervisor = await startTestSupervisor({ queue, now, ...over });
      closers.push(() => supervisor.close());
      return supervisor;
    },
    async create({ client }) {
      const created = await client.createTask({ body: creating });
      if (!created.ok) throw new Error(created.message);
      return created.body.task_id;
    },
  };
}

type Sent = { body?: string | Buffer; headers?: Record<string, string>; method?: string };

/** A request with the user key as it goes over the wire, for what the typed client would not send. */
export function send(base: string, path: string, { body, headers = {}, method }: Sent = {}): Promise<Response> {
  return fetch(base + path, {
    method: method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { 'x-api-key': testKeys.user, 'content-type': 'application/json', ...headers },
    ...(body === undefined ? {} : { body }),
  });
}

/** The body of an answer that must be a problem document. */
export async function problemOf(response: Response): Promise<Problem> {
  expect(response.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
  return (await response.json()) as Problem;
}
