import { parseArgs } from 'node:util';
import type { CommandContext } from '../command.ts';
import { renderLogLine } from '../stack/render-log-line.ts';
import { type StackSettings, stackSettings } from '../stack/stack-settings.ts';
import { type Stack, startStack } from '../stack/start-stack.ts';
import { untilToldToStop } from '../stack/until-told-to-stop.ts';
import { createStepReport, duration } from '../step-report.ts';

export const summary = 'run supervisor, worker and bot until Ctrl-C';

export const usage = `Usage: npm start [-- --json]

Finds or starts Redis, runs the supervisor, the worker and the bot, and stays until Ctrl-C, which stops them all.

  --json   the processes' log lines as they are (one JSON object a line) on stdout

Environment: NEXUS_PORT (8000), NEXUS_HOST (127.0.0.1), NEXUS_DATA_DIR (.nexus), REDIS_URL, NEXUS_API_KEY, ADMIN_API_KEY
and every setting of the processes. A second stack beside the first: NEXUS_PORT=8001 NEXUS_DATA_DIR=.nexus-8001 npm start
`;

/** Exit status 0 after Ctrl-C, 1 when a process ended by itself, 2 when the stack could not start. */
export async function run(words: readonly string[], { root, environment }: CommandContext): Promise<number> {
  const { values } = parseArgs({ args: [...words], options: { json: { type: 'boolean', default: false } } });
  const settings = stackSettings(environment, root);
  const report = createStepReport();
  const signal = untilToldToStop(environment['NEXUS_LAUNCHER_PID']);
  const started = performance.now();
  const onLine = values.json ? writeRaw : writeReadable;
  let stack: Stack;
  try {
    stack = await startStack({ root, environment, settings, report, onLine, signal });
  } catch (error) {
    if (signal.aborted) return 0;
    throw error;
  }
  const lines = describeStack(stack, settings, performance.now() - started);
  (values.json ? process.stderr : process.stdout).write(lines);
  const told = new Promise<undefined>((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener('abort', () => resolve(undefined));
  });
  const failure = await Promise.race([stack.failed, told]);
  if (failure !== undefined) process.stderr.write(`\nnexus start: ${failure}\nStopping the rest.\n`);
  await report.step(
    'Stopped',
    () => stack.stop(),
    (ends) => ends.map(({ name }) => name).join(', '),
  );
  return failure === undefined ? 0 : 1;
}

/** The addresses and keys of a running stack, for people. */
function describeStack(
  { redis }: Stack,
  { url, dataDirectory, keyDescriptions }: StackSettings,
  milliseconds: number,
): string {
  const rows = [
    ['API', url],
    ['Reference', `${url}/docs`],
    ['Metrics', `${url}/metrics`],
    ['Health', `${url}/health`],
    ['Redis', redis.description],
    ['Data', dataDirectory],
    ['User key', `${keyDescriptions.user}, sent as X-API-Key`],
    ['Admin key', `${keyDescriptions.admin}, sent as X-Admin-Key`],
  ] as const;
  const table = rows.map(([name, value]) => `  ${name.padEnd(10)} ${value}\n`).join('');
  return `\nNexus is ready (${duration(milliseconds)}). Ctrl-C stops everything.\n${table}\n`;
}

function writeRaw(_name: string, line: string, stream: 'stdout' | 'stderr'): void {
  process[stream].write(`${line}\n`);
}

function writeReadable(name: string, line: string, stream: 'stdout' | 'stderr'): void {
  const colour = process[stream].isTTY && process.env['NO_COLOR'] === undefined;
  process[stream].write(`${renderLogLine(line, { name, colour })}\n`);
}
