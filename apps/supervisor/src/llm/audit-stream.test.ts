import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { connectRedis, createLogger } from '@nexus/runtime';
import { AUDIT_STREAM } from '@nexus/finops-ledger';
import { createAuditStream } from './audit-stream.ts';

let server: TestRedis;
let redis: ReturnType<typeof connectRedis>;
let lines: string[];
let planned: (() => void)[];

beforeAll(async () => {
  server = await startTestRedis();
});
beforeEach(async () => {
  lines = [];
  planned = [];
  redis = connectRedis({ url: server.url, purpose: 'request', name: 'audit-test', onError: () => undefined });
  await redis.flushall();
});
afterEach(() => redis.disconnect());
afterAll(() => server.stop());

function open() {
  const logger = createLogger({ level: 'INFO', name: 'test', write: (line) => void lines.push(line) });
  return createAuditStream({ redis, logger, later: (run) => void planned.push(run) });
}

async function lose(): Promise<void> {
  const ended = once(redis, 'end');
  redis.disconnect();
  await ended;
}

async function stored(): Promise<unknown[]> {
  const entries = await redis.xrange(AUDIT_STREAM, '-', '+');
  return entries.map(([, fields]) => (JSON.parse(fields[1] ?? '') as { n: number }).n);
}

test('records are stored in order, one batch planned for all of them', async () => {
  const sink = open();
  for (let n = 0; n < 2500; n += 1) sink.write({ n });
  expect(planned).toHaveLength(1);
  await sink.flush();
  expect(await stored()).toEqual(Array.from({ length: 2500 }, (_each, n) => n));
});

test('a full batch leaves without waiting for its time', async () => {
  const sink = open();
  for (let n = 0; n < 51; n += 1) sink.write({ n });
  while ((await stored()).length < 51);
  expect(planned).toHaveLength(1);
});

test('two flushes at once store each record once', async () => {
  const sink = open();
  sink.write({ n: 1 });
  const first = sink.flush();
  sink.write({ n: 2 });
  await Promise.all([first, sink.flush(), sink.flush()]);
  expect(await stored()).toEqual([1, 2]);
});

test('while the store is away records wait, in order, and are tried again; nobody is thrown at', async () => {
  const sink = open();
  await lose();
  sink.write({ n: 1 });
  await sink.flush();
  sink.write({ n: 2 });
  expect(lines.join('')).toContain('LLM_AUDIT_WAITS');
  await redis.connect();
  await sink.flush();
  expect(await stored()).toEqual([1, 2]);
});

test('too many that wait are given up from the oldest on, in public', async () => {
  const sink = open();
  await lose();
  for (let n = 0; n < 10_005; n += 1) sink.write({ n });
  await sink.flush();
  await redis.connect();
  await sink.flush();
  const kept = await stored();
  expect([kept.length, kept[0], kept.at(-1)]).toEqual([10_000, 5, 10_004]);
  expect(lines.join('')).toMatch(/LLM_AUDIT_LOST","lost":5/);
});
