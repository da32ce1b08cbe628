import { describe, expect, test } from '@jest/globals';
import type { Granted } from '../guards/guards.ts';
import { CHAIN, MANY, callOf, conclude, expectAbout, fail, granted, refused, type OpenWith } from './guard-calls.ts';

/** Circuits: when they open, who probes them, and what late answers change. */
export function describeCircuits(name: string, openWith: OpenWith): void {
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
}
