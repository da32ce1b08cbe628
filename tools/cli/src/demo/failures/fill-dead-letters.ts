import type { Client } from '@nexus/contracts';
import { progressBar } from '../../letters/bar.ts';
import type { OperatorConsole } from '../../letters/operator-console.ts';
import { bodyOf } from '../../letters/subcommand.ts';
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
  const show = fillDisplay(options);
  let ended = 0;
  const agent = startFailingAgent({ ...options.agent, mended: false, onEnded: () => show((ended += 1)) });
  try {
    await createDemoTasks(client, { tasks, onCreated: () => undefined, signal });
    await untilDead(client, tasks, signal);
  } finally {
    await agent.close({ graceMs: 5_000 });
  }
}

/** A bar that is redrawn and at last wiped on a terminal, a line per tenth elsewhere. */
function fillDisplay({ tasks, console, label }: FillOptions): (ended: number) => void {
  const steps = console.redraws ? 100 : 10;
  let shown = 0;
  return (ended) => {
    const step = Math.floor((ended / tasks) * steps);
    if (step === shown) return;
    shown = step;
    const line = `${progressBar(ended, tasks)}  ${label}`;
    if (!console.redraws) return console.note(`  · ${line}\n`);
    console.note(ended === tasks ? '\r\u001b[2K' : `\r\u001b[2K  ${line}`);
  };
}

/** A failed task is a dead letter at once; its place in the index follows by the agent. */
async function untilDead(client: Client, tasks: number, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (bodyOf(await client.dlqStats()).total >= tasks) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_MILLISECONDS));
  }
}
