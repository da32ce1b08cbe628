import { type Client, createClient } from '@nexus/contracts';
import type { TaskConsumer } from '@nexus/task-queue';
import type { CommandContext } from '../../command.ts';
import { failureWithCode } from '../../failure-with-code.ts';
import { inertJson } from '../../letters/inert-text.ts';
import { chooseLanguage, type Language } from '../../letters/language.ts';
import { count } from '../../letters/moment.ts';
import { type OperatorConsole, processConsole } from '../../letters/operator-console.ts';
import { parseOptions } from '../../letters/parse-options.ts';
import { runLetters } from '../../letters/run-letters.ts';
import { untilToldToStop } from '../../stack/until-told-to-stop.ts';
import { createStepReport, duration, type StepReport } from '../../step-report.ts';
import { failureOf, showTrouble, storyConsole, toldToStop } from '../demo-run.ts';
import { type DemoStack, startDemoStack } from '../demo-stack.ts';

import { describeSums } from './describe-sums.ts';
import { startFailingAgent } from './failing-agent.ts';
import { fillDeadLetters } from './fill-dead-letters.ts';
import { storyIn, type StoryWords } from './story-words.ts';
import { type FailuresOutcome, type Stage, walkThrough } from './walk-through.ts';

const QUEUE_NAME = 'nexus.failures-demo';

/** What the demo sets: no waiting for retries, nobody alerted, and no agent but its own. */
const DEMO_VARIABLES = { TASK_QUEUE: QUEUE_NAME, MAX_RETRIES: '0', TASK_LOCK_TTL_SECONDS: '0' };

const TASKS = 10_000;
/** Fewer tasks do not give every cause enough letters for a canary. */
const FEWEST_TASKS = 100;
/** How long the agents may take to let go when the demo is told to stop. */
const LETTING_GO_MILLISECONDS = 5_000;

export const failuresUsage = `Usage: npx nexus demo failures [--letters N] [--json] [--keep] [--lang LANG]

Lets 10,000 tasks fail from five causes on a Nexus of the demo's own, and then does what an operator does: groups, plan,
apply, requeue with a canary. Real tasks, a real queue, a real agent; only the failures are made up. Your own tasks are
never touched: the demo has its own Redis and supervisor (on NEXUS_PORT, or a free port when something runs there) and
removes both afterwards. Exit status 0 only if all sums agree.

  --letters N   how many tasks fail (10000; at least ${FEWEST_TASKS})
  --json        the outcome as one JSON document on stdout; the story goes to stderr
  --keep        leave the demo's Nexus running afterwards, until Ctrl-C
  --lang LANG   en or ko (NEXUS_LANG, LANG)
`;

/** The demo as it is being run. */
interface Running {
  readonly context: CommandContext;
  readonly stack: DemoStack;
  readonly client: Client;
  readonly tasks: number;
  readonly console: OperatorConsole;
  readonly language: Language;
  readonly words: StoryWords;
  readonly report: StepReport;
  readonly signal: AbortSignal;
}

