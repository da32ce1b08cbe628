import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Client, createClient, type Task } from '@nexus/contracts';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';

const root = new URL('../../../', import.meta.url).pathname;

export type AppName = 'supervisor' | 'worker-excel-kakao' | 'autofix-bot';

/** A process of the product, with everything it logged. */
export type RunningApp = {
  process: ChildProcess;
  logs: string[];
  /** The first log line, past or future, that holds the text; rejects when the process ends first. */
  logged(text: string): Promise<Record<string, unknown>>;
  /** Sends a signal and resolves with the exit status when the process has ended. */
  end(signal: NodeJS.Signals): Promise<number | null>;
};

/** The product as its users have it: separate processes around one Redis, spoken to over HTTP. */
export type RunningStack = {
  redis: TestRedis;
  client: Client;
  baseUrl: string;
  supervisor: RunningApp;
  start(app: AppName, env?: Record<string, string>): Promise<RunningApp>;
  /** Every log line of every process so far. */
  logs(): string[];
  stop(): Promise<void>;
};

/** Starts Redis (append-only on) and a supervisor; workers are started by the test. */
export async function startStack(env: Record<string, string> = {}): Promise<RunningStack> {
  const redis = await startTestRedis({ appendonly: true });
  const directory = await mkdtemp(join(tmpdir(), 'nexus-e2e-'));
  const apps: RunningApp[] = [];
  let baseUrl = '';
  async function start(app: AppName, over: Record<string, string> = {}): Promise<RunningApp> {
    const running = spawnApp(app, {
      REDIS_URL: redis.url,
      NEXUS_DATA_DIR: directory,
      NEXUS_PORT: '0',
      NEXUS_WORKER_PORT: '0',
      NEXUS_BOT_PORT: '0',
      SUPERVISOR_URL: baseUrl,
      WORKER_LOCK_SECONDS: '2',
      ...env,
      ...over,
    });
    apps.push(running);
    await running.logged(app === 'supervisor' ? 'SUPERVISOR_START' : '_START');
    return running;
  }
  const supervisor = await start('supervisor', { SUPERVISOR_URL: 'http://127.0.0.1:1' });
  const { port } = await supervisor.logged('SUPERVISOR_START');
  baseUrl = `http://127.0.0.1:${String(port)}`;
  return {
    redis,
    baseUrl,
    supervisor,
    client: createClient({ baseUrl, key: env['NEXUS_API_KEY'] ?? 'dev-key', timeoutMs: 10_000 }),
    start,
    logs: () => apps.flatMap((app) => app.logs),
    async stop() {
      await Promise.all(apps.map((app) => app.end('SIGKILL')));
      await redis.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function spawnApp(app: AppName, env: Record<string, string>): RunningApp {
  const child = spawn(process.execPath, ['-C', '@nexus/source', join(root, 'apps', app, 'src/main.ts')], {
    env: { ...process.env, NODE_OPTIONS: '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const logs: string[] = [];
  const waiting: { text: string; resolve: (line: Record<string, unknown>) => void }[] = [];
  createInterface({ input: child.stdout }).on('line', (line) => {
    logs.push(line);
    for (const each of waiting.filter(({ text }) => line.includes(text))) {
      each.resolve(JSON.parse(line) as Record<string, unknown>);
    }
  });
  createInterface({ input: child.stderr }).on('line', (line) => logs.push(line));
  const ended = once(child, 'exit');
  return {
    process: child,
    logs,
    logged(text) {
      const past = logs.find((line) => line.includes(text));
      if (past !== undefined) return Promise.resolve(JSON.parse(past) as Record<string, unknown>);
      const future = new Promise<Record<string, unknown>>((resolve) => waiting.push({ text, resolve }));
      const gone = ended.then(() => {
        throw new Error(`${app} ended before it logged ${text}:\n${logs.slice(-5).join('\n')}`);
      });
      return Promise.race([future, gone]);
    },
    async end(signal) {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await ended;
      return child.exitCode;
    },
  };
}

/** Uploads a text (or bytes) and returns its file id. */
export async function upload(client: Client, name: string, content: string | Uint8Array<ArrayBuffer>): Promise<string> {
  const result = await client.uploadFile({ headers: { 'x-file-name': encodeURIComponent(name) }, body: content });
  if (!result.ok) throw new Error(`upload: ${result.code} ${result.message}`);
  return result.body.file_id;
}

/** Creates a chat_to_excel task and returns its id. */
export async function convert(client: Client, files: string[]): Promise<string> {
  const result = await client.createTask({
    headers: {},
    body: { task_type: 'excel_kakao', requested_by: 'e2e', payload: { action: 'chat_to_excel', files } },
  });
  if (!result.ok) throw new Error(`create: ${result.code} ${result.message}`);
  return result.body.task_id;
}

/** Follows the task's event stream until it shows what is waited for; reconnects when the stream is cut. */
export async function follow(client: Client, taskId: string, until: (task: Task) => boolean): Promise<Task> {
  for (;;) {
    const stream = await client.watchTask({ params: { task_id: taskId }, headers: {} });
    if (!stream.ok) throw new Error(`watch: ${stream.code} ${stream.message}`);
    // A connection that breaks ends the search without a find: the next one starts with the task as it is now.
    const found = await firstThat(stream.body, until).catch(() => undefined);
    if (found !== undefined) return found;
  }
}

async function firstThat(
  events: AsyncIterable<{ data: Task }>,
  passes: (task: Task) => boolean,
): Promise<Task | undefined> {
  for await (const { data } of events) {
    if (passes(data)) return data;
  }
  return undefined;
}

/** A Windows export with `messages` lines of chat, as the app writes it. */
export function windowsExport(messages: number): string {
  const lines = ['주문방 님과 카카오톡 대화', '저장한 날짜 : 2026-11-20 18:03:22', ''];
  lines.push('--------------- 2026년 11월 18일 수요일 ---------------');
  for (let at = 0; at < messages; at += 1) {
    const minute = String(Math.floor(at / 200) % 60).padStart(2, '0');
    lines.push(
      `[손님${at % 40}] [오후 ${1 + (Math.floor(at / 12_000) % 11)}:${minute}] 사과 ${at}상자 주문합니다 010-1234-5678`,
    );
  }
  return `${lines.join('\r\n')}\r\n`;
}
