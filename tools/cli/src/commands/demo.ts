import { type Client, createClient } from '@nexus/contracts';
import { existsSync, globSync, statSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { CommandContext } from '../command.ts';
import { createChatTask, downloadFile, resultOf, uploadFiles } from '../demo/chat-to-excel.ts';
import { compareCounts } from '../demo/compare-counts.ts';
import { type DemoOutcome, describeWorkbook } from '../demo/describe-workbook.ts';
import { followTask } from '../demo/follow-task.ts';
import { createProgressDisplay } from '../demo/progress-display.ts';
import { budgetUsage, runBudgetDemo } from '../demo/budget/run-budget-demo.ts';
import { failuresUsage, runFailuresDemo } from '../demo/failures/run-failures-demo.ts';
import { readWorkbook } from '../demo/read-workbook.ts';
import { failureWithCode } from '../failure-with-code.ts';
import { isNexus } from '../stack/port-check.ts';
import { logOf, renderLogLine } from '../stack/render-log-line.ts';
import { type StackSettings, stackSettings } from '../stack/stack-settings.ts';
import { type Stack, startStack } from '../stack/start-stack.ts';
import { untilToldToStop } from '../stack/until-told-to-stop.ts';
import { createStepReport, type StepReport } from '../step-report.ts';

export const summary = 'turn a KakaoTalk export into a workbook; also `demo failures` and `demo budget`';

export const usage = `Usage: npm run demo [-- --input FILE]... [--timezone ZONE] [--json] [--keep]

Starts Nexus (or uses the one that runs on NEXUS_PORT), uploads a KakaoTalk export, follows the task and saves the
workbook in <NEXUS_DATA_DIR>/demo. Exit status 0 only if the workbook is there and its sums agree.

  --input FILE       your own export, .txt or .csv; several parts of one chat: --input FILE --input FILE
  --timezone ZONE    of the chat (Asia/Seoul)
  --json             the outcome as one JSON document on stdout
  --keep             leave Nexus running afterwards, until Ctrl-C

Other demos: npx nexus demo failures (what operators do), npx nexus demo budget (money that cannot be overspent)
`;

/** The help of the demo that is named. */
export function usageOf([name]: readonly string[]): string {
  return { failures: failuresUsage, budget: budgetUsage }[name ?? ''] ?? usage;
}

const OPTIONS = {
  input: { type: 'string', multiple: true, default: [] as string[] },
  timezone: { type: 'string' },
  json: { type: 'boolean', default: false },
  keep: { type: 'boolean', default: false },
} as const;

/** Exit status 0: the workbook exists and its sums agree; 1: the task failed, or they do not; 2: could not run. */
export async function run(words: readonly string[], context: CommandContext): Promise<number> {
  const [name, ...rest] = words;
  if (name === 'failures') return runFailuresDemo(rest, context);
  if (name === 'budget') return runBudgetDemo(rest, context);
  const { values } = parseArgs({ args: [...words], options: { ...OPTIONS, input: { ...OPTIONS.input, default: [] } } });
  const inputs = inputFiles(values.input, context);
  const settings = stackSettings(context.environment, context.root);
  const report = createStepReport();
  const signal = untilToldToStop(context.environment['NEXUS_LAUNCHER_PID']);
  const stack = (await isNexus(settings)) ? undefined : await start(context, { settings, report, signal });
  if (stack === undefined) report.note(`using the Nexus that runs at ${settings.url}`);
  try {
    const client = createClient({ baseUrl: settings.url, key: settings.userKey, timeoutMs: 30_000 });
    const work = makeWorkbook(client, inputs, { settings, report, signal, timezone: values.timezone });
    const outcome = await Promise.race([work, toldToStop(signal), ...(stack === undefined ? [] : [failure(stack)])]);
    const agree = outcome.comparisons.every(({ agrees }) => agrees);
    process.stdout.write(
      values.json ? `${JSON.stringify({ ok: agree, ...outcome }, null, 2)}\n` : describeWorkbook(outcome),
    );
    if (values.keep && stack !== undefined) await keep(stack, { settings, report, signal });
    return agree ? 0 : 1;
  } catch (error) {
    if (!signal.aborted)
      process.stderr.write(`\nnexus demo: ${error instanceof Error ? error.message : String(error)}\n`);
    return signal.aborted ? 130 : 1;
  } finally {
    if (stack !== undefined) await report.step('Stopped', () => stack.stop());
  }
}

interface DemoRun {
  readonly settings: StackSettings;
  readonly report: StepReport;
  readonly signal: AbortSignal;
}

async function makeWorkbook(
  client: Client,
  inputs: readonly string[],
  { settings, report, signal, timezone }: DemoRun & { timezone: string | undefined },
): Promise<DemoOutcome & { readonly task_id: string }> {
  const names = inputs
    .map((path) => `${basename(path)} (${statSync(path).size.toLocaleString('en')} bytes)`)
    .join(', ');
  const files = await report.step(`Uploaded ${names}`, () => uploadFiles(client, inputs));
  const task_id = await report.step(
    'Task created',
    () => createChatTask(client, files, timezone),
    (id) => id,
  );
  const display = createProgressDisplay((text) => void process.stderr.write(text), process.stderr.isTTY);
  const follow = (): ReturnType<typeof followTask> =>
    followTask(client, task_id, { onChange: (task) => display.show(task), signal }).finally(() => display.end());
  const task = await report.step('Task ended', follow, ({ status }) => status);
  const { workbook, formats, counts } = resultOf(task);
  const directory = join(settings.dataDirectory, 'demo');
  const path = await report.step('Workbook saved', () => downloadFile(client, workbook, directory));
  const contents = await report.step('Workbook opened and counted', () => readWorkbook(path));
  return { task_id, path, bytes: statSync(path).size, formats, contents, comparisons: compareCounts(counts, contents) };
}

/** The files to convert: the user's, or the example. */
function inputFiles(given: readonly string[], { root, workingDirectory }: CommandContext): string[] {
  const wanted = given.map((path) => resolve(workingDirectory, path));
  const missing = wanted.filter((path) => !existsSync(path) || !statSync(path).isFile());
  if (missing.length > 0) throw failureWithCode('INPUT_MISSING', `There is no such file: ${missing.join(', ')}`);
  if (wanted.length > 0) return wanted;
  const [example] = globSync('examples/chat/*.txt', { cwd: root }).sort();
  if (example !== undefined) return [join(root, example)];
  throw failureWithCode('INPUT_MISSING', 'examples/chat holds no export. Name your own: npm run demo -- --input FILE');
}

/** Only what went wrong in the processes is shown; the rest is in what they did. */
function start({ root, environment }: CommandContext, run: DemoRun): Promise<Stack> {
  const colour = process.stderr.isTTY && process.env['NO_COLOR'] === undefined;
  return startStack({
    root,
    environment,
    ...run,
    onLine(name, line, stream) {
      const level = logOf(line)?.['level'];
      if (level === 'WARN' || level === 'ERROR' || (level === undefined && stream === 'stderr')) {
        process.stderr.write(`${renderLogLine(line, { name, colour })}\n`);
      }
    },
  });
}

function toldToStop(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const stop = (): void => reject(failureWithCode('STOPPED', 'Stopped.'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
  });
}

async function failure({ failed }: Stack): Promise<never> {
  throw failureWithCode('STACK_FAILED', await failed);
}

async function keep(stack: Stack, { settings, report, signal }: DemoRun): Promise<void> {
  report.note(`Nexus stays at ${settings.url} (reference: ${settings.url}/docs) until Ctrl-C`);
  await Promise.race([toldToStop(signal).catch(() => undefined), failure(stack)]);
}
