import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { silentLogger } from '@nexus/runtime';
import { Redis } from 'ioredis';
import { chainKeys } from './chain-state.ts';
import { createSealer } from './create-sealer.ts';
import { exportRecords } from './export-records.ts';
import { createLedgerSource } from './ledger-source.ts';
import { scanLines } from './scan-lines.ts';
import { ledgerLine, streamLines, writeLines } from './testing/stream-lines.ts';
import { verifyChain } from './verify-chain.ts';
import { verifyFile } from './verify-file.ts';

jest.setTimeout(240_000);

const DAY = 86_400_000;
const START = Date.parse('2026-01-28T12:00:00Z');
let server: TestRedis;
let redis: Redis;
let directory: string;
beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
  directory = mkdtempSync(join(tmpdir(), 'nexus-seal-'));
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
  rmSync(directory, { recursive: true });
});

/** Runs a sealer that dies at its nth step; true when it got through before that. */
async function runSealer(now: number, nth: number, when: 'before' | 'after' | 'half'): Promise<boolean> {
  const script = new URL('./testing/sealer-process.ts', import.meta.url).pathname;
  const child = spawn(
    process.execPath,
    ['-C', '@nexus/source', script, server.url, directory, String(now), String(nth), when],
    { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, NODE_OPTIONS: '' } },
  );
  let output = '';
  child.stdout.on('data', (chunk) => (output += String(chunk)));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  // The lease of the dead is waited for in life; here its time is over.
  await redis.del(chainKeys('ledger').lease);
  if (signal === 'SIGKILL') return false;
  expect([code, output]).toEqual([0, 'done\n']);
  return true;
}

function sealer(now: number) {
  return createSealer({
    redis,
    kind: 'ledger',
    source: createLedgerSource(redis, streamLines(redis)),
    directory,
    dayOf: (instant) => new Date(instant).toISOString().slice(0, 10),
    now: () => now,
    logger: silentLogger,
  });
}

async function idsIn(path: string): Promise<string[]> {
  const ids: string[] = [];
  await scanLines(path, ({ bytes }) => {
    ids.push((JSON.parse(bytes.toString('utf8')) as { reservation_id: string }).reservation_id);
  });
  return ids;
}

test('a sealer killed at every step, and the one after it too: one chain, every line once', async () => {
  const written: string[] = [];
  let through = false;
  for (let nth = 1; !through; nth += 1) {
    // Each round is two days with lines on both sides of its end, the last ones of the month before.
    const time = START + nth * 2 * DAY;
    const lines = Array.from({ length: 7 }, (_, index) => {
      const at = time + index * 4 * 3_600_000;
      const late = index % 4 === 3 ? 7 * DAY : 0;
      const day = new Date(at - late).toISOString().slice(0, 10);
      return ledgerLine({ id: `${at}-0`, reservation_id: `${nth}-${index}`, ts: at - late, day });
    });
    await writeLines(redis, lines);
    written.push(...lines.map(({ reservation_id }) => reservation_id));
    const now = time + 2 * DAY;
    const ways = ['before', 'after', 'half'] as const;
    through = await runSealer(now, nth, ways[nth % 3] ?? 'before');
    expect(await verifyChain({ kind: 'ledger', directory, redis })).toMatchObject({ ok: true });
    // In every other round the one that is killed next has to clear up.
    if (nth % 2 === 0 && !through) continue;
    expect(await sealer(now).run()).toMatchObject({ outcome: 'sealed' });
    expect(await verifyChain({ kind: 'ledger', directory, redis })).toMatchObject({
      ok: true,
      records: written.length,
    });
  }
  const out = join(directory, 'export.jsonl');
  const report = await exportRecords({ redis, kind: 'ledger', directory, out });
  expect(report).toMatchObject({ records: written.length, sum_nano: BigInt(written.length) * 1000n });
  expect(await verifyFile(out)).toMatchObject({ ok: true, partial: false, lines: written.length });
  expect((await idsIn(out)).sort()).toEqual(written.sort());
  // The test is worth something only if it came by all steps.
  expect(written.length / 7).toBeGreaterThan(25);
});
