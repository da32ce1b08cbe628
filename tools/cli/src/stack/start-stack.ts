import { createClient } from '@nexus/contracts';
import { type Environment, type ProvidedRedis, provideRedis } from '@nexus/local-redis';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { failureWithCode } from '../failure-with-code.ts';
import type { StepReport } from '../step-report.ts';
import { requireFreePort } from './port-check.ts';
import { logOf } from './render-log-line.ts';
import { processOptionsOf } from './process-options.ts';
import { type ProcessEnd, type StackProcess, startStackProcess } from './stack-process.ts';
import { processEnvironment, type StackSettings } from './stack-settings.ts';

/** How long the supervisor may take to be ready, and a process to finish its work when told to stop (milliseconds). */
const READY_MILLISECONDS = 60_000;
const STOP_MILLISECONDS = 30_000;

/** What runs, in the order of starting; the first is the supervisor, whose address the settings tell. */
export const STACK_PROCESSES: readonly StackPart[] = [
  { name: 'supervisor', entry: 'apps/supervisor/src/main.ts' },
  { name: 'worker', entry: 'apps/worker-excel-kakao/src/main.ts', ready: 'WORKER_START' },
  { name: 'bot', entry: 'apps/autofix-bot/src/main.ts' },
];

/** A process of the stack: its name for people, its file under the root, the event of the log line of its readiness. */
export interface StackPart {
  readonly name: string;
  readonly entry: string;
  readonly ready?: string;
}

/** A started stack. */
export interface Stack {
  readonly redis: ProvidedRedis;
  /** Resolves to a sentence when a part ends that should not have; never after stop(). */
  readonly failed: Promise<string>;
  /** Ends the worker and the bot, then the supervisor they report to, then the Redis it started. May be called twice. */
  stop(): Promise<readonly ProcessEnd[]>;
}

/** What a stack needs to start. */
export interface StackOptions {
  readonly root: string;
  readonly environment: Environment;
  readonly settings: StackSettings;
  readonly report: StepReport;
  readonly onLine: (name: string, line: string, stream: 'stdout' | 'stderr') => void;
  /** Other programs than the product's, in tests. */
  readonly parts?: readonly StackPart[];
  /** Ends the start early: what was started is stopped, and the start rejects. */
  readonly signal: AbortSignal;
}

/**
 * Finds or starts Redis, starts supervisor, worker and bot from source, and waits until tasks can be accepted and
 * worked on. Rejects with a message for people (what failed, its last lines, what to do); nothing is left running then.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { settings, report } = options;
  await requireFreePort(settings);
  mkdirSync(settings.dataDirectory, { recursive: true, mode: 0o700 });
  const { environment, dataDirectory } = { ...options, ...settings };
  const redis = await report.step(
    'Redis',
    () => provideRedis({ environment, dataDirectory, report: (line) => report.note(line) }),
    ({ description }) => description,
  );
  const stack = startProcesses(options, redis);
  try {
    await report.step('Supervisor, worker and bot', () => untilReady(stack, options));
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

interface StartingStack extends Stack {
  /** Resolves when every process that tells so has told that it is ready. */
  readonly announced: Promise<unknown>;
}

function startProcesses(options: StackOptions, redis: ProvidedRedis): StartingStack {
  const { root, settings, environment, onLine } = options;
  const forProcesses = processEnvironment(environment, settings, redis.url);
  const announcements: Promise<void>[] = [];
  const processes = (options.parts ?? STACK_PROCESSES).map((part) => {
    let announce = (): void => undefined;
    if (part.ready !== undefined) announcements.push(new Promise((resolve) => (announce = resolve)));
    const { flags, environment: before } = processOptionsOf(root, part.entry);
    return startStackProcess({
      name: part.name,
      args: [...flags, '-C', '@nexus/source', '--enable-source-maps', join(root, part.entry)],
      directory: root,
      environment: { ...before, ...forProcesses },
      onLine(line, stream) {
        if (part.ready !== undefined && logOf(line)?.['event'] === part.ready) announce();
        onLine(part.name, line, stream);
      },
    });
  });
  let stopping: Promise<readonly ProcessEnd[]> | undefined;
  const ends = [
    ...processes.map(whyEnded),
    redis.untilExit().then(() => 'Redis has ended unexpectedly; its log is redis/redis.log in the data directory.'),
  ];
  const failed = Promise.race(ends).then((reason) =>
    stopping === undefined ? reason : new Promise<string>(() => undefined),
  );
  return {
    redis,
    failed,
    announced: Promise.all(announcements),
    stop: () => (stopping ??= stopAll(processes, redis)),
  };
}

async function whyEnded(part: StackProcess): Promise<string> {
  const { name, code, signal } = await part.ended;
  const how = signal === null ? `with status ${code}` : `by ${signal}`;
  const lines = part.lastLines();
  const last =
    lines.length === 0 ? 'It wrote nothing.' : `Its last lines:\n${lines.map((line) => `  ${line}`).join('\n')}`;
  return `The ${name} ended ${how}. ${last}`;
}

async function stopAll(processes: readonly StackProcess[], redis: ProvidedRedis): Promise<readonly ProcessEnd[]> {
  const [supervisor, ...others] = processes;
  const ends = await Promise.all(others.map((part) => part.stop(STOP_MILLISECONDS)));
  if (supervisor !== undefined) ends.unshift(await supervisor.stop(STOP_MILLISECONDS));
  await redis.stop();
  return ends;
}

async function untilReady(stack: StartingStack, { settings, signal }: StackOptions): Promise<void> {
  const over = new AbortController();
  const failure = stack.failed.then((reason) => {
    throw failureWithCode('STACK_FAILED', reason);
  });
  const ready = Promise.all([untilAccepting(settings, over.signal), stack.announced]);
  const message = `Not ready after ${READY_MILLISECONDS / 1000} s. GET ${settings.url}/health/ready tells what is missing; the log above may tell why.`;
  const givenUp = rejection(signal, failureWithCode('STOPPED', 'Stopped before it was ready.'));
  const late = rejection(AbortSignal.timeout(READY_MILLISECONDS), failureWithCode('NOT_READY', message));
  await Promise.race([ready, failure, givenUp, late]).finally(() => over.abort());
}

function rejection(signal: AbortSignal, reason: Error): Promise<never> {
  return new Promise((_resolve, reject) => {
    if (signal.aborted) reject(reason);
    signal.addEventListener('abort', () => reject(reason), { once: true });
  });
}

/** Asks again and again until the supervisor says that it is ready, or nobody wants to know any more. */
async function untilAccepting({ url }: StackSettings, over: AbortSignal): Promise<void> {
  const client = createClient({ baseUrl: url, timeoutMs: 3_000 });
  while (!over.aborted) {
    const answer = await client.ready();
    if (answer.ok && answer.status === 200) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
