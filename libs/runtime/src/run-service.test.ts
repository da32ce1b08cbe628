import { afterEach, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';

type Line = Record<string, unknown>;
type Running = {
  child: ChildProcessWithoutNullStreams;
  lines: Line[];
  until: (msg: string) => Promise<void>;
  status: Promise<number | null>;
};

const children: ChildProcessWithoutNullStreams[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Runs a service in a process of its own; `body` gives `start` and may use everything of the runtime. */
function run(body: string, deadlineMs = 20_000): Running {
  const script = `
    import { createLogger, runService } from '@nexus/runtime';
    const logger = createLogger({ level: 'DEBUG', name: 'test' });
    const forever = setInterval(() => undefined, 1000);
    ${body}
    await runService({ name: 'test', logger, deadlineMs: ${deadlineMs}, start });
    logger.info('started');
  `;
  const child = spawn(process.execPath, ['-C', '@nexus/source', '--input-type=module', '-e', script], {
    cwd: import.meta.dirname,
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  children.push(child);
  const lines: Line[] = [];
  const waiting = new Map<string, () => void>();
  createInterface({ input: child.stdout }).on('line', (text) => {
    const line = JSON.parse(text) as Line;
    lines.push(line);
    waiting.get(String(line['msg']))?.();
  });
  return {
    child,
    lines,
    until: (msg) =>
      new Promise((resolve) => {
        if (lines.some((line) => line['msg'] === msg)) return resolve();
        waiting.set(msg, resolve);
      }),
    // `close` comes after the last line of stdout, `exit` may come before it.
    status: once(child, 'close').then(([status]) => status as number | null),
  };
}

const orderly = `async function start() { return { async stop() { logger.info('stopping'); } }; }`;
const neverStops = `async function start() { return { stop: () => { logger.info('stopping'); return new Promise(() => {}); } }; }`;

describe('a service', () => {
  test.each(['SIGTERM', 'SIGINT'] as const)('stops in order on %s and ends with 0', async (signal) => {
    const { child, until, lines, status } = run(orderly);
    await until('started');
    child.kill(signal);
    expect(await status).toBe(0);
    expect(lines.map(({ event }) => event).filter(Boolean)).toEqual(['SERVICE_STOPPING', 'SERVICE_STOPPED']);
    expect(lines.find(({ event }) => event === 'SERVICE_STOPPING')).toMatchObject({ signal });
  });

  test('that cannot start says why in one line and ends with 1', async () => {
    const { lines, status } = run(
      `async function start() { throw new Error('port 8000 is taken', { cause: new Error('EADDRINUSE') }); }`,
    );
    expect(await status).toBe(1);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toMatchObject({ level: 'ERROR', event: 'SERVICE_START_FAILED' });
    expect(lines[0]?.['exc_info']).toMatch(/port 8000 is taken[^]*Caused by: Error: EADDRINUSE/);
  });

  test('that does not stop in time is ended with 1', async () => {
    const { child, until, lines, status } = run(neverStops, 50);
    await until('started');
    child.kill('SIGTERM');
    expect(await status).toBe(1);
    expect(lines.at(-1)).toMatchObject({ event: 'SERVICE_STOP_LATE', deadline_ms: 50 });
  });

  test('ends at once at the second signal', async () => {
    const { child, until, status } = run(neverStops);
    await until('started');
    child.kill('SIGTERM');
    await until('stopping');
    child.kill('SIGINT');
    expect(await status).toBe(1);
  });

  test('whose stop fails says so and ends with 1', async () => {
    const { child, until, lines, status } = run(
      `async function start() { return { async stop() { throw new Error('stuck'); } }; }`,
    );
    await until('started');
    child.kill('SIGTERM');
    expect(await status).toBe(1);
    expect(lines.at(-1)).toMatchObject({ event: 'SERVICE_STOP_FAILED' });
  });

  test.each([
    ['unhandledRejection', `setImmediate(() => void Promise.reject(new Error('lost')))`],
    ['uncaughtException', `setImmediate(() => { throw new Error('lost'); })`],
    ['unhandledRejection', `setImmediate(() => void Promise.reject('lost'))`],
  ])('logs an %s, stops in order and ends with 1', async (kind, fault) => {
    const { lines, status } = run(
      `async function start() { ${fault}; return { async stop() { logger.info('stopping'); } }; }`,
    );
    expect(await status).toBe(1);
    expect(lines.find(({ event }) => event === 'SERVICE_FAULT')).toMatchObject({
      kind,
      exc_info: expect.stringContaining('lost'),
    });
    expect(lines.map(({ msg }) => msg)).toContain('stopping');
  });

  test('that is told to stop while it starts stops as soon as it has started', async () => {
    const { child, until, lines, status } = run(`
      let proceed;
      process.stdin.once('data', () => proceed());
      async function start() {
        logger.info('starting');
        await new Promise((resolve) => { proceed = resolve; });
        return { async stop() { logger.info('stopping'); } };
      }`);
    await until('starting');
    child.kill('SIGTERM');
    await until('The service is stopping');
    child.stdin.write('go\n');
    expect(await status).toBe(0);
    expect(lines.map(({ msg }) => msg)).toContain('stopping');
  });

  test('that never starts and is told to stop is ended with 1', async () => {
    const hangs = `async function start() { logger.info('starting'); return new Promise(() => {}); }`;
    const { child, until, lines, status } = run(hangs, 50);
    await until('starting');
    child.kill('SIGTERM');
    expect(await status).toBe(1);
    expect(lines.at(-1)).toMatchObject({ event: 'SERVICE_START_LATE' });
  });

  test('whose reader goes away lives on', async () => {
    const { child, until, status } = run(`
      async function start() {
        let ticks = 0;
        setInterval(() => {
          logger.info('tick');
          ticks += 1;
          if (ticks === 20) process.stderr.write('alive');
        }, 5);
        return { async stop() { process.stderr.write(' and stopped'); } };
      }`);
    await until('tick');
    child.stdout.destroy();
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    await once(child.stderr, 'data');
    child.kill('SIGTERM');
    expect(await status).toBe(0);
    expect(said).toBe('alive and stopped');
  });
});
