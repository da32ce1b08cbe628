import type { Client } from '@nexus/contracts';
import { failureWithCode } from '../../failure-with-code.ts';
import { demoPayload } from './demo-task.ts';

/** Requests under way at the same time. */
const IN_FLIGHT = 32;

/** How many tasks to create, who hears of progress, and how to give up. */
export interface CreateDemoTasksOptions {
  readonly tasks: number;
  readonly onCreated: (created: number) => void;
  readonly signal: AbortSignal;
}

/** Creates tasks 0 to `tasks` - 1 over HTTP, roughly in this order. Rejects with the supervisor's code when it refuses one. */
export async function createDemoTasks(client: Client, options: CreateDemoTasksOptions): Promise<void> {
  const { tasks, onCreated, signal } = options;
  let next = 0;
  let created = 0;
  async function lane(): Promise<void> {
    while (next < tasks && !signal.aborted) {
      const task = next++;
      await create(client, task);
      onCreated(++created);
    }
  }
  await Promise.all(Array.from({ length: Math.min(IN_FLIGHT, tasks) }, lane));
  if (created < tasks) throw failureWithCode('STOPPED', 'Stopped before all tasks were created.');
}

async function create(client: Client, task: number): Promise<void> {
  const answer = await client.createTask({
    body: { task_type: 'excel_kakao', requested_by: 'failures-demo', payload: demoPayload(task) },
  });
  if (!answer.ok) throw failureWithCode(answer.code, `Nexus could not create task ${task}: ${answer.message}`);
}
