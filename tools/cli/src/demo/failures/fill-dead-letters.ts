import type { Client } from '@nexus/contracts';
import type { OperatorConsole } from '../../letters/operator-console.ts';
import { bodyOf } from '../../letters/subcommand.ts';
import { progressLine } from '../progress-line.ts';
import { createDemoTasks } from './create-demo-tasks.ts';
import { type FailingAgentOptions, startFailingAgent } from './failing-agent.ts';

/** Between two looks at the number of dead letters (milliseconds). */
const LOOK_MILLISECONDS = 200;

/** Through which door, how many, by which agent, and where progress is shown. */
export interface FillOptions {
  readonly client: Client;
  readonly tasks: number;
  readonly agent: Pick<FailingAgentOptions, 'redisUrl' | 'queueName' | 'onError'>;
  readonly console: OperatorConsole;
  /** What is being done, beside the bar. */
  readonly label: string;
  readonly signal: AbortSignal;
}

/** Creates tasks while an agent fails them; resolves when every one is a dead letter and the agent is gone. */
export async function fillDeadLetters(options: FillOptions): Promise<void> {
  const { client, tasks, signal } = options;
  const show = progressLine(options.console, { total: tasks, label: options.label });
  let ended = 0;
  const agent = startFailingAgent({ ...options.agent, mended: false, onEnded: () => show((ended += 1)) });
  try {
    await createDemoTasks(client, { tasks, onCreated: () => undefined, signal });
    await untilDead(client, tasks, signal);
  } finally {
    await agent.close({ graceMs: 5_000 });
  }
}

/** A failed task is a dead letter at once; its place in the index follows by the agent. */
async function untilDead(client: Client, tasks: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (bodyOf(await client.dlqStats()).total >= tasks) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
  }
}
