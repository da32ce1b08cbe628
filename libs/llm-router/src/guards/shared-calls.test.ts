import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Redis } from 'ioredis';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { callOf, conclude, granted } from '../testing/guard-calls.ts';
import {
  connectTo,
  openGuards,
  type OpenedGuards,
  passInRedis,
  removeTemporaryFiles,
  temporaryFile,
} from '../testing/guard-fixture.ts';
import type { Granted, GuardedCall, RateLimits } from './guards.ts';

const MANY: RateLimits = { rpmGlobal: 100_000, rpmByProvider: {}, rpmDefault: 100_000 };
const BREAKER = { windowSeconds: 300, failThreshold: 3, cooldownSeconds: 120 };
const KEY = 'b'.repeat(64);
const CLAIM = `{nexus}:llm:claim:${KEY}`;
const EQUAL: GuardedCall = { ...callOf('gemini', 'openai'), dedupe: { key: KEY, ttlSeconds: 30 } };
const ANSWER = { provider: 'gemini', model: 'model-1', text: '{"text":"안녕하세요"}' } as const;

let server: TestRedis;
let admin: Redis;
const open: Redis[] = [];

beforeAll(async () => {
  server = await startTestRedis();
  admin = connectTo(server.url);
}, 120_000);
beforeEach(async () => void (await admin.flushall()));
afterEach(() => {
  for (const redis of open.splice(0)) redis.disconnect();
});
afterAll(async () => {
  admin.disconnect();
  await server.stop();
  removeTemporaryFiles();
});

/** Guards of one more process: a connection, a clock and a file of its own. */
function openProcess(limits = MANY): OpenedGuards & { redis: Redis } {
  const redis = connectTo(server.url);
  open.push(redis);
  return { ...openGuards({ redis, limits, breaker: BREAKER, statePath: temporaryFile() }), redis };
}

/** Lets the open promises and the replies of Redis that are under way come through, as often as it takes. */
async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await holds())) await new Promise((resolve) => setImmediate(resolve));
}

async function answerAs({ guards }: OpenedGuards, call: Granted): Promise<void> {
  await guards.conclude(call, { outcomes: [{ grant: call.grant }], answer: ANSWER });
}

