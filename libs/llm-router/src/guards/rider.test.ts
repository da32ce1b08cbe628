import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import type { Redis } from 'ioredis';
import { callOf, conclude, granted } from '../testing/guard-calls.ts';
import { connectTo, openGuards, removeTemporaryFiles, temporaryFile } from '../testing/guard-fixture.ts';
import type { RiderScript } from './guard-scripts.ts';
import type { GuardedCall, RateLimits } from './guards.ts';

const MANY: RateLimits = { rpmGlobal: 100_000, rpmByProvider: {}, rpmDefault: 100_000 };
const BREAKER = { windowSeconds: 300, failThreshold: 1, cooldownSeconds: 120 };
const EQUAL: GuardedCall = { ...callOf('gemini', 'openai'), dedupe: { key: 'c'.repeat(64), ttlSeconds: 30 } };
const ANSWER = { provider: 'gemini', model: 'model-1', text: 'text' } as const;

/** Counts in a key of its own; told to, it fails before it has. */
const rider: RiderScript = {
  keys: ['{nexus}:rides'],
  lua: `if ARGV[1] == 'fail' then error('RIDER_FAILED', 0) end
    if ARGV[1] == 'wrong' then redis.call('LPUSH', KEYS[1], 'x') end
    return { ARGV[1], redis.call('INCR', KEYS[1]) }`,
};

let server: TestRedis;
let admin: Redis;
let open: Redis[] = [];
beforeAll(async () => {
  server = await startTestRedis();
  admin = connectTo(server.url);
}, 120_000);
beforeEach(async () => void (await admin.flushall()));
afterEach(() => {
  for (const redis of open) redis.disconnect();
  open = [];
});
afterAll(async () => {
  admin.disconnect();
  await server.stop();
  removeTemporaryFiles();
});

function openProcess({ limits = MANY, redis = connectTo(server.url), script = rider } = {}) {
  open.push(redis);
  const riders = { admit: script, conclude: script };
  return openGuards({ redis, limits, breaker: BREAKER, riders, statePath: temporaryFile() });
}

function riding(call: GuardedCall, argument = 'x'): GuardedCall {
  return { ...call, rider: () => argument };
}

const rides = async () => Number(await admin.get('{nexus}:rides'));

