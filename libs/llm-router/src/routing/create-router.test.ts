import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { startLlmSimulator, type Fault, type LlmSimulator } from '@nexus/simulators';
import type { Redis } from 'ioredis';
import { connectTo } from '../testing/guard-fixture.ts';
import { openRouter, type RouterFixture, type RouterFixtureOptions } from '../testing/router-fixture.ts';
import type { RouterEventItem } from './create-router.ts';

let server: TestRedis;
let redis: Redis;
let simulator: LlmSimulator;
const opened: RouterFixture[] = [];

beforeAll(async () => {
  server = await startTestRedis();
  simulator = await startLlmSimulator();
});
beforeEach(async () => {
  redis = connectTo(server.url);
  await redis.flushall();
  simulator.reset();
});
afterEach(async () => {
  for (const fixture of opened.splice(0)) {
    await fixture.router.concluded();
    // The law of every test: nothing stays reserved, and what was spent is what was told.
    const billed = fixture.events.flatMap((event) => (event.type === 'billed' ? event.billing.actual_nano : []));
    expect(fixture.ledger.day().reserved).toBe(0n);
    expect(fixture.ledger.day().spent).toBe(billed.reduce((sum, nano) => sum + nano, 0n));
    expect(
      JSON.stringify(fixture.events, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value)),
    ).not.toContain('secret-');
    await fixture.close();
  }
  redis.disconnect();
});
afterAll(async () => {
  await simulator.close();
  await server.stop();
});

function open(setup: Partial<RouterFixtureOptions> = {}): RouterFixture {
  const fixture = openRouter({ redis, simulator, ...setup });
  opened.push(fixture);
  return fixture;
}

describe('a chain', () => {
  test('the first provider answers: one attempt, settled at its usage', async () => {
    const { router, call, events } = open();
    const answer = await router.generate(call({ text: 'hello' }));
    expect(answer).toMatchObject({ provider: 'gemini', model: 'gemini-model', deduped: false, degraded: false });
    expect(answer.text).toContain('hello');
    expect(answer.attempts).toHaveLength(1);
    expect(answer.costNano).toBeGreaterThan(0n);
    await router.concluded();
    expect(events.map(({ type }) => type)).toEqual(['attempt', 'billed', 'dedupe_set']);
  });

  const curable: Fault[] = [
    { kind: 'serverError' },
    { kind: 'overloaded' },
    { kind: 'badKey' },
    { kind: 'modelMissing' },
    { kind: 'noMoney' },
    { kind: 'quotaPerDay' },
    { kind: 'throttled' },
    { kind: 'html200' },
    { kind: 'errorIn200' },
    { kind: 'brokenJson' },
    { kind: 'emptyAnswer' },
    { kind: 'blocked' },
    { kind: 'cutSocketMidBody' },
  ];
  test.each(curable.map((fault) => [fault.kind, fault] as const))(
    '%s: the next provider answers',
    async (_kind, fault) => {
      const { router, call } = open();
      simulator.script('gemini', [fault]);
      const answer = await router.generate(call());
      expect(answer).toMatchObject({ provider: 'openai', degraded: true });
      expect(answer.attempts.map(({ provider, ok }) => [provider, ok])).toEqual([
        ['gemini', false],
        ['openai', true],
      ]);
      expect([simulator.hitCount('gemini'), simulator.hitCount('openai')]).toEqual([1, 1]);
    },
  );

  test('a bad request is nobody else’s business', async () => {
    const { router, call } = open();
    simulator.script('gemini', [{ kind: 'badRequest' }]);
    await expect(router.generate(call())).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' });
    expect(simulator.hitCount('openai')).toBe(0);
  });

  test('when nobody answers the last failure decides, and nothing is shared or kept', async () => {
    const { router, call } = open();
    simulator.always('gemini', { kind: 'serverError' });
    simulator.always('openai', { kind: 'badKey' });
    await expect(router.generate(call({ text: 'same' }))).rejects.toMatchObject({ code: 'PROVIDER_AUTH_ERROR' });
    await expect(router.generate(call({ text: 'same' }))).rejects.toMatchObject({ code: 'PROVIDER_AUTH_ERROR' });
    expect(simulator.hitCount('gemini')).toBe(2);
  });

  test('the same provider is tried again as often as allowed, waiting as asked', async () => {
    const { router, call, waits } = open({ options: { maxRetries: 2 } });
    simulator.script('gemini', [{ kind: 'serverError' }, { kind: 'serverError' }]);
    expect(await router.generate(call())).toMatchObject({ provider: 'gemini', degraded: false });
    expect(waits).toEqual([700, 1400]);
  });

  test('a provider override makes a chain of one', async () => {
    const { router, call } = open();
    simulator.script('openai', [{ kind: 'serverError' }]);
    await expect(router.generate(call({ provider: 'openai' }))).rejects.toMatchObject({
      code: 'PROVIDER_UPSTREAM_ERROR',
    });
    expect(simulator.hitCount('gemini')).toBe(0);
  });

  test('an open circuit is passed over; when all are open the call is refused with the shortest wait', async () => {
    const { router, call } = open({ failThreshold: 1 });
    simulator.always('gemini', { kind: 'serverError' });
    await router.generate(call());
    await router.generate(call());
    expect(simulator.hitCount('gemini')).toBe(1);
    simulator.always('openai', { kind: 'serverError' });
    await expect(router.generate(call())).rejects.toMatchObject({ code: 'PROVIDER_UPSTREAM_ERROR' });
    await expect(router.generate(call())).rejects.toMatchObject({
      name: 'CallRefused',
      code: 'PROVIDER_UPSTREAM_ERROR',
      retryAfterSeconds: expect.any(Number),
    });
    expect(simulator.hitCount('openai')).toBe(3);
  });
});