describe('equal calls of several processes', () => {
  test('of 50 over three connections one is let through, and all have its answer', async () => {
    const processes = [openProcess({ ...MANY, rpmGlobal: 1 }), openProcess(), openProcess()];
    let owners = 0;
    const calls = Array.from({ length: 50 }, async (_, index) => {
      const opened = processes[index % 3] as OpenedGuards;
      const admission = await opened.guards.admit(EQUAL);
      if (admission.verdict !== 'granted') return admission;
      owners += 1;
      await until(async () => (await admin.exists(CLAIM)) === 1);
      await answerAs(opened, admission);
      return undefined;
    });
    const others = (await Promise.all(calls)).filter((admission) => admission !== undefined);
    expect(owners).toBe(1);
    expect(others).toHaveLength(49);
    for (const other of others) expect(other).toMatchObject({ verdict: 'hit', answer: ANSWER });
    expect(await admin.exists(CLAIM)).toBe(0);
  });

  test('the answer is kept as long as told and in the form everybody may read', async () => {
    const opened = openProcess();
    await answerAs(opened, granted(await opened.guards.admit(EQUAL)));
    const stored: unknown = JSON.parse((await admin.get(`nexus:dedupe:${KEY}`)) ?? '');
    expect(stored).toEqual({ ts: 1_800_000_000, ...ANSWER });
    expect(await admin.ttl(`nexus:dedupe:${KEY}`)).toBeGreaterThan(20);
    expect(await admin.ttl(`nexus:dedupe:${KEY}`)).toBeLessThanOrEqual(30);
    expect(await openProcess().guards.admit(EQUAL)).toEqual({ verdict: 'hit', answer: stored, shared: false });
  });

  test('a stored text that is no answer counts as none', async () => {
    await admin.set(`nexus:dedupe:${KEY}`, '{"text":', 'EX', 30);
    expect((await openProcess().guards.admit(EQUAL)).verdict).toBe('granted');
  });

  test('after a failure elsewhere the next one tries', async () => {
    const [first, second] = [openProcess(), openProcess()];
    const owner = granted(await first.guards.admit(EQUAL));
    const waiting = second.guards.admit(EQUAL);
    await conclude(first.guards, owner, { kind: 'outage' });
    expect((await waiting).verdict).toBe('granted');
  });

  test('who waits for another process may hang up, and another one goes on waiting', async () => {
    const [first, second] = [openProcess(), openProcess()];
    const owner = granted(await first.guards.admit(EQUAL));
    const caller = new AbortController();
    const leaves = second.guards.admit({ ...EQUAL, signal: caller.signal });
    const stays = second.guards.admit(EQUAL);
    caller.abort('timeout');
    await expect(leaves).rejects.toBe('timeout');
    await answerAs(first, owner);
    expect((await stays).verdict).toBe('hit');
  });

  test('when the owner dies its claim ends and the next one takes over; the late owner ends nobody else’s claim', async () => {
    const [first, second, third] = [openProcess(), openProcess(), openProcess()];
    const dead = granted(await first.guards.admit(EQUAL));
    const lease = await admin.pttl(CLAIM);
    expect(lease).toBeGreaterThan(0);
    expect(lease).toBeLessThanOrEqual(10_000);
    const waiting = second.guards.admit(EQUAL);
    // The lease ends.
    await admin.pexpire(CLAIM, 0);
    const next = granted(await waiting);
    await conclude(first.guards, dead, { kind: 'timeout' });
    expect(await admin.exists(CLAIM)).toBe(1);
    const last = third.guards.admit(EQUAL);
    await answerAs(second, next);
    expect((await last).verdict).toBe('hit');
  });

  test('a claim is renewed while its call is under way, and only by its owner', async () => {
    const opened = openProcess();
    const call = granted(await opened.guards.admit(EQUAL));
    async function renewed(): Promise<boolean> {
      await admin.pexpire(CLAIM, 5_000);
      opened.renewClaims();
      await until(() => opened.redis.status === 'ready');
      await opened.redis.ping();
      return (await admin.pttl(CLAIM)) > 5_000;
    }
    // Held since before the step before: the first step only notes it.
    await until(renewed);
    const token = await admin.get(CLAIM);
    await admin.set(CLAIM, 'somebody else', 'PX', 5_000);
    await until(async () => !(await renewed()));
    expect(await admin.get(CLAIM)).toBe('somebody else');
    await admin.set(CLAIM, token ?? '', 'PX', 5_000);
    await answerAs(opened, call);
    expect(await admin.exists(CLAIM)).toBe(0);
  });

  test('a refused call leaves no claim and takes no token', async () => {
    const opened = openProcess({ ...MANY, rpmGlobal: 1 });
    await conclude(opened.guards, granted(await opened.guards.admit(callOf('gemini'))));
    const before = await admin.hgetall('{nexus}:llm:buckets');
    const [one, two] = await Promise.all([opened.guards.admit(EQUAL), opened.guards.admit(EQUAL)]);
    expect([one.verdict, two.verdict]).toEqual(['refused', 'refused']);
    expect(await admin.exists(CLAIM)).toBe(0);
    expect(await admin.hgetall('{nexus}:llm:buckets')).toEqual(before);
  });
});

