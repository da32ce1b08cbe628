import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { newSeries, step, type RuleFinding, type SpentAmount } from '@nexus/finops';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { connectRedis, readSettings } from '@nexus/runtime';
import fc from 'fast-check';
import { episodeLine, ruleLine } from './anomaly-lines.ts';
import { createAnomalyStore } from './anomaly-store.ts';
import { anomalyVariables } from './anomaly-variables.ts';
import { applyRules, type RuleSources } from './apply-rules.ts';
import { plainName } from './plain-name.ts';
import { circuitOf, readCircuits } from './read-circuits.ts';
import { readRateLimits } from './read-rate-limits.ts';
import { createToldAnomalies } from './told-anomalies.ts';

let server: TestRedis;
let redis: ReturnType<typeof connectRedis>;

beforeAll(async () => {
  server = await startTestRedis();
  redis = connectRedis({ url: server.url, purpose: 'request', name: 'test', onError: () => undefined });
});
beforeEach(async () => void (await redis.flushall()));
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

const NOW = Date.UTC(2026, 10, 22, 9);

function settingsOf(environment: Record<string, string> = {}) {
  const read = readSettings(anomalyVariables, environment);
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  return { ...read.values, BREAKER_FAIL_THRESHOLD: 5, BREAKER_WINDOW_SECONDS: 300 };
}

test('settings have the defaults of the contract', () => {
  expect(settingsOf()).toMatchObject({
    ANOMALY_WINDOW_MIN: 15,
    ANOMALY_COST_USD_RATE_THRESHOLD: '2.0',
    ANOMALY_BREAKER_OPEN_MIN: 5,
    ANOMALY_429_BURST_THRESHOLD: 20,
  });
  expect(settingsOf({ ANOMALY_COST_USD_RATE_THRESHOLD: '.5' }).ANOMALY_COST_USD_RATE_THRESHOLD).toBe('0.5');
  for (const wrong of ['-1', 'two', '1e3', '1.0000000001']) {
    expect(readSettings(anomalyVariables, { ANOMALY_COST_USD_RATE_THRESHOLD: wrong }).ok).toBe(false);
  }
});

describe('rate limits of the audit stream', () => {
  const record = (over: object = {}) =>
    JSON.stringify({
      type: 'llm_provider_error',
      ts_utc: new Date(NOW - 1000).toISOString(),
      provider: 'glm',
      reason: 'PROVIDER_RATE_LIMIT',
      ...over,
    });
  const add = (text: string, id: string = `${NOW}-*`) => redis.xadd('{nexus}:llm-audit', id, 'record', text);
  const read = () => readRateLimits(redis, { from: NOW - 900_000, until: NOW });

  test('are counted over pages; a bad record is skipped and counted', async () => {
    const pipeline = redis.pipeline();
    for (let index = 0; index < 2500; index += 1)
      pipeline.xadd('{nexus}:llm-audit', `${NOW}-${index + 1}`, 'record', record());
    await pipeline.exec();
    await add('{"broken"', `${NOW + 1}-1`);
    await add(record({ ts_utc: 'yesterday' }), `${NOW + 1}-2`);
    await redis.xadd('{nexus}:llm-audit', `${NOW + 1}-3`, 'other', 'field');
    const { window, skipped } = await read();
    expect(window.finding(1)).toMatchObject({ count: 2500, providers: [{ name: 'glm', count: 2500 }] });
    expect(skipped).toBe(3);
  });

  test('outside of the window, of another reason, or without a provider', async () => {
    await add(record(), `${NOW - 900_001}-1`);
    await add(record({ ts_utc: new Date(NOW - 900_001).toISOString() }));
    await add(record({ reason: null }));
    await add(record({ provider: null, type: 'llm_fail' }));
    expect((await read()).window.finding(1)).toMatchObject({ count: 1, providers: [] });
  });

  test('of a stream that is not there are none', async () => {
    expect((await read()).window.finding(1)).toBeUndefined();
  });
});

describe('circuits', () => {
  test('are read with the time of the store; what is no number counts as none', async () => {
    await redis.hset('nexus:breaker:glm', { fail_count: '5', open_until: '123.5', opened_ts: 'soon' });
    const { now, circuits } = await readCircuits(redis);
    expect(Math.abs(now - Date.now() / 1000)).toBeLessThan(60);
    expect(circuits).toHaveLength(5);
    expect(circuits.find(({ provider }) => provider === 'glm')).toEqual(
      circuitOf('glm', { fail_count: 5, open_until: 123.5 }),
    );
  });

  test('that are no hashes are an error, not silence', async () => {
    await redis.set('nexus:breaker:glm', 'x');
    await expect(readCircuits(redis)).rejects.toThrow('WRONGTYPE');
  });
});