describe('money', () => {
  test('what is over the hard budget is refused before anybody is asked', async () => {
    const { router, call } = open({ dailyNano: 10n });
    await expect(router.generate(call())).rejects.toMatchObject({ code: 'BUDGET_EXCEEDED' });
    expect(simulator.hitCount('gemini') + simulator.hitCount('openai')).toBe(0);
  });

  test('past the soft budget answers are capped and the cheapest goes first, unless the caller insists', async () => {
    const { router, call } = open({
      chain: ['openai', 'gemini'],
      dailyNano: 1_300_000n,
      options: { soft: { maxOutputTokens: 7, preferCheapest: true } },
    });
    const answer = await router.generate(call());
    expect(answer).toMatchObject({ provider: 'gemini', degraded: true });
    expect(JSON.stringify(simulator.hits('gemini')[0]?.body)).toContain('"maxOutputTokens":7');
    const pinned = await router.generate(call({ provider: 'openai' })).catch((error: unknown) => error);
    expect(pinned).toMatchObject({ provider: 'openai', degraded: true });
  });

  test('a provider that does not answer in time may have used everything: the whole reservation is paid', async () => {
    const { router, call, ledger } = open({ options: { timeoutSeconds: 0.2 } });
    simulator.script('gemini', [{ kind: 'hang' }]);
    expect(await router.generate(call())).toMatchObject({ provider: 'openai' });
    const [silent, answered] = ledger.settlements;
    expect(silent).toMatchObject({ provider: 'gemini', approx: true, wasted: true });
    expect(silent?.actual_nano).toBe(silent?.estimated_nano);
    expect(answered).toMatchObject({ provider: 'openai', approx: false, wasted: false });
  });

  test('a reservation whose answer was lost is given back when the call comes to nothing', async () => {
    const given: string[] = [];
    const { router, call, ledger } = open({
      ledger: (memory) => ({
        ...memory,
        async reserve(request) {
          await memory.reserve(request);
          throw new Error('the reply was lost');
        },
        async void(id) {
          given.push(id);
          return memory.void(id);
        },
      }),
    });
    simulator.always('gemini', { kind: 'badRequest' });
    await expect(router.generate(call())).rejects.toThrow('the reply was lost');
    expect([given.length, ledger.day().reserved]).toEqual([1, 0n]);
  });

  test('an answer that cannot be used but was paid is settled, and the next attempt reserves anew', async () => {
    const { router, call, ledger } = open();
    simulator.script('gemini', [{ kind: 'emptyAnswer' }]);
    const answer = await router.generate(call());
    expect(ledger.settlements.map(({ provider }) => provider)).toEqual(['gemini', 'openai']);
    expect(answer.costNano).toBe(ledger.day().spent);
  });

  test('a ledger that cannot be read spends nothing; one that cannot be reached afterwards keeps the answer', async () => {
    const closed = open({ ledger: (ledger) => ({ ...ledger, reserve: () => Promise.reject(new Error('no ledger')) }) });
    await expect(closed.router.generate(closed.call())).rejects.toThrow('no ledger');
    expect(simulator.hitCount('gemini')).toBe(0);
    const lost: string[] = [];
    const late = open({
      ledger: (ledger) => ({
        ...ledger,
        settle: async (id, settlement) => {
          lost.push(id);
          await ledger.settle(id, settlement);
          throw new Error('the reply was lost');
        },
      }),
    });
    expect(await late.router.generate(late.call())).toMatchObject({ provider: 'gemini' });
    await late.router.concluded();
    expect(late.events).toContainEqual(expect.objectContaining({ type: 'settle_failed', reservation_id: lost[0] }));
  });
});

describe('equal calls', () => {
  test('twenty at once are one call of the provider, cost once, and the rest is told as shared', async () => {
    const { router, call } = open();
    const answers = await Promise.all(Array.from({ length: 20 }, () => router.generate(call({ text: 'the same' }))));
    expect(simulator.hitCount('gemini')).toBe(1);
    expect(answers.filter(({ deduped }) => deduped)).toHaveLength(19);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers.filter(({ costNano }) => costNano > 0n)).toHaveLength(1);
  });

  test('a TTL of 0 asks again', async () => {
    const { router, call } = open();
    for (let n = 0; n < 2; n += 1) await router.generate(call({ text: 'again', cacheTtlSeconds: 0 }));
    expect(simulator.hitCount('gemini')).toBe(2);
  });
});

