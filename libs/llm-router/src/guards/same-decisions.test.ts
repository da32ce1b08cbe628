import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Redis } from 'ioredis';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { conclude } from '../testing/guard-calls.ts';
import { connectTo, openGuards, passInRedis, removeTemporaryFiles, temporaryFile } from '../testing/guard-fixture.ts';
import type { ProviderName } from '../model.ts';
import { FAILURE_KINDS, type FailureKind } from '../provider-failure.ts';
import type { Granted, Guards } from './guards.ts';

/** What may happen to guards; `call` is the how-manieth open call; `swap` goes elsewhere without having used it. */
type Step =
  | { do: 'admit'; chain: ProviderName[] }
  | { do: 'conclude'; call: number; failure?: { kind: FailureKind; retryAfterSeconds?: number } }
  | { do: 'unpark' }
  | { do: 'swap'; call: number; chain: ProviderName[] }
  | { do: 'pass'; seconds: number };

const chains: ProviderName[][] = [['gemini'], ['gemini', 'openai'], ['openai', 'gemini'], ['openai']];
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.constantFrom(...chains).map((chain): Step => ({ do: 'admit', chain })) },
  {
    weight: 5,
    arbitrary: fc
      .record({
        call: fc.nat(5),
        kind: fc.constantFrom('ok', 'ok', 'outage', 'outage', 'outage', 'timeout', 'timeout', ...FAILURE_KINDS),
        retryAfterSeconds: fc.constantFrom(undefined, undefined, undefined, 0, 35, 90),
      })
      .map(({ call, kind, retryAfterSeconds }): Step => {
        if (kind === 'ok') return { do: 'conclude', call };
        const asked = retryAfterSeconds === undefined ? {} : { retryAfterSeconds };
        return { do: 'conclude', call, failure: { kind: kind, ...asked } };
      }),
  },
  {
    weight: 3,
    arbitrary: fc.constantFrom(10, 30, 61, 120, 300, 86_400).map((seconds): Step => ({ do: 'pass', seconds })),
  },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'unpark' }) },
  {
    weight: 2,
    arbitrary: fc
      .record({ call: fc.nat(5), chain: fc.constantFrom(...chains) })
      .map(({ call, chain }): Step => ({ do: 'swap', call, chain })),
  },
);

let server: TestRedis;
let redis: Redis;

beforeAll(async () => {
  server = await startTestRedis();
  redis = connectTo(server.url);
}, 120_000);
afterAll(async () => {
  redis.disconnect();
  await server.stop();
  removeTemporaryFiles();
});

/** What an observer sees of a run: decisions and changes, times left out. */
async function run(guards: Guards, steps: Step[], pass: (seconds: number) => Promise<void>): Promise<unknown[]> {
  const seen: unknown[] = [];
  const calls: Granted[] = [];
  for (const each of steps) {
    if (each.do === 'pass') await pass(each.seconds);
    if (each.do === 'unpark') await guards.clearParked('gemini');
    if (each.do === 'admit') {
      const admission = await guards.admit({ chain: each.chain, deadlineSeconds: 40 });
      if (admission.verdict === 'granted') calls.push(admission);
      const { verdict } = admission;
      if (verdict === 'hit') throw new Error('without dedupe there are no hits');
      const decision = verdict === 'granted' ? [admission.grant.provider, admission.grant.probe] : admission.reason;
      seen.push([verdict, decision, admission.providers.map(({ state }) => state)]);
    }
    if (each.do === 'swap') {
      const place = each.call % Math.max(1, calls.length);
      const call = calls[place];
      if (call === undefined) continue;
      const outcomes = [{ grant: call.grant, failure: { kind: 'cancelled' as const } }];
      const next = { outcomes, chain: each.chain, deadlineSeconds: 40, unused: call.grant };
      const { admission } = await guards.failOver(call, next);
      calls.splice(place, 1, ...(admission.verdict === 'granted' ? [admission] : []));
      const decision = admission.verdict === 'granted' ? admission.grant.provider : admission.reason;
      seen.push([decision, admission.providers.map(({ state }) => state)]);
    }
    if (each.do === 'conclude') {
      const call = calls.splice(each.call % Math.max(1, calls.length), 1)[0];
      if (call === undefined) continue;
      const { opened, closed, parkedNow } = await conclude(guards, call, each.failure);
      seen.push([opened.map(({ provider, fail_count }) => [provider, fail_count]), closed, parkedNow]);
    }
    const readings = await guards.readBreakers();
    seen.push(readings.map(({ state, fail_count }) => [state, fail_count]));
  }
  return seen;
}

test('Redis and the local fallback decide the same, whatever happens in whatever order', async () => {
  const options = {
    limits: { rpmGlobal: 20, rpmByProvider: { openai: 10 }, rpmDefault: 12 },
    breaker: { windowSeconds: 100, failThreshold: 2, cooldownSeconds: 60 },
  };
  const away = connectTo('redis://127.0.0.1:1');
  away.disconnect();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 30, maxLength: 80, size: 'max' }), async (steps) => {
      await redis.flushall();
      const shared = openGuards({ redis, statePath: temporaryFile(), ...options });
      const local = openGuards({ redis: away, statePath: temporaryFile(), ...options });
      const inRedis = await run(shared.guards, steps, (seconds) => passInRedis(redis, seconds));
      const here = await run(local.guards, steps, async (seconds) => void (local.clock.seconds += seconds));
      expect(inRedis).toEqual(here);
      expect(shared.errors).toEqual([]);
    }),
    { numRuns: 25, endOnFailure: true },
  );
}, 60_000);
