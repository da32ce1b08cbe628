import { afterAll, afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { mkdirSync, readFileSync, existsSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Redis } from 'ioredis';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { callOf, conclude, granted, refused } from '../testing/guard-calls.ts';
import {
  connectTo,
  openGuards,
  type OpenedGuards,
  removeTemporaryFiles,
  temporaryFile,
} from '../testing/guard-fixture.ts';
import type { GuardedCall, RateLimits } from './guards.ts';

const MANY: RateLimits = { rpmGlobal: 100_000, rpmByProvider: {}, rpmDefault: 100_000 };
const BREAKER = { windowSeconds: 300, failThreshold: 3, cooldownSeconds: 120 };
const EQUAL: GuardedCall = { ...callOf('gemini', 'openai'), dedupe: { key: 'c'.repeat(64), ttlSeconds: 30 } };
const ANSWER = { provider: 'gemini', model: 'model-1', text: 'hello' } as const;

let server: TestRedis;
let statePath: string;
const open: Redis[] = [];

beforeEach(async () => {
  server = await startTestRedis();
  statePath = temporaryFile();
}, 120_000);
afterEach(async () => {
  for (const redis of open.splice(0)) redis.disconnect();
  await server.stop();
});
afterAll(removeTemporaryFiles);

function openProcess(limits = MANY): OpenedGuards & { redis: Redis } {
  const redis = connectTo(server.url);
  open.push(redis);
  return { ...openGuards({ redis, limits, breaker: BREAKER, statePath }), redis };
}

async function bringBack({ redis }: { redis: Redis }): Promise<void> {
  await server.restart();
  if (redis.status !== 'ready') await new Promise((resolve) => redis.once('ready', resolve));
}

async function failAt({ guards }: OpenedGuards, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    await conclude(guards, granted(await guards.admit(callOf('gemini'))), { kind: 'outage' });
  }
}

describe('Redis is killed', () => {
  test('between admit and conclude: those who wait have the answer, and the outage is told once', async () => {
    const opened = openProcess();
    const owner = granted(await opened.guards.admit(EQUAL));
    const waiting = opened.guards.admit(EQUAL);
    await server.kill();
    const end = await opened.guards.conclude(owner, { outcomes: [{ grant: owner.grant }], answer: ANSWER });
    expect(end).toEqual({ opened: [], closed: [], parkedNow: [], stored: false });
    expect(await waiting).toMatchObject({ verdict: 'hit', answer: ANSWER });
    await conclude(opened.guards, granted(await opened.guards.admit(EQUAL)));
    expect(opened.errors).toHaveLength(1);
  });

  test('what happened to a call let through by Redis is kept here and merged when Redis is back', async () => {
    const opened = openProcess();
    const calls = await Promise.all([1, 2, 3, 4].map(async () => granted(await opened.guards.admit(callOf('gemini')))));
    await server.kill();
    const changes = [];
    for (const call of calls) changes.push(await conclude(opened.guards, call, { kind: 'outage' }));
    expect(changes.flatMap((change) => change.opened)).toHaveLength(1);
    expect(refused(await opened.guards.admit(callOf('gemini'))).reason).toBe('unavailable');
    const file = JSON.parse(readFileSync(statePath, 'utf8')) as Record<string, unknown>;
    expect(file).toMatchObject({ gemini: { fail_count: 3, open_until: 1_800_000_120 } });
    await bringBack(opened);
    expect(refused(await opened.guards.admit(callOf('gemini'))).providers[0]?.state).toBe('open');
    expect(await opened.redis.hget('nexus:breaker:gemini', 'fail_count')).toBe('3');
    expect(existsSync(statePath)).toBe(false);
  });

  test('merging extends and never shortens, and knows only how long is left', async () => {
    const opened = openProcess();
    await opened.guards.readBreakers();
    await server.kill();
    await failAt(opened, 3);
    await bringBack(opened);
    const later = Math.floor(Date.now() / 1000) + 5_000;
    await opened.redis.hset('nexus:breaker:gemini', {
      open_until: later,
      fail_count: 9,
      opened_ts: 1,
      first_fail_ts: 1,
    });
    await opened.guards.admit(callOf('gemini'));
    expect(await opened.redis.hmget('nexus:breaker:gemini', 'open_until', 'fail_count')).toEqual([String(later), '9']);
  });

  test.each(['opened by this process', 'seen by it'])('a circuit in Redis that was %s stays open here', async (how) => {
    const opened = openProcess();
    await failAt(how === 'seen by it' ? openProcess() : opened, 3);
    if (how === 'seen by it') await opened.guards.admit(callOf('gemini', 'openai'));
    await server.kill();
    const call = granted(await opened.guards.admit(callOf('gemini', 'openai')));
    expect(call.grant).toMatchObject({ provider: 'openai', local: true });
    opened.clock.seconds += 120;
    expect(granted(await opened.guards.admit(callOf('gemini', 'openai'))).grant.provider).toBe('gemini');
  });

  test('no money is told once, and clearing it holds after the return', async () => {
    const opened = openProcess();
    await opened.guards.readBreakers();
    await server.kill();
    const call = granted(await opened.guards.admit(callOf('gemini')));
    expect(await conclude(opened.guards, call, { kind: 'no_money' })).toMatchObject({ parkedNow: ['gemini'] });
    await bringBack(opened);
    expect((await opened.guards.readBreakers())[0]?.state).toBe('parked');
    await opened.guards.clearParked('gemini');
    expect((await opened.guards.readBreakers())[0]?.state).toBe('closed');
  });

  test('two processes share the file: one probe at the end of an open circuit', async () => {
    const [first, second] = [openProcess(), openProcess()];
    await Promise.all([first.guards.readBreakers(), second.guards.readBreakers()]);
    await server.kill();
    await failAt(first, 3);
    expect((await second.guards.admit(callOf('gemini'))).verdict).toBe('refused');
    first.clock.seconds += 120;
    second.clock.seconds += 120;
    const callers = Array.from({ length: 40 }, (_, index) =>
      (index % 2 ? first : second).guards.admit(callOf('gemini')),
    );
    const verdicts = (await Promise.all(callers)).map(({ verdict }) => verdict);
    expect(verdicts.filter((verdict) => verdict === 'granted')).toHaveLength(1);
  });
});