describe('what processes share', () => {
  test('a circuit that one opened is open for all, in the fields everybody may read', async () => {
    const [first, second] = [openProcess(), openProcess()];
    for (let i = 0; i < 3; i++) {
      await conclude(first.guards, granted(await first.guards.admit(callOf('openai'))), { kind: 'outage' });
    }
    expect((await second.guards.admit(callOf('openai'))).verdict).toBe('refused');
    const fields = await admin.hgetall('nexus:breaker:openai');
    expect(fields).toMatchObject({ fail_count: '3' });
    const { first_fail_ts, opened_ts, open_until } = fields;
    expect(Number(open_until) - Number(opened_ts)).toBeCloseTo(120, 2);
    expect(Number(first_fail_ts)).toBeGreaterThan(1_700_000_000);
    expect(await admin.ttl('nexus:breaker:openai')).toBeGreaterThan(120);
    expect((await second.guards.readBreakers())[1]).toMatchObject({ provider: 'openai', state: 'open' });
  });

  test('a circuit that was opened or removed by hand is obeyed', async () => {
    const { guards } = openProcess();
    const until = Math.floor(Date.now() / 1000) + 60;
    await admin.hset('nexus:breaker:gemini', { fail_count: 5, open_until: until, first_fail_ts: 1, opened_ts: 1 });
    expect(granted(await guards.admit(callOf('gemini', 'openai'))).grant.provider).toBe('openai');
    await admin.del('nexus:breaker:gemini');
    expect(granted(await guards.admit(callOf('gemini', 'openai'))).grant.provider).toBe('gemini');
  });

  test('it does not matter that their clocks differ', async () => {
    const [early, late] = [openProcess(), openProcess()];
    early.clock.seconds -= 100_000;
    late.clock.seconds += 100_000;
    const limits = await Promise.all(
      [early, late].map(async ({ guards }) => granted(await guards.admit(callOf('glm')))),
    );
    await conclude(early.guards, limits[0] as Granted, { kind: 'throttled', retryAfterSeconds: 50 });
    const { verdict } = await late.guards.admit(callOf('glm'));
    expect(verdict).toBe('refused');
    await passInRedis(admin, 50);
    expect((await early.guards.admit(callOf('glm'))).verdict).toBe('granted');
  });

  test('a bucket of all processes together; a clock of Redis that was set back does not empty it for long', async () => {
    const processes = [openProcess({ ...MANY, rpmGlobal: 5 }), openProcess({ ...MANY, rpmGlobal: 5 })];
    const calls = processes.flatMap(({ guards }) => Array.from({ length: 10 }, () => guards.admit(callOf('gemini'))));
    const verdicts = (await Promise.all(calls)).map(({ verdict }) => verdict);
    expect(verdicts.filter((verdict) => verdict === 'granted')).toHaveLength(5);
    await admin.hset('{nexus}:llm:buckets', 'global', 9e9);
    const refused = await processes[0]?.guards.admit(callOf('gemini'));
    expect(refused).toMatchObject({ verdict: 'refused', reason: 'rate_limited' });
    expect(refused?.verdict === 'refused' && refused.retryAfterSeconds).toBeLessThanOrEqual(12.1);
  });
});

describe('round trips', () => {
  async function commandsOf(act: () => Promise<unknown>): Promise<number> {
    const before = await scriptCalls();
    await act();
    return (await scriptCalls()) - before;
  }
  async function scriptCalls(): Promise<number> {
    const statistics = await admin.info('commandstats');
    const calls = [...statistics.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)];
    return calls.reduce((sum, [, count]) => sum + Number(count), 0);
  }

  test('one before and one after a call with dedupe; none after one that changes nothing', async () => {
    const opened = openProcess();
    await answerAs(opened, granted(await opened.guards.admit({ ...EQUAL, dedupe: { key: 'warm', ttlSeconds: 5 } })));
    expect(await commandsOf(async () => answerAs(opened, granted(await opened.guards.admit(EQUAL))))).toBe(2);
    expect(await commandsOf(() => opened.guards.admit(EQUAL))).toBe(1);
    const plain = callOf('gemini', 'openai', 'anthropic', 'glm');
    expect(await commandsOf(async () => conclude(opened.guards, granted(await opened.guards.admit(plain))))).toBe(1);
  });
});
