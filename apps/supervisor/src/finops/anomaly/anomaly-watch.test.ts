import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { HOUR_SECONDS, noSpend, type HourCell, type LedgerLine } from '@nexus/finops';
import { CIRCUIT_PROVIDERS, createLedger } from '@nexus/finops-ledger';
import { PROVIDERS } from '@nexus/llm-router';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { connectRedis, createLogger, readSettings, registerMetrics } from '@nexus/runtime';
import type { Alert } from '../../alerts/alert.ts';
import { anomalyMetricDefinitions } from './anomaly-metrics.ts';
import { anomalyWatchVariables } from './anomaly-watch-variables.ts';
import { createAnomalyWatch, type WatchedLedger } from './create-anomaly-watch.ts';

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

/** Monday, 2026-01-05, midnight UTC. */
const MONDAY = 1_767_571_200;
const hourOf = (index: number) => MONDAY + index * HOUR_SECONDS;
const WEEKS_5 = 5 * 168;

type Spend = { team: string; project: string; model: string; usd: number };
type SpendOf = (hour: number) => Spend[];

const red = (usd: number): Spend => ({ team: 'red', project: 'one', model: 'gpt', usd });
const blue = (usd: number): Spend => ({ team: 'blue', project: 'two', model: 'mini', usd });
const ordinary: SpendOf = () => [red(10), blue(5)];

function cellsOf(index: number, spends: readonly Spend[]): HourCell[] {
  return spends.map(({ usd, ...tags }) => ({
    ...noSpend,
    ...tags,
    hour: hourOf(index),
    provider: 'openai',
    purpose: 'ops',
    calls: Math.max(1, Math.round(usd)),
    cost_nano: BigInt(Math.round(usd * 1e9)),
  }));
}

/** A watch over spend that a function of the hour says, with what it told and wrote. */
function open(spend: SpendOf = ordinary, environment: Record<string, string> = {}, real?: WatchedLedger) {
  const read = readSettings(anomalyWatchVariables, { ANOMALY_COST_USD_RATE_THRESHOLD: '1000', ...environment });
  if (!read.ok) throw new Error(JSON.stringify(read.problems));
  const lines: string[] = [];
  const logger = createLogger({ level: 'DEBUG', name: 'test', write: (line) => void lines.push(line) });
  const metrics = registerMetrics(anomalyMetricDefinitions, { logger });
  const told: Alert[] = [];
  const world = { seconds: 0, spend, reads: 0, failAppend: undefined as Error | undefined, lines: [] as LedgerLine[] };
  const ledger = {
    async hourCells(from: number, to: number) {
      world.reads += 1;
      const cells: HourCell[] = [];
      for (let hour = from; hour <= to; hour += HOUR_SECONDS) {
        const index = (hour - MONDAY) / HOUR_SECONDS;
        if (index >= 0 && hour <= world.seconds) cells.push(...cellsOf(index, world.spend(index)));
      }
      return cells;
    },
    async *lines() {
      yield* world.lines;
    },
  };
  const alerts = {
    async append(alert: Alert) {
      if (world.failAppend !== undefined) throw world.failAppend;
      told.push(alert);
      return '1-1';
    },
  };
  const settings = { ...read.values, BREAKER_FAIL_THRESHOLD: 5, BREAKER_WINDOW_SECONDS: 300, FINOPS_TZ: 'UTC' };
  let ids = 0;
  const watchOf = () =>
    createAnomalyWatch({
      redis,
      ledger: real ?? ledger,
      settings,
      alerts,
      metrics: metrics.handles,
      logger,
      now: () => world.seconds * 1000,
      newId: () => `watch-${(ids += 1)}-${Math.random()}`,
    });
  const watch = watchOf();
  const lookAt = async (index: number, minutes: number) => {
    world.seconds = hourOf(index) + minutes * 60;
    await watch.run();
  };
  const logged = (event: string) => lines.filter((line) => line.includes(`"${event}"`));
  return {
    ...watch,
    world,
    told,
    lookAt,
    logged,
    watchOf,
    expose: metrics.expose,
    scopes: () => told.map((alert) => alert.payload['scope']),
  };
}

test('the circuits that are looked at are those of the router', () => {
  expect([...CIRCUIT_PROVIDERS].sort()).toEqual([...PROVIDERS].sort());
});