describe('the file of circuits', () => {
  test('left by an earlier process is merged at the first call', async () => {
    mkdirSync(dirname(statePath), { recursive: true });
    writeFileSync(statePath, JSON.stringify({ gemini: { open_until: 1_800_000_060, fail_count: 7 }, unknown: 1 }));
    const opened = openProcess();
    const shut = refused(await opened.guards.admit(callOf('gemini')));
    expect(shut.providers[0]?.state).toBe('open');
    expect(shut.retryAfterSeconds).toBeLessThanOrEqual(60);
    expect(existsSync(statePath)).toBe(false);
  });

  test.each(['{"gemini":', '[]', 'null', '"text"', '{"gemini":{"open_until":"soon"}}', ''])(
    'holding %j stops nobody',
    async (content) => {
      mkdirSync(dirname(statePath), { recursive: true });
      writeFileSync(statePath, content);
      expect((await openProcess().guards.admit(callOf('gemini'))).verdict).toBe('granted');
    },
  );

  test('that cannot be written is told once and kept in the process', async () => {
    mkdirSync(statePath, { recursive: true });
    writeFileSync(`${statePath}/x`, '');
    const opened = openProcess();
    await server.kill();
    await failAt(opened, 3);
    expect((await opened.guards.admit(callOf('gemini'))).verdict).toBe('refused');
    const kinds = opened.errors.map((error) => (error as { code?: string }).code ?? 'Redis');
    expect(kinds).toHaveLength(new Set(kinds).size);
    expect(kinds).toContain('EISDIR');
  });

  test('whose lock was left by a process that died is used all the same', async () => {
    mkdirSync(dirname(statePath), { recursive: true });
    writeFileSync(`${statePath}.lock`, 'dead');
    const opened = openProcess();
    await server.kill();
    await failAt(opened, 3);
    expect((await opened.guards.admit(callOf('gemini'))).verdict).toBe('refused');
    expect(existsSync(`${statePath}.lock`)).toBe(false);
  });
});
