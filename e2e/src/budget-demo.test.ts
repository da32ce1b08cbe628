import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';

jest.setTimeout(120_000);

const root = new URL('../../', import.meta.url).pathname;

type Outcome = {
  ok: boolean;
  calls: number;
  cap_nano: string;
  spent_nano: string;
  sums: { what: string; found: string; expected: string; agrees: boolean }[];
};

let data: string;
beforeAll(async () => {
  data = await mkdtemp(join(tmpdir(), 'nexus-e2e-budget-'));
});
afterAll(() => rm(data, { recursive: true, force: true }));

function run(words: readonly string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const main = join(root, 'tools/cli/src/main.ts');
  const child = spawn(process.execPath, ['-C', '@nexus/source', main, 'demo', 'budget', ...words], {
    // A budget and a key of the user's own must not reach the demo's supervisors.
    env: { ...process.env, NODE_OPTIONS: '', NEXUS_LANG: 'en', NEXUS_DATA_DIR: data, LLM_BUDGET_DAILY_USD: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const written = { stdout: '', stderr: '' };
  child.stdout.on('data', (chunk: Buffer) => (written.stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (written.stderr += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, ...written })));
}

test('600 calls at once at two supervisors spend no cent above their budget, and everybody tells the same sum', async () => {
  const { code, stdout, stderr } = await run(['--calls', '600', '--cap', '0.01', '--json']);
  expect([code, stderr]).toEqual([0, expect.stringContaining('All 8 sums agree')]);
  const { ok, cap_nano, spent_nano, sums } = JSON.parse(stdout) as Outcome;
  expect([ok, cap_nano, sums.map(({ what }) => what)]).toEqual([
    true,
    '10000000',
    ['calls', 'cap', 'held', 'counters', 'ledger', 'report', 'metric', 'reconcile'],
  ]);
  expect(BigInt(spent_nano) > 0n && BigInt(spent_nano) <= BigInt(cap_nano)).toBe(true);
  expect(stderr).toMatch(/[1-9]\d* refused by the budget/);
  expect(await readdir(data)).toEqual([]);
});

test.each([[['--calls', '0']], [['--cap', 'much']], [['--lang', 'fr']], [['--cals', '5']]])(
  '%j cannot be run: status 2',
  async (words) => {
    const { code, stdout } = await run(words);
    expect([code, stdout]).toEqual([2, '']);
  },
);