describe('spend', () => {
  test('an ordinary week is silent, and a look without a new hour reads one hour', async () => {
    const kit = open();
    await kit.lookAt(WEEKS_5, 10);
    expect(await redis.hlen('{nexus}:anomaly:series')).toBe(9);
    for (let index = WEEKS_5 + 1; index < WEEKS_5 + 24; index += 1) await kit.lookAt(index, 10);
    kit.world.reads = 0;
    await kit.lookAt(WEEKS_5 + 23, 11);
    expect(kit.world.reads).toBe(1);
    expect(kit.told).toEqual([]);
  });

  test('a runaway is told once, by what explains it, although it shows in every scope', async () => {
    const kit = open((hour) => (hour >= WEEKS_5 ? [red(10), blue(80)] : ordinary(hour)));
    await kit.lookAt(WEEKS_5, 4);
    expect(kit.told).toEqual([]);
    await kit.lookAt(WEEKS_5, 10);
    for (let index = WEEKS_5 + 1; index < WEEKS_5 + 6; index += 1) await kit.lookAt(index, 10);
    expect(kit.told).toHaveLength(1);
    expect(kit.told[0]).toMatchObject({
      event: 'anomaly',
      payload: {
        kind: 'spike',
        scope: 'project:blue/two',
        usd: 80,
        expected_usd: 5,
        by_calls_usd: 75,
        by_cost_a_call_usd: 0,
      },
    });
    expect(kit.told[0]?.sentence).toContain('NEXUS anomaly: spend: ');
    expect(JSON.stringify(kit.told[0]?.payload)).toContain('blue');
    expect(kit.logged('ANOMALY_FOUND')).toHaveLength(1);
    await kit.observe();
    expect(await kit.expose()).toContain('nexus_anomalies_total{kind="spike"} 1');
    expect(await kit.expose()).toMatch(/nexus_anomalies_open\{kind="spike"\} [1-9]/);
  });

  test('it is told before its hour is over', async () => {
    const kit = open((hour) => (hour === WEEKS_5 + 1 ? [red(500)] : ordinary(hour)));
    await kit.lookAt(WEEKS_5, 10);
    await kit.lookAt(WEEKS_5 + 1, 6);
    expect(kit.told).toHaveLength(1);
    await kit.lookAt(WEEKS_5 + 2, 6);
    await kit.lookAt(WEEKS_5 + 3, 6);
    await kit.lookAt(WEEKS_5 + 4, 6);
    expect(kit.told).toHaveLength(1);
    expect(kit.logged('ANOMALY_RESOLVED').length).toBeGreaterThan(0);
    await kit.observe();
    expect(await kit.expose()).toContain('nexus_anomalies_open{kind="spike"} 0');
  });

  test('two causes at the same time are told each', async () => {
    const kit = open((hour) => {
      if (hour < WEEKS_5) return ordinary(hour);
      return hour < WEEKS_5 + 2 ? [red(60), blue(5)] : [red(60), blue(5), { ...blue(70), model: 'gpt' }];
    });
    for (let index = WEEKS_5; index < WEEKS_5 + 8; index += 1) await kit.lookAt(index, 10);
    const named = kit.told.map(({ payload }) => JSON.stringify(payload));
    expect(named).toHaveLength(2);
    expect(named[0]).toContain('red');
    expect(named[1]).toContain('blue');
  });

  test('an outage is told once', async () => {
    const kit = open((hour) => (hour >= WEEKS_5 ? [red(10)] : ordinary(hour)));
    for (let index = WEEKS_5; index < WEEKS_5 + 12; index += 1) await kit.lookAt(index, 10);
    expect(kit.told).toHaveLength(1);
    expect(kit.told[0]?.payload).toMatchObject({ kind: 'outage', usd: 0 });
    expect(kit.told[0]?.sentence).toContain('nothing for');
  });

  test('the first look tells what is open, not what was', async () => {
    const kit = open((hour) => (hour === WEEKS_5 - 100 || hour >= WEEKS_5 - 2 ? [red(200)] : ordinary(hour)));
    await kit.lookAt(WEEKS_5, 10);
    expect(kit.told).toHaveLength(1);
  });

  test('hours that were missed are made up for', async () => {
    const kit = open((hour) => (hour >= WEEKS_5 + 5 ? [red(10), blue(90)] : ordinary(hour)));
    await kit.lookAt(WEEKS_5, 10);
    await kit.lookAt(WEEKS_5 + 9, 10);
    expect(kit.told).toHaveLength(1);
    expect(kit.told[0]?.payload['since']).toBe(new Date(hourOf(WEEKS_5 + 5) * 1000).toISOString());
  });

  test('what is muted is not told until the plan is over', async () => {
    const kit = open((hour) => (hour >= WEEKS_5 ? [red(10), blue(80)] : ordinary(hour)));
    await redis.hset('{nexus}:anomaly:muted', 'total', hourOf(WEEKS_5 + 3));
    for (let index = WEEKS_5; index < WEEKS_5 + 3; index += 1) await kit.lookAt(index, 10);
    expect(kit.told).toEqual([]);
    await kit.observe();
    expect(await kit.expose()).toContain('nexus_anomalies_open{kind="spike"} 0');
    for (let index = WEEKS_5 + 3; index < WEEKS_5 + 6; index += 1) await kit.lookAt(index, 10);
    expect(kit.told).toHaveLength(1);
  });

  test('an alert that cannot be stored is told at the next look', async () => {
    const kit = open((hour) => (hour >= WEEKS_5 ? [red(10), blue(80)] : ordinary(hour)));
    await kit.lookAt(WEEKS_5 - 1, 10);
    kit.world.failAppend = new Error('Connection is closed.');
    await expect(kit.lookAt(WEEKS_5 + 1, 10)).rejects.toThrow('Connection is closed.');
    kit.world.failAppend = undefined;
    await kit.lookAt(WEEKS_5 + 1, 11);
    expect(kit.told).toHaveLength(1);
  });

  test('of many processes one tells it', async () => {
    const kit = open((hour) => (hour >= WEEKS_5 ? [red(10), blue(80)] : ordinary(hour)));
    kit.world.seconds = hourOf(WEEKS_5 + 1) + 600;
    await Promise.all(Array.from({ length: 5 }, () => kit.watchOf().run()));
    await redis.del('{nexus}:anomaly:hour', '{nexus}:anomaly:series', '{nexus}:anomaly:episodes');
    await kit.watchOf().run();
    expect(kit.told).toHaveLength(1);
  });

  test('more scopes than the bound are said, and the total is among those that are watched', async () => {
    const many = Array.from({ length: 400 }, (_, index) => ({ ...red(1), team: `team-${index}` }));
    const kit = open(() => many);
    kit.world.spend = (hour) => (hour >= WEEKS_5 - 30 ? many : []);
    await kit.lookAt(WEEKS_5, 10);
    expect(await redis.hlen('{nexus}:anomaly:series')).toBe(300);
    expect(await redis.hexists('{nexus}:anomaly:series', 'total')).toBe(1);
    expect(kit.logged('ANOMALY_SCOPES_BOUNDED')).toHaveLength(1);
  });

  test('names in alerts and logs do nothing', async () => {
    const evil = '<!channel> kim.minsu@example.com';
    const kit = open((hour) => (hour >= WEEKS_5 ? [{ ...red(900), team: evil }] : [{ ...red(10), team: evil }]));
    await kit.lookAt(WEEKS_5, 10);
    await kit.lookAt(WEEKS_5 + 1, 10);
    const text = JSON.stringify([kit.told, kit.logged('ANOMALY_FOUND')]);
    expect(text).not.toMatch(/<!channel|minsu/);
    expect(text).toContain('channel');
  });
});