describe('the rules', () => {
  const spent = (usd: string, ts = NOW): SpentAmount => {
    return { ts, nano: BigInt(usd), provider: 'openai', model: 'gpt', team: 'ops', project: 'a' };
  };
  async function* those(...all: SpentAmount[]) {
    yield* all;
  }
  const sources = (over: Partial<RuleSources> = {}): RuleSources => ({
    spent: () => those(),
    rateLimits: (window) => readRateLimits(redis, window),
    circuits: () => Promise.resolve(undefined),
    ...over,
  });

  test('find nothing where nothing is', async () => {
    expect(await applyRules(sources(), settingsOf(), NOW)).toEqual({ findings: [], skipped: 0 });
  });

  test('count what happened in this millisecond, and what is as old as the window, once', async () => {
    const settings = settingsOf({ ANOMALY_COST_USD_RATE_THRESHOLD: '0.000000002' });
    const at = (...times: number[]) =>
      applyRules(sources({ spent: () => those(...times.map((ts) => spent('1', ts))) }), settings, NOW);
    expect((await at(NOW, NOW - 15 * 60_000 + 1)).findings).toHaveLength(1);
    expect((await at(NOW, NOW - 15 * 60_000)).findings).toHaveLength(0);
  });

  test('remember circuits from one look to the next', async () => {
    const memory = createAnomalyStore(redis);
    const circuit = circuitOf('glm', { fail_count: 5, first_fail_ts: 1000, opened_ts: 1010, open_until: 1130 });
    const look = (now: number, opened_ts: number, store = memory) =>
      applyRules(
        sources({
          circuits: () => Promise.resolve({ now, circuits: [{ ...circuit, opened_ts, open_until: now + 60 }] }),
          memory: store,
        }),
        settingsOf(),
        NOW,
      );
    expect((await look(1010, 1010)).findings).toEqual([]);
    expect((await look(1310, 1300)).findings).toMatchObject([{ kind: 'breaker_open', since: 1010 }]);
    await redis.hset('{nexus}:anomaly:circuits', 'glm', 'garbage');
    expect((await look(1312, 1300)).findings).toEqual([]);
  });
});

describe('an anomaly is told once', () => {
  const told = (owner: string, receiver = 'chat') => createToldAnomalies(redis, { receiver, owner });

  test('by one of many, for as long as was said, to each receiver', async () => {
    const claims = await Promise.all(Array.from({ length: 20 }, (_, index) => told(`p${index}`).claim('cost')));
    expect(claims.filter(Boolean)).toHaveLength(1);
    await told('p').commit('cost', 900);
    expect(await redis.ttl('{nexus}:anomaly:told:chat:cost')).toBe(900);
    expect(await told('q').claim('cost')).toBe(false);
    expect(await told('q', 'webhook').claim('cost')).toBe(true);
    expect(await told('q').claim('breaker_open:glm')).toBe(true);
  });

  test('by the next one, when it could not be told', async () => {
    expect(await told('a').claim('cost')).toBe(true);
    await told('b').release('cost');
    expect(await told('b').claim('cost')).toBe(false);
    await told('a').release('cost');
    expect(await told('b').claim('cost')).toBe(true);
    expect(await redis.ttl('{nexus}:anomaly:told:chat:cost')).toBeGreaterThan(0);
  });

  test('whatever its key holds', async () => {
    await told('a').claim(`1:team:{x} ${'y'.repeat(500)}`);
    const [key = ''] = await redis.keys('*');
    expect(key).toMatch(/^\{nexus\}:anomaly:told:chat:sha256-[0-9a-f]{64}$/);
  });
});

describe('the store', () => {
  const state = step(newSeries('team:ops'), { hour: 3600, usd: 1.23456789, calls: 2 }).state;
  const episode = {
    id: '3600:team:ops',
    scope: 'team:ops',
    kind: 'spike' as const,
    state: 'open' as const,
    from: 3600,
    last: 3600,
    buckets: 1,
    usd: 9,
    expected: 1,
    low: 0.5,
    high: 2,
    score: 8,
    impact: 8,
    told_impact: 8,
    clean: 0,
  };

  test('gives back what was saved, and all of it expires', async () => {
    const store = createAnomalyStore(redis);
    expect(await store.hour()).toBeUndefined();
    await store.save({ series: [{ ...state, episode }], hour: 3600, episodes: [{ episode }] });
    expect(await store.hour()).toBe(3600);
    expect(await store.episodes()).toEqual([{ episode }]);
    expect((await store.series()).get('team:ops')).toEqual({ ...state, usd: [1.234568], episode });
    expect([...(await store.seriesOf(['team:ops', 'team:none'])).keys()]).toEqual(['team:ops']);
    for (const key of await redis.keys('*')) expect(await redis.ttl(key)).toBeGreaterThan(28 * 86_400);
    await store.save({ series: [], dropped: ['team:ops'], episodes: [] });
    expect([(await store.series()).size, await store.episodes(), await store.hour()]).toEqual([0, [], 3600]);
  });

  test('forgets what somebody else wrote there', async () => {
    const store = createAnomalyStore(redis);
    await redis.hset('{nexus}:anomaly:series', { a: '{"scope":"a","usd":"x"}', b: 'no' });
    await redis.hset('{nexus}:anomaly:episodes', 'x', '[]');
    await redis.set('{nexus}:anomaly:hour', 'noon');
    expect([(await store.series()).size, await store.episodes(), await store.hour()]).toEqual([0, [], undefined]);
  });

  test('leases to one at a time', async () => {
    const store = createAnomalyStore(redis);
    expect([await store.lease('a'), await store.lease('b')]).toEqual([true, false]);
    await store.release('b');
    expect(await store.lease('b')).toBe(false);
    await store.release('a');
    expect(await store.lease('b')).toBe(true);
  });

  test('mutes a scope until a time', async () => {
    const store = createAnomalyStore(redis);
    await store.mute('team:ops', 100);
    expect([...(await store.muted(99))]).toEqual([['team:ops', 100]]);
    expect((await store.muted(100)).size).toBe(0);
    expect([await store.unmute('team:ops'), await store.unmute('team:ops')]).toEqual([true, false]);
  });
});

