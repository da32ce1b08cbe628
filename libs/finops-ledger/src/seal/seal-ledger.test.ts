import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { silentLogger } from '@nexus/runtime';
import { Redis } from 'ioredis';
import { createLedger } from '../ledger/create-ledger.ts';
import { createSealer } from './create-sealer.ts';
import { exportRecords } from './export-records.ts';
import { createLedgerSource } from './ledger-source.ts';
import { readRecordFile } from './read-record-file.ts';
import { verifyChain } from './verify-chain.ts';
import { verifyFile } from './verify-file.ts';

const COUNT = 60;
let server: TestRedis;
let redis: Redis;
let directory: string;
beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
  directory = mkdtempSync(join(tmpdir(), 'nexus-seal-ledger-'));
});
afterAll(async () => {
  redis.disconnect();
  await server.stop();
  rmSync(directory, { recursive: true });
});

test('what calls settled is what is sealed, exported and read back, to the nano', async () => {
  const options = { zone: 'UTC', dailyNano: 10n ** 12n, softFraction: 1, hardFraction: 1, now: Date.now };
  const ledger = createLedger(redis, options);
  const sealer = createSealer({
    redis,
    kind: 'ledger',
    source: createLedgerSource(redis, ledger),
    directory,
    dayOf: (instant) => new Date(instant).toISOString().slice(0, 10),
    now: Date.now,
    logger: silentLogger,
  });
  const tags = { team: '운영', project: 'nexus', purpose: 'ops' };
  const usage = { input: 10, cache_read: 3, cache_write: 2, output: 5, reasoning: 4 };
  let sum = 0n;
  for (let number = 0; number < COUNT; number += 1) {
    const reservation_id = `call-${number}`;
    const reserved = await ledger.reserve({ reservation_id, estimate_nano: 5_000n, tags, lifetime_s: 60 });
    if (reserved?.ok !== true) throw new Error('the budget is large enough');
    const actual_nano = BigInt(1_000 + number);
    sum += actual_nano;
    await ledger.settle(reservation_id, {
      ...{ reserved_at: reserved.reserved_at, estimate_nano: 5_000n, actual_nano, list_nano: actual_nano, tags, usage },
      ...{ provider: 'glm', model: 'glm-4.7', approx: false, wasted: false, price_source: 'book', key_id: 'default' },
      ...{ fp: '0123456789abcdef', task_id: null, latency_ms: 12, budget_reason: 'ok' },
    });
    if (number % 20 === 10) await sealer.run();
  }
  expect(await sealer.run()).toMatchObject({ outcome: 'sealed', head: { count: COUNT } });
  expect(await verifyChain({ kind: 'ledger', directory, redis })).toMatchObject({ ok: true, records: COUNT });

  const out = join(directory, 'export.jsonl');
  expect(await exportRecords({ redis, kind: 'ledger', directory, out })).toMatchObject({
    records: COUNT,
    sum_nano: sum,
  });
  expect(await verifyFile(out)).toMatchObject({ ok: true, lines: COUNT });
  let read = 0n;
  await readRecordFile(out, (line) => {
    if (!line.ok) throw new Error(line.why);
    expect(line.record).toMatchObject({ ...tags, tokens_in: 15, tokens_out: 9, estimated_nano: 5_000n });
    read += line.record.actual_nano;
  });
  expect(read).toBe(sum);
  const global = (await ledger.budgets()).find(({ scope, period }) => scope === 'global' && period === 'day');
  expect(global).toMatchObject({ spent_nano: sum, reserved_nano: 0n });
  expect(readFileSync(out, 'utf8')).toContain('운영');
});
