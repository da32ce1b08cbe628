import { describe, expect, test } from '@jest/globals';
import type { FailureKind } from '../provider-failure.ts';
import type { ProviderName } from '../model.ts';
import type {
  Admission,
  BreakerSettings,
  Granted,
  GuardedCall,
  Guards,
  RateLimits,
  Refused,
} from '../guards/guards.ts';

/** Guards under test, and how their time passes without waiting. */
export type GuardsUnderTest = {
  guards: Guards;
  pass: (seconds: number) => Promise<void>;
};

export type GuardsUnderTestOptions = { limits: RateLimits; breaker: BreakerSettings };

/** Opens guards that nothing has passed yet. */
export type OpenGuards = (options: GuardsUnderTestOptions) => Promise<GuardsUnderTest>;

const BREAKER: BreakerSettings = { windowSeconds: 300, failThreshold: 3, cooldownSeconds: 120 };
const MANY: RateLimits = { rpmGlobal: 100_000, rpmByProvider: {}, rpmDefault: 100_000 };
const CHAIN = ['gemini', 'openai'] as const;
const ANSWER = { provider: 'gemini', model: 'model', text: 'answer' } as const;

/** A call of these providers without dedupe. */
export function callOf(...chain: ProviderName[]): GuardedCall {
  return { chain, deadlineSeconds: 60 };
}

/** The admission of a call that must be let through. */
export function granted(admission: Admission): Granted {
  if (admission.verdict !== 'granted') throw new Error(`the call was not let through: ${JSON.stringify(admission)}`);
  return admission;
}

export function refused(admission: Admission): Refused {
  if (admission.verdict !== 'refused') throw new Error(`the call was not refused but ${admission.verdict}`);
  return admission;
}

/** Ends a call: without a kind it succeeded. */
export function conclude(
  guards: Guards,
  call: Granted,
  failure?: { kind: FailureKind; retryAfterSeconds?: number },
): ReturnType<Guards['conclude']> {
  return guards.conclude(call, { outcomes: [{ grant: call.grant, failure }] });
}

async function fail(guards: Guards, kind: FailureKind, { times = 1, chain = CHAIN } = {}) {
  let last;
  for (let i = 0; i < times; i++)
    last = await conclude(guards, granted(await guards.admit(callOf(...chain))), { kind });
  return last;
}

/** Redis counts on while a test runs; a slow machine may lose some seconds. */
function expectAbout(actual: number, seconds: number): void {
  expect(actual).toBeLessThanOrEqual(seconds);
  expect(actual).toBeGreaterThan(seconds - 10);
}

