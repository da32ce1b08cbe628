import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { freePort, startTestRedis, type TestRedis } from '@nexus/local-redis';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../..');

/** The keys that production asks for; an app gets what compose.yaml gives it. */
const KEYS = {
  NEXUS_API_KEY: 'user-key-of-the-test',
  ADMIN_API_KEY: 'admin-key-of-the-test',
  AGENT_API_KEY: 'agent-key-of-the-test',
};

const APPS = [
  { app: 'supervisor', port: 'NEXUS_PORT', needs: KEYS },
  {
    app: 'worker-excel-kakao',
    port: 'NEXUS_WORKER_PORT',
    needs: { AGENT_API_KEY: KEYS.AGENT_API_KEY, SUPERVISOR_URL: 'http://127.0.0.1:9' },
  },
  { app: 'autofix-bot', port: 'NEXUS_BOT_PORT', needs: {} },
] as const;

let redis: TestRedis;
let directory: string;
let child: ChildProcess | undefined;
beforeAll(async () => {
  redis = await startTestRedis();
});
afterAll(() => redis.stop());
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'nexus-bundle-'));
});
afterEach(() => {
  child?.kill('SIGKILL');
  rmSync(directory, { recursive: true });
});

/** The app's one file, alone in an empty folder, started as the image starts it; nothing of this environment. */
function startBundle(
  app: string,
  environment: Record<string, string>,
): { ended: Promise<number | null>; output: () => string } {
  const built = spawnSync(process.execPath, ['tools/bundle.mjs', `apps/${app}`], { cwd: root, encoding: 'utf8' });
  expect(built.stderr).toBe('');
  copyFileSync(join(root, `apps/${app}/dist/main.js`), join(directory, 'main.js'));
  expect(readdirSync(directory)).toEqual(['main.js']);
  const started = spawn(process.execPath, ['main.js'], {
    cwd: directory,
    env: { NODE_ENV: 'production', NEXUS_HOST: '127.0.0.1', NEXUS_DATA_DIR: join(directory, 'data'), ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child = started;
  let output = '';
  for (const stream of [started.stdout, started.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return { ended: new Promise((resolve) => started.once('close', resolve)), output: () => output };
}

/** Until it is ready, or has ended; fails by the test's own time limit. */
async function statusOfHealth(port: string, ended: Promise<unknown>): Promise<number> {
  let over = false;
  void ended.then(() => (over = true));
  for (;;) {
    const status = await fetch(`http://127.0.0.1:${port}/health/ready`).then(
      (answer) => answer.status,
      () => 0,
    );
    if (status === 200 || over) return status;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe.each(APPS)('the bundle of $app', ({ app, port, needs }) => {
  test('is healthy from an empty folder, and SIGTERM ends it with 0', async () => {
    const number = String(await freePort());
    const { ended, output } = startBundle(app, { ...needs, [port]: number, REDIS_URL: redis.url });
    const status = await statusOfHealth(number, ended);
    expect({ status, output: output() }).toMatchObject({ status: 200 });
    child?.kill('SIGTERM');
    expect({ code: await ended, output: output() }).toMatchObject({ code: 0 });
    for (const key of Object.values(KEYS)) expect(output()).not.toContain(key);
  }, 30_000);

  test('without its settings it names what is missing and ends with 2', async () => {
    const { ended, output } = startBundle(app, {});
    expect(await ended).toBe(2);
    expect(output()).toContain('REDIS_URL');
  }, 30_000);
});

test('the supervisor refuses to serve production with the published keys', async () => {
  const { ended, output } = startBundle('supervisor', {
    REDIS_URL: redis.url,
    NEXUS_API_KEY: 'dev-key',
    ADMIN_API_KEY: 'admin-key',
  });
  expect(await ended).toBe(2);
  expect(output()).toMatch(/NEXUS_API_KEY[^]*ADMIN_API_KEY/);
}, 30_000);