/** Exit status 0: all sums agree; 1: they do not, or a step failed; 2: could not run; 130: Ctrl-C. */
export async function runFailuresDemo(typed: readonly string[], context: CommandContext): Promise<number> {
  const { values, positionals } = parseOptions(typed, ['letters', 'json', 'keep', 'lang']);
  const tasks = values.letters ?? TASKS;
  if (positionals.length > 0 || tasks < FEWEST_TASKS) {
    throw failureWithCode(
      'OPTION_INVALID',
      `demo failures takes options only, and at least --letters ${FEWEST_TASKS}.`,
    );
  }
  const language = chooseLanguage(values.lang, context.environment);
  const words = storyIn(language);
  const report = createStepReport();
  const signal = untilToldToStop(context.environment['NEXUS_LAUNCHER_PID']);
  const started = performance.now();
  const starting = (): Promise<DemoStack> =>
    startDemoStack({ ...context, name: 'failures', variables: DEMO_VARIABLES, onLine: showTrouble, signal });
  const stack = await report.step(words.stack, starting, ({ settings }) => settings.url);
  const { userKey: key, adminKey, url: baseUrl } = stack.settings;
  const client = createClient({ baseUrl, key, adminKey, timeoutMs: 30_000 });
  const console = storyConsole(processConsole(), values.json === true);
  const running: Running = { context, stack, client, tasks, console, language, words, report, signal };
  const telling = tell(running);
  try {
    const outcome = await Promise.race([telling, toldToStop(signal), failureOf(stack)]);
    const ok = outcome.sums.every(({ agrees }) => agrees);
    console.result(describeSums(outcome.sums, words, console.paint));
    console.note(`${words.seconds(duration(performance.now() - started))}\n`);
    if (values.json === true) process.stdout.write(inertJson({ ok, letters: tasks, ...outcome }));
    if (values.keep === true) await keep(running);
    return ok ? 0 : 1;
  } catch (error) {
    if (signal.aborted) return 130;
    process.stderr.write(`\nnexus demo failures: ${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  } finally {
    await untilEnded(telling);
    await report.step(words.stoppedStack, () => stack.stop());
  }
}

/** The agents let go of the queue while it is still there; without one they would wait for it in vain. */
async function untilEnded(telling: Promise<unknown>): Promise<void> {
  const late = new Promise((resolve) => setTimeout(resolve, LETTING_GO_MILLISECONDS).unref());
  await Promise.race([telling.catch(() => undefined), late]);
}

/** Lets the tasks fail, then tells the story; the agents end with it. */
async function tell(running: Running): Promise<FailuresOutcome> {
  const { client, tasks, words, console, report, signal, stack } = running;
  const { redisUrl } = stack;
  const onError = (error: unknown): void =>
    signal.aborted ? undefined : console.note(`  · ${error instanceof Error ? error.message : String(error)}\n`);
  const agent = { redisUrl, queueName: QUEUE_NAME, onError };
  const fill = { client, tasks, console, signal, agent, label: words.filling };
  await report.step(words.failed(count(tasks)), () => fillDeadLetters(fill));
  let second: TaskConsumer | undefined;
  const stage: Stage = {
    ...running,
    say: (text) => console.result(`\n${console.paint('bold', '#')} ${text.replaceAll('\n', '\n  ')}\n`),
    operate: (typed, status = 0) => operate(running, typed, status),
    async startAgent() {
      second = startFailingAgent({ ...agent, mended: true, onEnded: () => undefined });
      await second.ready();
    },
  };
  try {
    return await walkThrough(stage);
  } finally {
    await second?.close({ graceMs: 5_000 });
  }
}

/** Runs a command as somebody at a terminal would, and resolves to the answer it showed. */
async function operate(
  { context, stack, console, signal, language }: Running,
  typed: readonly string[],
  status: number,
): Promise<unknown> {
  const shown = typed.map((word) => (word.includes(' ') ? `"${word}"` : word)).join(' ');
  console.result(`\n${console.paint('bold', `$ npx nexus dlq ${shown}`)}\n`);
  let answer: unknown;
  const { url, adminKey } = stack.settings;
  const got = await runLetters('dlq', [...typed, '--lang', language], {
    ...context,
    environment: { SUPERVISOR_URL: url, ADMIN_API_KEY: adminKey },
    surroundings: {
      console,
      now: Date.now,
      wait: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
      untilToldToStop: () => signal,
      onAnswer: (found) => (answer = found),
    },
  });
  if (got === status) return answer;
  throw failureWithCode('DEMO_FAILED', `npx nexus dlq ${shown} ended with status ${got} instead of ${status}.`);
}

async function keep({ stack, words, console, signal }: Running): Promise<void> {
  const { url } = stack.settings;
  console.note(`\n${words.keep(url)}\n  SUPERVISOR_URL=${url} npx nexus dlq groups\n`);
  await Promise.race([toldToStop(signal).catch(() => undefined), failureOf(stack)]);
}
