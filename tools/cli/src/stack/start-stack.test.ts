import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { freePort, startTestRedis, type TestRedis } from '@nexus/local-redis';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createStepReport } from '../step-report.ts';
import { stackSettings } from './stack-settings.ts';
import { type Stack, type StackPart, startStack } from './start-stack.ts';

/** A supervisor as far as the launcher sees it; it notes its end in a file. */
const SUPERVISOR = `
  import { createServer } from 'node:http';
  import { appendFileSync } from 'node:fs';
  const { NEXUS_PORT, NEXUS_HOST, NEXUS_DATA_DIR } = process.env;
  const answer = { status: 'ok', checks: {} };
  createServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }).listen(Number(NEXUS_PORT), NEXUS_HOST);
  process.on('SIGTERM', () => { appendFileSync(NEXUS_DATA_DIR + '/ends', 'supervisor '); process.exit(0); });`;

const WORKER = `
  import { appendFileSync } from 'node:fs';
  setInterval(() => undefined, 1000);
  process.on('SIGTERM', () => { appendFileSync(process.env.NEXUS_DATA_DIR + '/ends', 'worker '); process.exit(0); });
  process.on('SIGUSR2', () => { process.stderr.write('out of paper\\n', () => process.exit(7)); });
  process.stdout.write(JSON.stringify({ event: 'WORKER_START', level: 'INFO', msg: 'ready', pid: process.pid, redis: process.env.REDIS_URL }) + '\\n');`;

const PARTS: readonly StackPart[] = [
  { name: 'supervisor', entry: 'supervisor.mjs' },
  { name: 'worker', entry: 'worker.mjs', ready: 'WORKER_START' },
];

let root: string;
let redis: TestRedis;
let stacks: Stack[];
let lines: string[];
beforeEach(async () => {
  root = mkdtempSync(join(tmpdir(), 'nexus-stack-'));
  redis = await startTestRedis();
  stacks = [];
  lines = [];
  writeFileSync(join(root, 'supervisor.mjs'), SUPERVISOR);
  writeFileSync(join(root, 'worker.mjs'), WORKER);
});
afterEach(async () => {
  for (const stack of stacks) await stack.stop();
  await redis.stop();
  rmSync(root, { recursive: true });
});

async function start(
  options: { parts?: readonly StackPart[]; port?: number; signal?: AbortSignal } = {},
): Promise<Stack> {
  const port = options.port ?? (await freePort());
  const environment = {
    ...process.env,
    NODE_OPTIONS: '',
    REDIS_URL: redis.url,
    NEXUS_PORT: String(port),
    NEXUS_DATA_DIR: 'data',
  };
  const stack = await startStack({
    root,
    environment,
    settings: stackSettings(environment, root),
    report: createStepReport((text) => lines.push(text)),
    onLine: (name, line) => lines.push(`${name}: ${line}`),
    signal: options.signal ?? new AbortController().signal,
    parts: options.parts ?? PARTS,
  });
  stacks.push(stack);
  return stack;
}

