import { describe, expect, test } from '@jest/globals';
import { CHAIN, MANY, callOf, granted, refused, type OpenWith } from './guard-calls.ts';

/** Token buckets, of all calls together and of each provider. */
export function describeRateLimits(name: string, openWith: OpenWith): void {
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
}