describe('rules', () => {
  const line = (nano: bigint) => ({
    ts: 0,
    actual_nano: nano,
    provider: 'openai',
    model: 'gpt',
    team: 'ops',
    project: 'a',
  });

  test('each is told once in its window, over every process', async () => {
    const kit = open(() => [], { ANOMALY_COST_USD_RATE_THRESHOLD: '2' });
    kit.world.seconds = MONDAY;
    const at = (nano: bigint) => ({ ...line(nano), ts: MONDAY * 1000 - 1000 }) as LedgerLine;
    kit.world.lines = [at(1_000_000_000n)];
    await kit.run();
    expect(kit.told).toEqual([]);
    kit.world.lines.push(at(1_000_000_000n));
    const soon = Date.now() / 1000 + 3600;
    await redis.hset('nexus:breaker:glm', { fail_count: 5, opened_ts: soon - 3600 - 400, open_until: soon });
    await Promise.all([kit.run(), kit.watchOf().run()]);
    await kit.run();
    expect(kit.told.map(({ payload }) => payload['key'])).toEqual(['cost', 'breaker_open:glm']);
    expect(kit.told[0]?.payload).toMatchObject({ spent_nano: '2000000000', threshold_nano: '2000000000' });
    expect(await redis.ttl('{nexus}:anomaly:told:alerts:cost')).toBeGreaterThan(800);
    await kit.observe();
    expect(await kit.expose()).toContain('nexus_anomalies_open{kind="breaker_open"} 1');
    await redis.del('{nexus}:anomaly:told:alerts:cost');
    await kit.run();
    expect(kit.told).toHaveLength(3);
  });

  test('count the audit stream as the router writes it', async () => {
    const kit = open(() => [], { ANOMALY_429_BURST_THRESHOLD: '2' });
    kit.world.seconds = Date.now() / 1000;
    const record = {
      type: 'llm_provider_error',
      ts_utc: new Date().toISOString(),
      provider: 'glm',
      reason: 'PROVIDER_RATE_LIMIT',
    };
    kit.world.seconds = Date.now() / 1000 + 1;
    await redis.xadd('{nexus}:llm-audit', '*', 'record', JSON.stringify(record));
    await kit.run();
    expect(kit.told).toEqual([]);
    await redis.xadd('{nexus}:llm-audit', '*', 'record', JSON.stringify(record));
    await redis.xadd('{nexus}:llm-audit', '*', 'record', '{"half');
    await kit.run();
    expect(kit.told[0]?.payload).toMatchObject({
      key: 'rate_limit_burst',
      count: 2,
      providers: [{ name: 'glm', count: 2 }],
    });
    expect(kit.logged('ANOMALY_RECORDS_SKIPPED')).toHaveLength(1);
  });

  test('that cannot be read do not keep spend from being watched', async () => {
    await redis.set('nexus:breaker:glm', 'x');
    const kit = open((hour) => (hour >= WEEKS_5 ? [red(10), blue(80)] : ordinary(hour)));
    await expect(kit.lookAt(WEEKS_5 + 1, 10)).rejects.toThrow('WRONGTYPE');
    expect(kit.told).toHaveLength(1);
    expect(await redis.exists('{nexus}:anomaly:lease')).toBe(0);
  });
});