describe('startStack', () => {
  test('is ready when the supervisor answers and the worker said so; stops the worker first', async () => {
    const stack = await start();
    expect(lines.join('')).toMatch(/✓ Redis: 127\.0\.0\.1:\d+, from REDIS_URL[^]*✓ Supervisor, worker and bot/);
    expect(lines).toContainEqual(expect.stringContaining(`"redis":"${redis.url}"`));
    const ends = await stack.stop();
    expect(ends).toEqual([
      { name: 'supervisor', code: 0, signal: null },
      { name: 'worker', code: 0, signal: null },
    ]);
    expect(readFileSync(join(root, 'data/ends'), 'utf8')).toBe('worker supervisor ');
  });

  test('a process is started with the options of its app, and what the user has set stands above them', async () => {
    mkdirSync(join(root, 'apps/worker/src'), { recursive: true });
    const told = "process.stdout.write([process.execArgv[0], process.env.FROM_APP, process.env.NEXUS_HOST].join(' '));";
    writeFileSync(join(root, 'apps/worker/src/main.mjs'), `${told}\nprocess.stdout.write('\\n');${WORKER}`);
    const asked = { flags: ['--max-semi-space-size=4'], environment: { FROM_APP: 'set', NEXUS_HOST: '0.0.0.0' } };
    writeFileSync(join(root, 'apps/worker/process-options.json'), JSON.stringify(asked));
    const worker: StackPart = { name: 'worker', entry: 'apps/worker/src/main.mjs', ready: 'WORKER_START' };
    await start({ parts: [{ name: 'supervisor', entry: 'supervisor.mjs' }, worker] });
    expect(lines).toContain('worker: --max-semi-space-size=4 set 127.0.0.1');
  });

  test('a process that ends by itself is named with its last lines', async () => {
    const stack = await start();
    process.kill(Number(/"pid":(\d+)/.exec(lines.join(''))?.[1]), 'SIGUSR2');
    expect(await stack.failed).toMatch(/^The worker ended with status 7\. Its last lines:\n[^]*out of paper$/);
  });

  test('a process that cannot start fails the start, and the rest is stopped', async () => {
    writeFileSync(join(root, 'worker.mjs'), "throw new Error('no settings');");
    const port = await freePort();
    const starting = start({ port });
    await expect(starting).rejects.toMatchObject({
      code: 'STACK_FAILED',
      message: expect.stringMatching(/The worker ended with status 1[^]*no settings/),
    });
    expect(await answers(port)).toBe(false);
  });

  test('Ctrl-C while starting stops what was started', async () => {
    writeFileSync(join(root, 'worker.mjs'), WORKER.replace('WORKER_START', 'SOMETHING_ELSE'));
    const told = new AbortController();
    const starting = start({ signal: told.signal });
    setTimeout(() => told.abort(), 300);
    await expect(starting).rejects.toMatchObject({ code: 'STOPPED' });
  });

  test('a port in use: by what, and what to type', async () => {
    const stranger = await listen('hello');
    const { port } = stranger.address() as { port: number };
    await expect(start({ port })).rejects.toMatchObject({
      code: 'PORT_IN_USE',
      message: expect.stringMatching(
        new RegExp(`${port} on 127.0.0.1 is used by another program[^]*NEXUS_PORT=${port + 1} npm start`),
      ),
    });
    await close(stranger);
    const health = {
      status: 'ok',
      time: new Date().toISOString(),
      llm_provider: 'none',
      redis_ok: true,
      queue_ok: true,
      rabbit_ok: true,
    };
    const nexus = await listen(JSON.stringify(health));
    const other = (nexus.address() as { port: number }).port;
    await expect(start({ port: other })).rejects.toThrow(/Nexus already runs on[^]*NEXUS_DATA_DIR=\.nexus-/);
    await close(nexus);
  });

  test('the processes end with a launcher that is killed', async () => {
    const port = await freePort();
    const script = `
      import { startStackProcess } from ${JSON.stringify(join(import.meta.dirname, 'stack-process.ts'))};
      startStackProcess({ name: 'supervisor', args: [${JSON.stringify(join(root, 'supervisor.mjs'))}], directory: ${JSON.stringify(root)},
        environment: { ...process.env, NEXUS_PORT: '${port}', NEXUS_HOST: '127.0.0.1', NEXUS_DATA_DIR: ${JSON.stringify(root)} }, onLine: () => undefined });`;
    const args = ['-C', '@nexus/source', '--input-type=module', '-e', script];
    const child = spawn(process.execPath, args, {
      cwd: import.meta.dirname,
      stdio: 'inherit',
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    await until(() => answers(port));
    child.kill('SIGKILL');
    await until(async () => !(await answers(port)));
    expect(readFileSync(join(root, 'ends'), 'utf8')).toBe('supervisor ');
  });
});

async function answers(port: number): Promise<boolean> {
  return fetch(`http://127.0.0.1:${port}/`).then(
    () => true,
    () => false,
  );
}

/** Fails by the test's own time limit. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}

function listen(body: string): Promise<Server> {
  const server = createServer((_request, response) => response.setHeader('content-type', 'application/json').end(body));
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
