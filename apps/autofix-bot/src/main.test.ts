import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import type { ChildProcessWithoutNullStreams } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { startTestRedis } from '@nexus/local-redis';

type Line = Record<string, unknown>;
type Bot = {
  child: ChildProcessWithoutNullStreams;
  started: Promise<Line>;
  status: Promise<number | null>;
  stderr: () => string;
};

let redis: Awaited<ReturnType<typeof startTestRedis>>;
const children: ChildProcessWithoutNullStreams[] = [];

beforeAll(async () => {
  redis = await startTestRedis();
}, 120_000);
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});
afterAll(() => redis.stop());

function startProcess(env: Record<string, string>): Bot {
  const child = spawn(process.execPath, ['-C', '@nexus/source', join(import.meta.dirname, 'main.ts')], {
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  children.push(child);
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const started = new Promise<Line>((resolve) => {
    createInterface({ input: child.stdout }).on('line', (text) => {
      const line = JSON.parse(text) as Line;
      if (line['event'] === 'BOT_START') resolve(line);
    });
  });
  const status = once(child, 'close').then(([code]) => code as number | null);
  return { child, started, status, stderr: () => said };
}

async function ask(address: string): Promise<{ status: number; body: string }> {
  const response = await fetch(address);
  return { status: response.status, body: await response.text() };
}

describe('the bot as a process', () => {
  test('says its port, is healthy, sees Redis go and come back, and ends with 0', async () => {
    const { child, started, status } = startProcess({ REDIS_URL: redis.url, NEXUS_BOT_PORT: '0' });
    const line = await started;
    expect(line).toMatchObject({ level: 'INFO', logger: 'autofix-bot', host: '127.0.0.1', port: expect.any(Number) });
    const base = `http://127.0.0.1:${String(line['port'])}`;

    expect(await ask(`${base}/health/live`)).toEqual({ status: 200, body: '{"status":"ok"}' });
    expect(await ask(`${base}/health/ready`)).toEqual({
      status: 200,
      body: '{"status":"ok","checks":{"redis":{"ok":true}}}',
    });
    expect((await ask(`${base}/metrics`)).body).toContain('process_resident_memory_bytes');

    await redis.kill('SIGKILL');
    const away = await ask(`${base}/health/ready`);
    expect([away.status, away.body]).toEqual([503, expect.stringContaining('Redis does not answer')]);
    expect((await ask(`${base}/health/live`)).status).toBe(200);

    await redis.restart();
    let back = away.status;
    while (back !== 200) back = (await ask(`${base}/health/ready`)).status;

    child.kill('SIGTERM');
    expect(await status).toBe(0);
  });

  test('starts while Redis is away and says that it is not ready', async () => {
    const { started } = startProcess({ REDIS_URL: 'redis://127.0.0.1:1', NEXUS_BOT_PORT: '0' });
    const port = String((await started)['port']);
    expect((await ask(`http://127.0.0.1:${port}/health/ready`)).status).toBe(503);
  });

  test('refuses settings it cannot use, all at once, with status 2', async () => {
    const { status, stderr } = startProcess({ NEXUS_BOT_PORT: 'x', LOG_LEVEL: 'loud' });
    expect(await status).toBe(2);
    for (const problem of [/NEXUS_BOT_PORT is not a number/, /LOG_LEVEL is not one of/, /REDIS_URL is not set/]) {
      expect(stderr()).toMatch(problem);
    }
  });

  test('a taken port is one clear line and status 1', async () => {
    const first = startProcess({ REDIS_URL: redis.url, NEXUS_BOT_PORT: '0' });
    const port = String((await first.started)['port']);
    expect(await startProcess({ REDIS_URL: redis.url, NEXUS_BOT_PORT: port }).status).toBe(1);
  });
});

test('NEXUS_HOST and LOG_LEVEL change what the bot does', async () => {
  const elsewhere = startProcess({ REDIS_URL: redis.url, NEXUS_BOT_PORT: '0', NEXUS_HOST: '127.0.0.2' });
  const { host, port } = await elsewhere.started;
  expect(host).toBe('127.0.0.2');
  expect((await ask(`http://127.0.0.2:${String(port)}/health/live`)).status).toBe(200);

  const quiet = startProcess({
    REDIS_URL: redis.url,
    NEXUS_BOT_PORT: String(port),
    NEXUS_HOST: '127.0.0.3',
    LOG_LEVEL: 'error',
  });
  let written = '';
  quiet.child.stdout.on('data', (chunk: Buffer) => (written += chunk.toString()));
  let alive = false;
  while (!alive)
    alive = await ask(`http://127.0.0.3:${String(port)}/health/live`).then(
      ({ status }) => status === 200,
      () => false,
    );
  quiet.child.kill('SIGTERM');
  expect(await quiet.status).toBe(0);
  expect(written).toBe('');
});