async function read(stream: AsyncGenerator<RouterEventItem, void>): Promise<RouterEventItem[]> {
  const items: RouterEventItem[] = [];
  for await (const item of stream) items.push(item);
  return items;
}

describe('the end of a call', () => {
  const ends: [string, (fixture: RouterFixture) => Promise<unknown>][] = [
    ['an answer', ({ router, call }) => router.generate(call())],
    ['a stream', ({ router, call }) => read(router.stream(call()))],
    [
      'a failure',
      ({ router, call }) => {
        simulator.always('gemini', { kind: 'badRequest' });
        return expect(router.generate(call())).rejects.toMatchObject({ code: 'PAYLOAD_INVALID' });
      },
    ],
  ];

  test.each(ends)(
    '%s waits for no guard and no ledger; who wants to know when they were told can',
    async (_what, ask) => {
      let tell: () => void = () => undefined;
      const gate = new Promise<void>((resolve) => (tell = resolve));
      const fixture = open({
        guards: (guards) => ({
          ...guards,
          async conclude(granted, end) {
            await gate;
            return guards.conclude(granted, end);
          },
        }),
      });
      await ask(fixture);
      let told = false;
      const concluded = fixture.router.concluded().then(() => (told = true));
      // Somebody else's call runs meanwhile, as far as its own end.
      simulator.reset();
      await fixture.router.generate(fixture.call());
      expect(told).toBe(false);
      tell();
      await concluded;
    },
  );

  test('is on its way to Redis before anybody can ask again', async () => {
    const { router, call, events } = open();
    const first = await router.generate(call({ text: 'twice' }));
    expect(events.map(({ type }) => type)).not.toContain('dedupe_set');
    expect(await router.generate(call({ text: 'twice' }))).toMatchObject({ deduped: true, text: first.text });
    expect(simulator.hitCount('gemini')).toBe(1);
  });

  test('that cannot be told is said; the answer is given, and its cost counts', async () => {
    const { router, call, events, ledger } = open({
      guards: (guards) => ({
        ...guards,
        async conclude(granted, end) {
          await guards.conclude(granted, end);
          throw new Error('a fault of the guards');
        },
      }),
    });
    const answer = await router.generate(call());
    await router.concluded();
    expect(events.filter(({ type }) => type === 'conclude_failed')).toEqual([
      { type: 'conclude_failed', error: new Error('a fault of the guards') },
    ]);
    expect(ledger.day()).toMatchObject({ spent: answer.costNano, reserved: 0n });
  });
});

describe('a stream', () => {
  test('yields deltas that add up to the answer', async () => {
    const { router, call } = open();
    const items = await read(router.stream(call({ text: 'tell me' })));
    const end = items.at(-1);
    if (end?.type !== 'end') throw new Error('no end');
    expect(
      items
        .slice(0, -1)
        .map((item) => (item.type === 'text' ? item.text : ''))
        .join(''),
    ).toBe(end.answer.text);
    expect(end.answer.costNano).toBeGreaterThan(0n);
    const again = await read(router.stream(call({ text: 'tell me' })));
    expect(again.at(-1)).toMatchObject({ type: 'end', answer: { deduped: true, text: end.answer.text } });
  });

  test('falls over before the first token, not after it', async () => {
    const { router, call } = open();
    simulator.script('gemini', [{ kind: 'errorIn200' }]);
    expect((await read(router.stream(call()))).at(-1)).toMatchObject({ type: 'end', answer: { provider: 'openai' } });
    simulator.script('gemini', [{ kind: 'errorAfterFirstEvent' }]);
    const seen: RouterEventItem[] = [];
    const broken = async () => {
      for await (const item of router.stream(call())) seen.push(item);
    };
    await expect(broken()).rejects.toMatchObject({ code: 'PROVIDER_UPSTREAM_ERROR' });
    expect(seen.some((item) => item.type === 'text')).toBe(true);
    expect(simulator.hitCount('openai')).toBe(1);
  });

  test('a caller who hangs up is still billed for what was made', async () => {
    const { router, call, ledger } = open();
    const controller = new AbortController();
    simulator.script('gemini', [{ kind: 'hangStreamAfter', events: 3 }]);
    for await (const item of router.stream(call({ signal: controller.signal, text: 'a long story '.repeat(50) }))) {
      if (item.type === 'text') controller.abort();
      if (item.type === 'text') break;
    }
    expect(ledger.settlements).toEqual([expect.objectContaining({ provider: 'gemini', approx: true })]);
    await simulator.settled();
    expect(simulator.hits('gemini')[0]?.aborted).toBe(true);
  });
});