describe('lines', () => {
  const cost: RuleFinding = {
    kind: 'cost',
    spent_nano: 3_219_999_999n,
    threshold_nano: 2_000_000_000n,
    window_min: 15,
    models: [{ name: 'openai/gpt', nano: 3_000_000_000n }],
    projects: [{ name: 'ops/<!channel>', nano: 3_000_000_000n }],
  };
  const burst: RuleFinding = {
    kind: 'rate_limit_burst',
    count: 25,
    threshold: 20,
    window_min: 15,
    providers: [{ name: 'glm', count: 25 }],
  };
  const breaker: RuleFinding = { kind: 'breaker_open', provider: 'glm', since: 0, minutes: 7, threshold_min: 5 };

  test('say what was found, and by which limit', () => {
    expect([cost, burst, breaker].map((finding) => ruleLine(finding))).toEqual([
      'cost: 3.21 USD in 15 min ≥ 2.00 USD (most: openai/gpt 3.00, ops/··channel· 3.00)',
      '429 burst: 25 in 15 min ≥ 20 (glm 25)',
      'breaker: glm open without a break for 7 min ≥ 5 min (since 1970-01-01T00:00:00.000Z)',
    ]);
    expect([cost, burst, breaker].map((finding) => ruleLine(finding, 'ko').split(':')[0])).toEqual([
      'cost',
      '429 burst',
      'breaker',
    ]);
    expect(ruleLine({ ...cost, spent_nano: 1_500n, threshold_nano: 0n, models: [], projects: [] })).toBe(
      'cost: 0.0000015 USD in 15 min ≥ 0.00 USD',
    );
  });

  test('about a scope say actual, expected, band and why', () => {
    const episode = {
      id: '0:team:ops',
      scope: 'team:ops',
      kind: 'spike' as const,
      state: 'open' as const,
      from: 0,
      last: 0,
      buckets: 1,
      usd: 40,
      expected: 4,
      low: 2,
      high: 8,
      score: 9,
      impact: 36,
      told_impact: 36,
      clean: 0,
    };
    const explanation = {
      usd: 40,
      expected: 4,
      difference: 36,
      volume: 30,
      price: 6,
      calls: 9,
      expected_calls: 1,
      contributors: [{ scope: 'project:ops/x', usd: 35, expected: 0, difference: 35 }],
    };
    expect(episodeLine({ episode, explanation })).toBe(
      'spend: team:ops 40.00 USD in the hour, expected 4.00 (band 2.00–8.00): project:ops/x +35.00; by calls +30.00, by cost a call +6.00',
    );
    expect(episodeLine({ episode }, 'ko')).toContain('예상 4.00 (범위 2.00–8.00)');
    const outage = { ...episode, kind: 'outage' as const, last: 7200, usd: 0 };
    expect(episodeLine({ episode: outage })).toBe(
      'spend: team:ops nothing for 3 h (since 1970-01-01T00:00:00.000Z, usually 4.00 USD an hour)',
    );
    expect(episodeLine({ episode: outage }, 'ko')).toContain('3시간째 지출 없음');
  });

  test('hold names that do nothing', () => {
    expect(plainName('team_a/project-1.2')).toBe('team_a/project-1.2');
    expect(plainName('_bold_ *x* ~y~ `z`')).toBe('·bold· ···x··· ·y· ·z·');
    expect(plainName('https://evil.example/a')).toBe('https:/·evil.example/a');
    expect(plainName('한국 팀')).toBe('한국 팀');
    expect(plainName(' ')).toBe('·');
    expect(plainName('kim.minsu@example.com')).not.toContain('minsu');
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (name) => {
        const plain = plainName(name);
        expect(plain.length).toBeGreaterThan(0);
        expect(plain.length).toBeLessThanOrEqual(60);
        expect(plain).not.toMatch(/[<>@*`[\]()&|\\#~\p{Cc}]|\p{Bidi_Control}|\/\//u);
      }),
    );
  });
});