describe('the rider of an admission', () => {
  test('runs with its one argument when the call is let through; without an argument it does not', async () => {
    const { guards } = openProcess();
    expect(granted(await guards.admit(riding(callOf('gemini'), 'a "quoted" 글'))).rode).toEqual(['a "quoted" 글', 1]);
    expect(granted(await guards.admit(callOf('gemini'))).rode).toBeUndefined();
    expect(granted(await guards.admit({ ...callOf('gemini'), rider: () => undefined })).rode).toBeUndefined();
    expect(await rides()).toBe(1);
  });

  test('does not run for a wait, a hit, a limit, or shut circuits, and its argument is asked for once a call', async () => {
    const [first, second] = [openProcess(), openProcess({ limits: { ...MANY, rpmGlobal: 1 } })];
    const owner = granted(await first.guards.admit(riding(EQUAL)));
    let asked = 0;
    const waiting = second.guards.admit({ ...EQUAL, rider: () => String((asked += 1)) });
    while (asked === 0) await new Promise((resolve) => setImmediate(resolve));
    await first.guards.conclude(owner, { outcomes: [{ grant: owner.grant }], answer: ANSWER });
    expect(await waiting).toMatchObject({ verdict: 'hit', answer: ANSWER });
    expect((await first.guards.admit(riding(EQUAL))).verdict).toBe('hit');
    await conclude(first.guards, granted(await first.guards.admit(callOf('gemini'))), { kind: 'outage' });
    expect(await first.guards.admit(riding(callOf('gemini')))).toMatchObject({ reason: 'unavailable' });
    await second.guards.admit(callOf('openai'));
    expect(await second.guards.admit(riding(callOf('openai')))).toMatchObject({ reason: 'rate_limited' });
    expect([await rides(), asked]).toEqual([1, 1]);
  });

  test.each(['fail', 'wrong'])(
    'that fails (%s) costs its reply only: the call is let through, and guarded',
    async (how) => {
      if (how === 'wrong') await admin.set('{nexus}:rides', 0);
      const { guards, errors } = openProcess({ limits: { ...MANY, rpmDefault: 1 } });
      const call = granted(await guards.admit(riding({ ...EQUAL, chain: ['gemini'] }, how)));
      expect([call.grant.local, call.rode, await rides(), errors]).toEqual([false, undefined, 0, []]);
      expect(await admin.exists(`{nexus}:llm:claim:${'c'.repeat(64)}`)).toBe(1);
      expect(await guards.admit(callOf('gemini'))).toMatchObject({ reason: 'rate_limited' });
    },
  );

  test('has the answer of TIME, and one connection may have guards with several riders', async () => {
    const redis = connectTo(server.url);
    const timed = openProcess({ redis, script: { keys: [], lua: 'return { ... }' } });
    const counting = openProcess({ redis });
    const { rode } = granted(await timed.guards.admit(riding(callOf('gemini'))));
    expect(rode).toEqual([[expect.stringMatching(/^\d{10}$/), expect.stringMatching(/^\d+$/)]]);
    expect(granted(await counting.guards.admit(riding(callOf('gemini')))).rode).toEqual(['x', 1]);
    expect(granted(await timed.guards.admit(riding(callOf('gemini')))).rode).toHaveLength(1);
  });

  test('does not run when one goes on to the next provider, nor while Redis is away', async () => {
    const opened = openProcess();
    const call = granted(await opened.guards.admit(riding(callOf('gemini', 'openai'))));
    const outcomes = [{ grant: call.grant, failure: { kind: 'outage' as const } }];
    const next = await opened.guards.failOver(call, { outcomes, chain: ['openai'], deadlineSeconds: 60 });
    expect([granted(next.admission).rode, await rides()]).toEqual([undefined, 1]);
    for (const redis of open) redis.disconnect();
    const alone = granted(await opened.guards.admit(riding(callOf('openai'))));
    expect([alone.grant.local, alone.rode]).toEqual([true, undefined]);
  });
});

describe('the rider of a conclusion', () => {
  test('runs beside what is told, also without an answer; where there is nothing to tell it does not', async () => {
    const { guards } = openProcess();
    const first = granted(await guards.admit(EQUAL));
    const outcomes = [{ grant: first.grant }];
    expect(await guards.conclude(first, { outcomes, answer: ANSWER, rider: 'y' })).toMatchObject({
      ...{ stored: true, rode: ['y', 1] },
    });
    const failed = granted(await guards.admit(callOf('gemini')));
    const failure = { kind: 'outage' as const };
    const end = await guards.conclude(failed, { outcomes: [{ grant: failed.grant, failure }], rider: 'y' });
    expect(end).toMatchObject({ rode: ['y', 2], opened: [{ provider: 'gemini' }] });
    const plain = granted(await guards.admit(callOf('openai')));
    expect((await guards.conclude(plain, { outcomes: [{ grant: plain.grant }], rider: 'y' })).rode).toBeUndefined();
    expect(await rides()).toBe(2);
  });

  test('that fails costs its reply only: the answer is stored and the claim ended', async () => {
    const { guards } = openProcess();
    const call = granted(await guards.admit(EQUAL));
    const end = await guards.conclude(call, { outcomes: [{ grant: call.grant }], answer: ANSWER, rider: 'fail' });
    expect([end.stored, end.rode, await rides()]).toEqual([true, undefined, 0]);
    expect(await admin.exists(`{nexus}:llm:claim:${'c'.repeat(64)}`)).toBe(0);
  });
});