/** What Redis and the local fallback both promise. Call inside a test file. */
export function describeGuards(name: string, open: OpenGuards): void {
  const openWith = (options: Partial<GuardsUnderTestOptions> = {}): Promise<GuardsUnderTest> =>
    open({ limits: MANY, breaker: BREAKER, ...options });

  describe(`rate limits: ${name}`, () => {
    test.each([1, 7, 20])('%d requests a minute are just so many, then one for each refill', async (rpm) => {
      const { guards, pass } = await openWith({ limits: { ...MANY, rpmGlobal: rpm } });
      const burst = await Promise.all(Array.from({ length: rpm + 3 }, () => guards.admit(callOf(...CHAIN))));
      expect(burst.filter(({ verdict }) => verdict === 'granted')).toHaveLength(rpm);
      const over = refused(await guards.admit(callOf(...CHAIN)));
      expect(over.reason).toBe('rate_limited');
      expect(over.retryAfterSeconds).toBeGreaterThan(0);
      expect(over.retryAfterSeconds).toBeLessThanOrEqual(60 / rpm + 0.01);
      await pass(60 / rpm);
      expect((await guards.admit(callOf(...CHAIN))).verdict).toBe('granted');
      await pass(3600);
      const later = await Promise.all(Array.from({ length: rpm + 3 }, () => guards.admit(callOf(...CHAIN))));
      expect(later.filter(({ verdict }) => verdict === 'granted')).toHaveLength(rpm);
    });

    test('where a provider has no token the next one is called', async () => {
      const { guards } = await openWith({ limits: { ...MANY, rpmByProvider: { gemini: 1, openai: 1 } } });
      expect(granted(await guards.admit(callOf(...CHAIN))).grant.provider).toBe('gemini');
      const second = granted(await guards.admit(callOf(...CHAIN)));
      expect(second.grant.provider).toBe('openai');
      expect(second.providers[0]).toMatchObject({ provider: 'gemini', state: 'limited' });
      expect(refused(await guards.admit(callOf(...CHAIN)))).toMatchObject({ reason: 'rate_limited' });
    });

    test('tokens are taken together or not at all', async () => {
      const { guards } = await openWith({ limits: { rpmGlobal: 3, rpmByProvider: { gemini: 1 }, rpmDefault: 3 } });
      const first = await guards.admit(callOf('gemini'));
      for (let i = 0; i < 10; i++) refused(await guards.admit(callOf('gemini')));
      const rest = await Promise.all(Array.from({ length: 5 }, () => guards.admit(callOf('openai'))));
      expect([first, ...rest].filter(({ verdict }) => verdict === 'granted')).toHaveLength(3);
    });

    test('going on to the next provider takes its token and no second global one', async () => {
      const { guards } = await openWith({ limits: { rpmGlobal: 2, rpmByProvider: { openai: 1 }, rpmDefault: 9 } });
      const call = granted(await guards.admit(callOf(...CHAIN)));
      const outcomes = [{ grant: call.grant, failure: { kind: 'throttled', retryAfterSeconds: 40 } as const }];
      const next = await guards.failOver(call, { outcomes, chain: ['openai'], deadlineSeconds: 30 });
      expect(granted(next.admission).grant.provider).toBe('openai');
      const other = granted(await guards.admit(callOf('anthropic')));
      expect(other.grant.provider).toBe('anthropic');
      const none = await guards.failOver(call, { outcomes: [], chain: [...CHAIN], deadlineSeconds: 30 });
      expect(refused(none.admission).providers.map(({ state }) => state)).toEqual(['cooling', 'limited']);
      expect(refused(none.admission).reason).toBe('rate_limited');
    });

    test('a grant that nobody used gives back its token, whatever is decided then', async () => {
      const { guards } = await openWith({ limits: { ...MANY, rpmByProvider: { gemini: 1, openai: 1 } } });
      const call = granted(await guards.admit(callOf(...CHAIN)));
      const outcomes = [{ grant: call.grant, failure: { kind: 'cancelled' } as const }];
      const unused = call.grant;
      const next = await guards.failOver(call, { outcomes, chain: ['openai', 'gemini'], deadlineSeconds: 30, unused });
      const moved = granted(next.admission);
      expect(moved.grant.provider).toBe('openai');
      const back = granted(await guards.admit(callOf('gemini')));
      refused(await guards.admit(callOf(...CHAIN)));
      const nobody = { outcomes: [], chain: ['gemini'] as const, deadlineSeconds: 30, unused: moved.grant };
      refused((await guards.failOver(moved, nobody)).admission);
      expect(granted(await guards.admit(callOf(...CHAIN))).grant.provider).toBe('openai');
      const again = { outcomes: [], chain: ['gemini'] as const, deadlineSeconds: 30, unused: back.grant };
      expect(granted((await guards.failOver(back, again)).admission).grant.provider).toBe('gemini');
      refused(await guards.admit(callOf(...CHAIN)));
    });
  });

  describe(`circuits: ${name}`, () => {
    test('open after so many failures, told once, and the next provider is called', async () => {
      const { guards } = await openWith();
      expect(await fail(guards, 'outage', { times: 2 })).toMatchObject({ opened: [] });
      const changes = await fail(guards, 'timeout');
      expect(changes?.opened).toEqual([
        { provider: 'gemini', fail_count: 3, open_until: expect.any(Number), cooldown_s: 120 },
      ]);
      const call = granted(await guards.admit(callOf(...CHAIN)));
      expect(call.grant.provider).toBe('openai');
      expect(call.providers.map(({ state }) => state)).toEqual(['open', 'usable']);
      const alone = refused(await guards.admit(callOf('gemini')));
      expect(alone.reason).toBe('unavailable');
      expectAbout(alone.retryAfterSeconds, 120);
    });

    test('when all are shut, nothing is taken and the shortest wait is told', async () => {
      const { guards } = await openWith({ limits: { ...MANY, rpmGlobal: 5 } });
      await fail(guards, 'outage', { times: 3 });
      const call = granted(await guards.admit(callOf('openai')));
      await conclude(guards, call, { kind: 'throttled', retryAfterSeconds: 30 });
      for (let i = 0; i < 9; i++) {
        const shut = refused(await guards.admit(callOf(...CHAIN)));
        expect(shut.reason).toBe('unavailable');
        expectAbout(shut.retryAfterSeconds, 30);
      }
      expect((await guards.admit(callOf('glm'))).verdict).toBe('granted');
    });

    test('failures count within a window from the first; success forgives none of them', async () => {
      const { guards, pass } = await openWith();
      await fail(guards, 'outage', { times: 2 });
      await pass(300);
      expect(await fail(guards, 'outage', { times: 2 })).toMatchObject({ opened: [] });
      await conclude(guards, granted(await guards.admit(callOf(...CHAIN))));
      expect(await fail(guards, 'outage')).toMatchObject({ opened: [{ provider: 'gemini' }] });
    });

    test.each(['throttled', 'auth', 'bad_request', 'model_missing', 'refused', 'empty', 'cancelled'] as const)(
      '%s does not count',
      async (kind) => {
        const { guards } = await openWith();
        await fail(guards, kind, { times: 9 });
        expect(granted(await guards.admit(callOf(...CHAIN))).providers[0]?.state).toBe('usable');
      },
    );

    test('a wait that was asked for holds, is extended and never shortened; then all may call', async () => {
      const { guards, pass } = await openWith();
      const calls = await Promise.all([40, 60, 5].map(async () => granted(await guards.admit(callOf('gemini')))));
      for (const [index, retryAfterSeconds] of [40, 60, 5].entries()) {
        await conclude(guards, calls[index] as Granted, { kind: 'throttled', retryAfterSeconds });
      }
      const shut = refused(await guards.admit(callOf('gemini')));
      expect(shut.providers[0]?.state).toBe('cooling');
      expectAbout(shut.retryAfterSeconds, 60);
      expect((await guards.readBreakers())[0]).toMatchObject({ provider: 'gemini', state: 'cooling', fail_count: 0 });
      await pass(60);
      const after = await Promise.all([1, 2, 3].map(() => guards.admit(callOf('gemini'))));
      expect(after.map((admission) => granted(admission).grant.probe)).toEqual([false, false, false]);
    });

    test('a used-up quota without a time cools as long as an open circuit; an absurd wait ends after a day', async () => {
      const { guards } = await openWith();
      await fail(guards, 'quota');
      expectAbout(refused(await guards.admit(callOf('gemini'))).retryAfterSeconds, 120);
      const call = granted(await guards.admit(callOf('openai')));
      await conclude(guards, call, { kind: 'throttled', retryAfterSeconds: 1e12 });
      expectAbout(refused(await guards.admit(callOf('openai'))).retryAfterSeconds, 86_400);
    });

    test('at the end of an open circuit one of 200 callers probes it', async () => {
      const { guards, pass } = await openWith();
      await fail(guards, 'outage', { times: 3 });
      await pass(120);
      expect((await guards.readBreakers())[0]?.state).toBe('half_open');
      const callers = await Promise.all(Array.from({ length: 200 }, () => guards.admit(callOf('gemini'))));
      const probes = callers.filter(({ verdict }) => verdict === 'granted').map(granted);
      expect(probes.map(({ grant }) => grant.probe)).toEqual([true]);
      expect(await conclude(guards, probes[0] as Granted)).toMatchObject({ closed: ['gemini'] });
      expect((await guards.readBreakers())[0]).toMatchObject({ state: 'closed', fail_count: 0, open_until: 0 });
      expect(await fail(guards, 'outage', { times: 2 })).toMatchObject({ opened: [] });
    });

    test('a probe that fails opens again; one that was not made leaves the next its turn', async () => {
      const { guards, pass } = await openWith();
      await fail(guards, 'outage', { times: 3 });
      await pass(120);
      expect(await fail(guards, 'timeout')).toMatchObject({ opened: [{ provider: 'gemini', fail_count: 4 }] });
      expectAbout(refused(await guards.admit(callOf('gemini'))).retryAfterSeconds, 120);
      await pass(120);
      await fail(guards, 'cancelled');
      expect(await fail(guards, 'auth')).toMatchObject({ closed: ['gemini'] });
    });

    test('a probe that answered is told before its call ends: the call may go on at the same provider', async () => {
      const { guards, pass } = await openWith();
      await fail(guards, 'outage', { times: 3 });
      await pass(120);
      const probe = granted(await guards.admit(callOf('gemini')));
      expect(await guards.report([{ grant: probe.grant }])).toMatchObject({ closed: ['gemini'] });
      const repair = granted(await guards.admit(callOf('gemini')));
      expect(repair.grant.probe).toBe(false);
      await conclude(guards, repair);
      expect(await guards.conclude(probe, { outcomes: [] })).toMatchObject({ closed: [], opened: [] });
      expect((await guards.readBreakers())[0]).toMatchObject({ state: 'closed', fail_count: 0 });
    });

    test('a probe whose caller died is followed by another; its late answer changes nothing', async () => {
      const { guards, pass } = await openWith();
      await fail(guards, 'outage', { times: 3 });
      await pass(120);
      const dead = granted(await guards.admit(callOf('gemini')));
      await pass(59);
      expect(refused(await guards.admit(callOf('gemini'))).reason).toBe('unavailable');
      await pass(1);
      const next = granted(await guards.admit(callOf('gemini')));
      expect(next.grant.probe).toBe(true);
      expect(await conclude(guards, dead, { kind: 'outage' })).toMatchObject({ opened: [] });
      expect(await conclude(guards, dead)).toMatchObject({ closed: [] });
      expect(await conclude(guards, next)).toMatchObject({ closed: ['gemini'] });
    });

    test('late answers of an earlier generation change nothing', async () => {
      const { guards, pass } = await openWith();
      const slow = await Promise.all(
        Array.from({ length: 6 }, async () => granted(await guards.admit(callOf('gemini')))),
      );
      await fail(guards, 'outage', { times: 3 });
      await pass(100);
      for (const call of slow.slice(0, 4)) {
        expect(await conclude(guards, call, { kind: 'outage' })).toMatchObject({ opened: [] });
      }
      expect(await conclude(guards, slow[4] as Granted)).toMatchObject({ closed: [] });
      expect((await guards.readBreakers())[0]).toMatchObject({ state: 'open', fail_count: 3 });
      await pass(20);
      await conclude(guards, granted(await guards.admit(callOf('gemini'))));
      await conclude(guards, slow[5] as Granted, { kind: 'outage' });
      expect((await guards.readBreakers())[0]).toMatchObject({ state: 'closed', fail_count: 0 });
    });

    test('no money parks until somebody paid, and is told to one caller', async () => {
      const { guards, pass } = await openWith();
      const calls = await Promise.all(
        Array.from({ length: 5 }, async () => granted(await guards.admit(callOf('gemini')))),
      );
      const told = [];
      for (const call of calls.slice(0, 4)) told.push((await conclude(guards, call, { kind: 'no_money' })).parkedNow);
      expect(told.flat()).toEqual(['gemini']);
      await pass(3600);
      expect(granted(await guards.admit(callOf(...CHAIN))).providers[0]?.state).toBe('parked');
      expect((await guards.readBreakers())[0]?.state).toBe('parked');
      await guards.clearParked('gemini');
      await conclude(guards, calls[4] as Granted, { kind: 'no_money' });
      expect(granted(await guards.admit(callOf('gemini'))).grant.probe).toBe(false);
    });

    test('a parked provider is probed after a day, and called again when that succeeds', async () => {
      const { guards, pass } = await openWith();
      await fail(guards, 'no_money');
      await pass(86_400);
      const probe = granted(await guards.admit(callOf('gemini')));
      expect(probe.grant.probe).toBe(true);
      expect(refused(await guards.admit(callOf('gemini'))).reason).toBe('unavailable');
      expect(await conclude(guards, probe)).toMatchObject({ closed: ['gemini'] });
      expect(granted(await guards.admit(callOf('gemini'))).grant.probe).toBe(false);
    });
  });

  describe(`equal calls of one process: ${name}`, () => {
    const equal: GuardedCall = { ...callOf('gemini'), dedupe: { key: 'a'.repeat(64), ttlSeconds: 30 } };

    test('share one call, and its answer', async () => {
      const { guards } = await openWith({ limits: { ...MANY, rpmGlobal: 1 } });
      const owner = granted(await guards.admit(equal));
      const others = Array.from({ length: 49 }, () => guards.admit(equal));
      await guards.conclude(owner, { outcomes: [{ grant: owner.grant }], answer: ANSWER });
      for (const other of await Promise.all(others)) expect(other).toMatchObject({ verdict: 'hit', answer: ANSWER });
    });

    test('never share a failure: the next one tries', async () => {
      const { guards } = await openWith();
      const first = granted(await guards.admit(equal));
      const waiting = [guards.admit(equal), guards.admit(equal)];
      await conclude(guards, first, { kind: 'outage' });
      const second = granted(await Promise.race(waiting));
      await guards.conclude(second, { outcomes: [{ grant: second.grant }], answer: ANSWER });
      const verdicts = (await Promise.all(waiting)).map(({ verdict }) => verdict);
      expect(verdicts.sort()).toEqual(['granted', 'hit']);
    });

    test('who hangs up waits no longer, and the others go on', async () => {
      const { guards } = await openWith();
      const owner = granted(await guards.admit(equal));
      const caller = new AbortController();
      const gone = guards.admit({ ...equal, signal: caller.signal });
      const stays = guards.admit(equal);
      caller.abort('caller');
      await expect(gone).rejects.toBe('caller');
      await guards.conclude(owner, { outcomes: [{ grant: owner.grant }], answer: ANSWER });
      expect((await stays).verdict).toBe('hit');
    });

    test('an empty chain is refused', async () => {
      const { guards } = await openWith();
      expect(refused(await guards.admit(callOf())).reason).toBe('unavailable');
    });
  });
}