test('reads the ledger as it is', async () => {
  const now = Date.now();
  const ledger = createLedger(redis, {
    zone: 'UTC',
    dailyNano: 10n ** 12n,
    softFraction: 1,
    hardFraction: 1,
    now: () => now,
  });
  const kit = open(() => [], { ANOMALY_COST_USD_RATE_THRESHOLD: '2' }, ledger);
  const tags = { team: 'ops', project: 'chat', purpose: 'answer' };
  const reservation = await ledger.reserve({ reservation_id: 'one', estimate_nano: 1n, tags, lifetime_s: 60 });
  if (reservation?.ok !== true) throw new Error('the reservation was refused');
  await ledger.settle('one', {
    reserved_at: reservation.reserved_at,
    estimate_nano: 1n,
    actual_nano: 2_500_000_000n,
    list_nano: 2_500_000_000n,
    provider: 'openai',
    model: 'gpt',
    tags,
    usage: { input: 1, cache_read: 0, cache_write: 0, output: 1, reasoning: 0 },
    approx: false,
    wasted: false,
    price_source: 'book',
    key_id: 'k',
    fp: '0123456789abcdef',
    task_id: null,
    latency_ms: 5,
    budget_reason: 'ok',
  });
  kit.world.seconds = reservation.reserved_at / 1000 + 1;
  await kit.run();
  expect(kit.told.map(({ payload }) => [payload['key'], payload['spent_nano']])).toEqual([['cost', '2500000000']]);
  kit.world.seconds += 2 * HOUR_SECONDS;
  await kit.run();
  const series = await redis.hget('{nexus}:anomaly:series', 'project:ops/chat');
  expect((JSON.parse(series ?? '{}') as { usd: number[] }).usd).toContain(2.5);
});
