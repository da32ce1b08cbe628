import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { LedgerLine } from '@nexus/finops';
import { createLedger } from '@nexus/finops-ledger';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { connectRedis } from '@nexus/runtime';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { usage } from '../commands/anomaly-watch.ts';
import type { OperatorConsole } from '../letters/operator-console.ts';
import { runAnomalyWatch } from './run-anomaly-watch.ts';
import { watchHelp } from './watch-help.ts';

const ROOT = join(import.meta.dirname, '../../../..');
let server: TestRedis;
let redis: ReturnType<typeof connectRedis>;
let directory: string;
let receiver: Server;
let base: string;
const received: { path: string; text: string }[] = [];
const status: Record<string, number> = {};

beforeAll(async () => {
  server = await startTestRedis();
  redis = connectRedis({ url: server.url, purpose: 'request', name: 'test', onError: () => undefined });
  directory = await mkdtemp(join(tmpdir(), 'nexus-anomaly-'));
  receiver = createServer((request, response) => {
    void text(request).then((body) => {
      const path = request.url ?? '';
      received.push({ path, text: body });
      response.writeHead(status[path] ?? 200).end('ok');
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}`;
});
beforeEach(async () => {
  await redis.flushall();
  received.length = 0;
  for (const path of Object.keys(status)) delete status[path];
});
afterAll(async () => {
  redis.disconnect();
  receiver.closeAllConnections();
  await Promise.all([server.stop(), rm(directory, { recursive: true }), new Promise((done) => receiver.close(done))]);
});

const NOW = Date.UTC(2026, 10, 22, 9);
type Line = Pick<LedgerLine, 'ts' | 'actual_nano' | 'provider' | 'model' | 'team' | 'project'>;
const line = (usd: number, ts = NOW - 60_000): Line => {
  const nano = BigInt(Math.round(usd * 1e9));
  return { ts, actual_nano: nano, provider: 'openai', model: 'gpt', team: 'ops', project: 'chat' };
};

type Asked = { environment?: Record<string, string>; lines?: Line[]; now?: number };

/** The command in this process: what it printed, and its status. */
async function watch(words: string[], { environment = {}, lines = [], now = NOW }: Asked = {}) {
  const printed = { out: '', notes: '' };
  const console: OperatorConsole = {
    result: (written) => void (printed.out += written),
    note: (written) => void (printed.notes += written),
    paint: (_, written) => written,
    width: undefined,
    redraws: false,
    confirm: undefined,
  };
  const command = {
    root: directory,
    workingDirectory: directory,
    environment: { REDIS_URL: server.url, NEXUS_LANG: 'en', SLACK_WEBHOOK_URL: `${base}/slack-geheim`, ...environment },
  };
  async function* read() {
    yield* lines as LedgerLine[];
  }
  const surroundings = { console, now: () => now, openLedger: () => ({ lines: read }) };
  return { status: await runAnomalyWatch(words, command, surroundings), ...printed };
}

async function file(name: string, ...records: (object | string)[]): Promise<string> {
  const path = join(directory, name);
  const written = records.map((record) => (typeof record === 'string' ? record : JSON.stringify(record)));
  await writeFile(path, `${written.join('\n')}\n`);
  return name;
}

const cost = (usd: unknown, over: object = {}) => ({
  ts_utc: new Date(NOW - 60_000).toISOString(),
  provider: 'openai',
  model: 'gpt',
  team: 'ops',
  project: 'chat',
  actual_cost_usd: usd,
  ...over,
});
const limited = (over: object = {}) => ({
  type: 'llm_provider_error',
  ts_utc: new Date(NOW - 60_000).toISOString(),
  provider: 'glm',
  reason: 'PROVIDER_RATE_LIMIT',
  ...over,
});

describe('normal', () => {
  test('is silent', async () => {
    expect(await watch([], { lines: [line(1.99)] })).toEqual({ status: 0, out: '', notes: '' });
    expect(received).toEqual([]);
    expect(await redis.keys('*')).toEqual([]);
  });

  test('as JSON it is a document', async () => {
    const { status: code, out } = await watch(['--json']);
    expect([code, JSON.parse(out)]).toEqual([
      0,
      { title: 'NEXUS anomaly', dry_run: false, anomalies: [], skipped: 0, notice: null },
    ]);
  });
});

describe('an anomaly', () => {
  test('is printed, sent, and not repeated within its window', async () => {
    const lines = [line(1.5), line(0.5)];
    const first = await watch([], { lines });
    expect(first.status).toBe(1);
    expect(first.out).toBe(
      'NEXUS anomaly\n  cost: 2.00 USD in 15 min ≥ 2.00 USD (most: openai/gpt 2.00, ops/chat 2.00)\n',
    );
    expect(received).toEqual([
      {
        path: '/slack-geheim',
        text: expect.stringMatching(/^\{"text":"NEXUS anomaly\\n• cost: 2\.00 USD/),
      },
    ]);
    const second = await watch([], { lines });
    expect(second).toEqual({ status: 1, out: '', notes: 'An anomaly goes on; it was told already.\n' });
    expect(received).toHaveLength(1);
    await redis.del('{nexus}:anomaly:told:chat:cost');
    await watch([], { lines });
    expect(received).toHaveLength(2);
  });

  test('another one is told although the first goes on', async () => {
    await watch([], { lines: [line(3)] });
    const seconds = Math.floor(Date.now() / 1000);
    await redis.hset('nexus:breaker:glm', { fail_count: 5, opened_ts: seconds - 400, open_until: seconds + 100 });
    const { out } = await watch([], { lines: [line(3)] });
    expect(out).toMatch(/^NEXUS anomaly\n {2}breaker: glm open without a break for 6 min ≥ 5 min \(since .*\)\n$/);
    expect(received[1]?.text).not.toContain('cost');
  });

  test('is found in the audit stream as the router writes it', async () => {
    const now = Date.now();
    const record = JSON.stringify(limited({ ts_utc: new Date(now).toISOString() }));
    for (let index = 0; index < 20; index += 1) await redis.xadd('{nexus}:llm-audit', '*', 'record', record);
    await redis.xadd('{nexus}:llm-audit', '*', 'record', 'broken');
    const { status: code, out, notes } = await watch([], { now: now + 5000 });
    expect([code, out]).toEqual([1, 'NEXUS anomaly\n  429 burst: 20 in 15 min ≥ 20 (glm 20)\n']);
    expect(notes).toBe('1 record could not be read and was left out.\n');
  });

  test('of spend that the supervisors found is told once; what is part of another is not', async () => {
    const episode = {
      id: '0:team:<!here>',
      scope: 'team:<!here>',
      kind: 'spike',
      state: 'open',
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
      volume: 36,
      price: 0,
      calls: 9,
      expected_calls: 1,
      contributors: [],
    };
    await redis.hset('{nexus}:anomaly:episodes', {
      a: JSON.stringify({ episode, explanation }),
      b: JSON.stringify({ episode: { ...episode, id: 'b', scope: 'total' } }),
    });
    const first = await watch([]);
    expect([first.status, first.out.split('\n').length]).toEqual([1, 3]);
    expect(first.out).toContain('spend: team:··here· 40.00 USD in the hour, expected 4.00');
    expect(received[0]?.text).not.toContain('<!');
    expect((await watch([])).out).toBe('');
  });

  test('speaks Korean', async () => {
    const { out } = await watch(['--lang', 'ko'], { lines: [line(3)] });
    expect(out).toBe(
      'NEXUS anomaly\n  cost: 15분 동안 3.00 USD ≥ 기준 2.00 USD (가장 큰 것: openai/gpt 3.00, ops/chat 3.00)\n',
    );
  });

  test('as JSON has its facts, money as text', async () => {
    const { out } = await watch(['--json'], { lines: [line(3)] });
    expect(JSON.parse(out)).toMatchObject({
      anomalies: [{ key: 'cost', kind: 'cost', spent_nano: '3000000000', told_before: false }],
      notice: { delivered: ['slack'], failed: [] },
    });
  });

  test.each([
    ['ANOMALY_WINDOW_MIN', '1', [line(3, NOW - 61_000)], 0],
    ['ANOMALY_COST_USD_RATE_THRESHOLD', '3.5', [line(3)], 0],
    ['ANOMALY_COST_USD_RATE_THRESHOLD', '0', [line(0.001)], 1],
  ])('%s=%s decides', async (...[name, value, lines, expected]) => {
    expect((await watch([], { environment: { [name]: value }, lines })).status).toBe(expected);
  });

  test('ANOMALY_BREAKER_OPEN_MIN and ANOMALY_429_BURST_THRESHOLD decide', async () => {
    const seconds = Math.floor(Date.now() / 1000);
    await redis.hset('nexus:breaker:glm', { fail_count: 5, opened_ts: seconds - 400, open_until: seconds + 100 });
    expect((await watch([], { environment: { ANOMALY_BREAKER_OPEN_MIN: '8' } })).status).toBe(0);
    expect((await watch(['--dry-run'])).status).toBe(1);
    await redis.del('nexus:breaker:glm');
    const audit = await file('few.jsonl', limited());
    const environment = { ANOMALY_429_BURST_THRESHOLD: '1' };
    expect((await watch(['--audit', audit, '--dry-run'])).status).toBe(0);
    expect((await watch(['--audit', audit, '--dry-run'], { environment })).status).toBe(1);
  });

  test('the circuit of a provider whose probes fail is found at default settings', async () => {
    const seconds = Math.floor(Date.now() / 1000);
    // Opened for the fourth time a minute ago: cooldown 120 s, first failure eleven minutes ago.
    const failing = { fail_count: 8, first_fail_ts: seconds - 660, opened_ts: seconds - 60, open_until: seconds + 60 };
    await redis.hset('nexus:breaker:openai', failing);
    expect((await watch([])).out).toContain('breaker: openai open without a break for 6 min');
  });
});

describe('telling', () => {
  const lines = [line(3)];

  test('dry-run prints only, each time', async () => {
    for (const words of [['--dry-run'], ['--dry-run', 'true']]) {
      const { status: code, out } = await watch(words, { lines });
      expect([code, out.startsWith('NEXUS anomaly\n')]).toEqual([1, true]);
    }
    expect(received).toEqual([]);
    expect(await redis.keys('*')).toEqual([]);
    await watch(['--dry-run', 'false'], { lines });
    expect(received).toHaveLength(1);
  });

  test('a failing channel falls over to the other one, and is said', async () => {
    status['/slack-geheim'] = 500;
    const { status: code, notes } = await watch([], { lines, environment: { TEAMS_WEBHOOK_URL: `${base}/teams` } });
    expect(code).toBe(1);
    expect(received.map(({ path }) => path)).toEqual(['/slack-geheim', '/teams']);
    expect(received[1]?.text).toContain('"AdaptiveCard"');
    expect(notes).toContain('did not reach slack');
    expect(notes).not.toContain('geheim');
  });

  test('NOTIFY_PREFER chooses', async () => {
    const environment = { TEAMS_WEBHOOK_URL: `${base}/teams`, NOTIFY_PREFER: 'both' };
    await watch([], { lines, environment });
    expect(received.map(({ path }) => path)).toEqual(['/slack-geheim', '/teams']);
  });

  test('when nobody could be told the status is 2, and it is tried again', async () => {
    status['/slack-geheim'] = 404;
    const failed = await watch([], { lines });
    expect(failed.status).toBe(2);
    expect(failed.out).toContain('cost: 3.00');
    expect(failed.notes).toContain('Nobody was told');
    status['/slack-geheim'] = 200;
    expect((await watch([], { lines })).status).toBe(1);
    expect(received).toHaveLength(2);
  });

  test('without an address it is printed once, and said', async () => {
    const environment = { SLACK_WEBHOOK_URL: '' };
    const first = await watch([], { lines, environment });
    expect([first.status, first.notes]).toEqual([1, expect.stringContaining('set SLACK_WEBHOOK_URL')]);
    expect((await watch([], { lines, environment })).out).toBe('');
  });

  test('in production this machine is not posted to', async () => {
    const { status: code, notes } = await watch([], { lines, environment: { NODE_ENV: 'production' } });
    expect([code, received]).toEqual([2, []]);
    expect(notes).toContain('is not asked');
  });
});

describe('files', () => {
  test('are enough, without Redis; what is left out is said', async () => {
    const ledger = await file(
      'cost.jsonl',
      cost('1.5'),
      cost(0.25),
      cost(undefined, { actual_cost_nano: '250000000', ts: (NOW - 1000) / 1000, ts_utc: 'never' }),
      cost('9', { ts_utc: new Date(NOW - 16 * 60_000).toISOString() }),
      '',
      '{"broken',
      cost('much'),
      cost('1', { ts_utc: 'yesterday' }),
    );
    const audit = await file('audit.jsonl', ...Array.from({ length: 20 }, () => limited()), 'x');
    const {
      status: code,
      out,
      notes,
    } = await watch(['--ledger', ledger, '--audit', audit], { environment: { REDIS_URL: '' } });
    expect(code).toBe(1);
    expect(out).toContain('cost: 2.00 USD');
    expect(out).toContain('429 burst: 20 in 15 min');
    expect(notes).toContain('4 records could not be read');
    expect(notes).toContain('Circuits were not looked at');
    expect(notes).toContain('nothing is remembered');
    expect(received).toHaveLength(1);
  });

  test('with REDIS_URL the circuits and the memory are live', async () => {
    const ledger = await file('cost.jsonl', cost('2'));
    const audit = await file('audit.jsonl', limited());
    await watch(['--ledger', ledger, '--audit', audit]);
    expect((await watch(['--ledger', ledger, '--audit', audit])).out).toBe('');
    expect(received).toHaveLength(1);
  });

  test('an unreachable Redis that is needed is status 2, one that is not is none', async () => {
    const environment = { REDIS_URL: 'redis://127.0.0.1:1' };
    await expect(watch([], { environment })).rejects.toMatchObject({ code: 'REDIS_URL_UNUSABLE' });
    const ledger = await file('cost.jsonl', cost('2'));
    const audit = await file('audit.jsonl');
    await expect(watch(['--ledger', ledger], { environment })).rejects.toMatchObject({ code: 'REDIS_URL_UNUSABLE' });
    expect((await watch(['--ledger', ledger, '--audit', audit], { environment })).status).toBe(1);
    await expect(watch([], { environment: { REDIS_URL: '' } })).rejects.toMatchObject({ code: 'REDIS_UNREACHABLE' });
  });

  test('circuits are read from their file while Redis is away', async () => {
    const seconds = NOW / 1000;
    const circuits = await file('circuits.json', {
      glm: { fail_count: 5, opened_ts: seconds - 400, open_until: seconds + 9 },
    });
    const empty = await file('empty.jsonl');
    const environment = { REDIS_URL: '', BREAKER_STATE_PATH: join(directory, circuits) };
    const { out, notes } = await watch(['--ledger', empty, '--audit', empty, '--dry-run'], { environment });
    expect(out).toContain('breaker: glm');
    expect(notes).toContain('Circuits are read from');
    await file('circuits.json', 'not json');
    await expect(watch(['--ledger', empty, '--audit', empty], { environment })).rejects.toMatchObject({
      code: 'FILE_UNREADABLE',
    });
  });

  test('that are not there are status 2', async () => {
    await expect(watch(['--ledger', 'none.jsonl'])).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
    await expect(watch(['--audit', 'none.jsonl'])).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });
});

test.each([
  [['--ledgre', 'x'], 'Did you mean --ledger'],
  [['--ledger'], '--ledger needs a value'],
  [['now'], 'options begin with --'],
  [['--hours', '0'], 'from 1 to 744'],
  [['--lang', 'fr'], 'en, ko'],
  [['--labels', 'x'], '--backtest'],
  [['--backtest', 'synthetic', '--seeds', '1-1000'], 'at most 50'],
  [['--mute', 'ops'], 'is no scope'],
])('refuses %j and says what to do', async (words, sentence) => {
  await expect(watch(words)).rejects.toMatchObject({
    code: expect.any(String),
    message: expect.stringContaining(sentence),
  });
});

test('settings that cannot be used are named, without secrets', async () => {
  const environment = { ANOMALY_WINDOW_MIN: 'x', SLACK_WEBHOOK_URL: 'http://geheim.example/x' };
  const refused = watch([], { environment });
  await expect(refused).rejects.toThrow(/ANOMALY_WINDOW_MIN[^]*SLACK_WEBHOOK_URL/);
  await expect(refused).rejects.not.toThrow('geheim');
});

test('a scope is muted for some hours and unmuted again', async () => {
  expect(await watch(['--mute', 'team:ops', '--hours', '48'])).toEqual({
    status: 0,
    out: 'team:ops: anomalies of spend are not told until 2026-11-24T09:00:00.000Z.\n',
    notes: '',
  });
  expect(await redis.hgetall('{nexus}:anomaly:muted')).toEqual({ 'team:ops': String(NOW / 1000 + 48 * 3600) });
  expect((await watch(['--unmute', 'team:ops'])).status).toBe(0);
  expect((await watch(['--unmute', 'team:ops'])).status).toBe(1);
});

describe('a backtest', () => {
  const points = Array.from({ length: 30 * 24 }, (_, index) => ({
    series: 'total',
    hour: new Date(Date.UTC(2026, 0, 5) + index * 3_600_000).toISOString(),
    usd: index >= 700 && index < 703 ? 90 : 10,
  }));

  test('of a file lists what would have been found', async () => {
    const path = await file('points.jsonl', ...points, 'broken');
    const { status: code, out, notes } = await watch(['--backtest', path]);
    expect([code, notes]).toEqual([0, '1 record could not be read and was left out.\n']);
    expect(out).toMatch(/2026-02-03T04:00Z +total +spike +3 +10\.00 +240\.00/);
    const { out: json } = await watch(['--backtest', path, '--json']);
    expect(JSON.parse(json)).toMatchObject({ series: 1, episodes: [{ kind: 'spike', buckets: 3 }] });
  });

  test('of a file with labels tells how well', async () => {
    const path = await file('points.jsonl', ...points);
    const spike = { series: 'total', kind: 'spike', from: '2026-02-03T04:00:00Z', until: '2026-02-03T07:00:00Z' };
    for (const labels of [await file('labels.jsonl', spike), await file('labels.json', [spike])]) {
      const { out } = await watch(['--backtest', path, '--labels', labels]);
      expect(out).toMatch(/F1 1\.000 {2}precision 1\.000 {2}recall 1\.000 {2}0\.0000 false alarms/);
    }
    await expect(watch(['--backtest', path, '--labels', path])).rejects.toMatchObject({ code: 'FILE_UNREADABLE' });
  });

  test('of cost records makes a series of each scope', async () => {
    const records = Array.from({ length: 48 }, (_, index) => {
      const ts_utc = new Date(Date.UTC(2026, 0, 5) + index * 3_600_000).toISOString();
      return cost(index === 40 ? '90' : '10', { ts_utc, purpose: 'ops', tokens_in: 1, tokens_out: 1 });
    });
    const { out } = await watch(['--backtest', await file('records.jsonl', ...records), '--json']);
    expect(JSON.parse(out)).toMatchObject({ series: 6 });
    expect((JSON.parse(out) as { episodes: unknown[] }).episodes).toHaveLength(6);
  });

  test('of generated spend meets the bars', async () => {
    const { status: code, out } = await watch(['--backtest', 'synthetic', '--seeds', '313', '--json']);
    expect([code, JSON.parse(out)]).toMatchObject([0, { series: 60, labels: 240 }]);
  });
});

test('the help is there in both languages, and the command runs in a process of its own', async () => {
  expect(usage).toBe(watchHelp('en'));
  expect(watchHelp('ko')).toContain('사용법');
  const main = join(ROOT, 'tools/cli/src/main.ts');
  const environment = { ...process.env, REDIS_URL: 'redis://127.0.0.1:1', NEXUS_LANG: 'en', NEXUS_DATA_DIR: directory };
  const failed = promisify(execFile)(process.execPath, ['-C', '@nexus/source', main, 'anomaly-watch'], {
    env: environment,
  });
  await expect(failed).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining('REDIS_URL cannot be used') });
});

test('finds what the ledger counted, in a process of its own, and tells it once', async () => {
  const ledger = createLedger(redis, {
    zone: 'UTC',
    dailyNano: 10_000_000_000n,
    softFraction: 1,
    hardFraction: 1,
    now: Date.now,
  });
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
  const main = join(ROOT, 'tools/cli/src/main.ts');
  const environment = { ...process.env, REDIS_URL: server.url, NEXUS_LANG: 'en', SLACK_WEBHOOK_URL: `${base}/slack` };
  const run = () =>
    promisify(execFile)(process.execPath, ['-C', '@nexus/source', main, 'anomaly-watch'], { env: environment });
  await expect(run()).rejects.toMatchObject({
    code: 1,
    stdout: 'NEXUS anomaly\n  cost: 2.50 USD in 15 min ≥ 2.00 USD (most: openai/gpt 2.50, ops/chat 2.50)\n',
  });
  await expect(run()).rejects.toMatchObject({ code: 1, stdout: '' });
  expect(received).toHaveLength(1);
});
