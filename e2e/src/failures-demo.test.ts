import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, jest, test } from '@jest/globals';

jest.setTimeout(120_000);

const root = new URL('../../', import.meta.url).pathname;

/** A run of the demo. */
type Demo = {
  process: ChildProcess;
  ended: Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** Resolves when the text has come on stderr; rejects when the demo ends without it. */
  told: (text: string) => Promise<void>;
};

/** What the tests read of the outcome. */
type Outcome = {
  ok: boolean;
  letters: number;
  groups: { failure_code: string; count: number }[];
  operations: { action: string; status: string; canary: { first: number } | null; outcome: Record<string, number> }[];
  sums: unknown[];
};

let data: string;
/** Stands where a Nexus of the user's own would: the demo has to go elsewhere. */
let occupant: Server;
let running: Demo[] = [];
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'nexus-e2e-demo-'));
  occupant = createServer((_request, response) => response.writeHead(500).end());
  await new Promise<void>((resolve) => occupant.listen(0, '127.0.0.1', resolve));
});
afterEach(async () => {
  for (const demo of running) demo.process.kill('SIGKILL');
  running = [];
});
afterAll(async () => {
  occupant.closeAllConnections();
  occupant.close();
  await rm(data, { recursive: true, force: true });
});

/** Starts `nexus demo failures`; settings that would stop or redirect a user's own stack must not reach the demo's. */
function start(words: readonly string[]): Demo {
  const { port } = occupant.address() as { port: number };
  const main = join(root, 'tools/cli/src/main.ts');
  const child = spawn(process.execPath, ['-C', '@nexus/source', main, 'demo', 'failures', ...words], {
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      NEXUS_LANG: 'en',
      NEXUS_DATA_DIR: data,
      NEXUS_PORT: String(port),
      REDIS_URL: 'redis://127.0.0.1:1',
      AUTO_REQUEUE_FAILURE_CODES: 'NOTHING',
      ALERT_WEBHOOK_URL: `http://127.0.0.1:${port}/`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (written.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (written.stderr += chunk.toString()));
  const ended = new Promise<{ code: number | null; stdout: string; stderr: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, ...written })),
  );
  const told = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => (written.stderr.includes(text) ? resolve() : undefined);
      child.stderr.on('data', look);
      child.once('close', () => reject(new Error(`ended before it told ${text}:\n${written.stderr}`)));
      look();
    });
  const demo = { process: child, ended, told };
  running.push(demo);
  return demo;
}

describe('the demo of failures', () => {
  test('300 tasks fail, an operator deals with them, and every sum agrees', async () => {
    const { code, stdout, stderr } = await start(['--letters', '300', '--json']).ended;
    expect([code, stderr]).toEqual([0, expect.stringContaining('sums agree')]);
    const { ok, letters, groups, operations, sums } = JSON.parse(stdout) as Outcome;
    expect([ok, letters]).toEqual([true, 300]);
    expect(groups.map(({ failure_code, count }) => [failure_code, count])).toEqual([
      ['PROVIDER_TIMEOUT', 135],
      ['PROVIDER_UPSTREAM_ERROR', 75],
      ['SCHEMA_VALIDATION_ERROR', 45],
      ['INTERNAL_ERROR', 30],
      ['PROVIDER_AUTH_ERROR', 15],
    ]);
    expect(operations.map(({ action, status }) => [action, status])).toEqual([
      ['apply', 'succeeded'],
      ['requeue', 'succeeded'],
      ['requeue', 'stopped'],
    ]);
    const [, mended, stillDown] = operations;
    const { succeeded = 0, failed_again: failedAgain = 0 } = mended?.outcome ?? {};
    expect(succeeded).toBeGreaterThan(failedAgain);
    expect(failedAgain).toBeGreaterThan(0);
    expect(stillDown?.outcome).toMatchObject({ succeeded: 0, failed_again: stillDown?.canary?.first });
    expect(sums.length).toBeGreaterThan(10);
    expect(stderr).toContain('$ npx nexus dlq groups');
    expect(stderr).toMatch(/135 +#+ +45% +PROVIDER_TIMEOUT +no answer from api\.provider\.example within <duration>/);
    expect(await readdir(data)).toEqual([]);
  });

  test('Ctrl-C ends it with status 130 and leaves nothing behind', async () => {
    const demo = start(['--letters', '10000']);
    await demo.told('filling the dead-letter queue');
    demo.process.kill('SIGINT');
    const { code, stdout } = await demo.ended;
    expect([code, stdout]).toEqual([130, '']);
    expect(await readdir(data)).toEqual([]);
  });

  test('--keep leaves its Nexus running for the operator to try, until Ctrl-C', async () => {
    const demo = start(['--letters', '100', '--keep', '--lang', 'ko']);
    await demo.told('npx nexus dlq groups\n');
    demo.process.kill('SIGINT');
    const { code, stdout } = await demo.ended;
    expect([code, stdout]).toEqual([0, expect.stringMatching(/합계 \d+개가 모두 맞습니다/)]);
  });

  test.each([[['--letters', '5']], [['--letters', 'many']], [['everything']], [['--leters', '300']]])(
    '%j cannot be run: status 2, and nothing is started',
    async (words) => {
      const { code, stdout, stderr } = await start(words).ended;
      expect([code, stdout]).toEqual([2, '']);
      expect(stderr).toMatch(/^nexus demo: .*(--letters|options only)/);
    },
  );
});
