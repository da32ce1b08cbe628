import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { AUDIT_STREAM, type Reconciliation } from '@nexus/finops-ledger';
import type { LedgerLine } from '@nexus/finops';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { connectRedis } from '@nexus/runtime';
import { usageOf } from '../commands/ledger.ts';
import { memoryConsole } from '../letters/testing/operator-desk.ts';
import type { LedgerAccess } from './ledger-context.ts';
import type { Redis } from './ledger-place.ts';
import { runLedger } from './run-ledger.ts';

const NOW = Date.parse('2026-11-30T12:00:00Z');

let server: TestRedis;
let redis: Redis;
let data: string;
let lines: LedgerLine[];
let reconciliation: Reconciliation;
let refusal: Error | undefined;
const asked: unknown[] = [];

beforeAll(async () => {
  server = await startTestRedis();
  redis = connectRedis({ url: server.url, purpose: 'blocking', name: 'test', onError: () => undefined });
});
beforeEach(async () => {
  await redis.flushall();
  data = mkdtempSync(join(tmpdir(), 'nexus-ledger-cli-'));
  lines = [line('2026-11-29T23:30:00Z', 1), line('2026-11-30T01:00:00Z', 2), line('2026-11-30T02:00:00Z', 3)];
  reconciliation = { differences: [], lines: 3, unchecked: [] };
  asked.length = 0;
  refusal = undefined;
});
afterEach(() => rmSync(data, { recursive: true }));
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

function line(instant: string, nano: number): LedgerLine {
  const ts = Date.parse(instant);
  return {
    ...{ id: `${ts}-0`, kind: 'settle', ts, day: instant.slice(0, 10), reservation_id: `r${nano}`, task_id: null },
    ...{ fp: '0123456789abcdef', key_id: 'k', estimated_nano: 9n, actual_nano: BigInt(nano), list_nano: 9n },
    ...{ approx: false, wasted: false, price_source: 'book', latency_ms: 1, budget_reason: 'ok', provider: 'glm' },
    ...{ model: 'm', purpose: 'ops', team: 't', project: 'p', input: 1, cache_read: 0, cache_write: 0, output: 1 },
    reasoning: 0,
  };
}

/** A ledger that has the lines of the test, and answers what the test says. */
function openLedger(): LedgerAccess {
  const answer = (name: string) => (from: string, to: string) => {
    asked.push([name, from, to]);
    return refusal === undefined ? Promise.resolve(reconciliation) : Promise.reject(refusal);
  };
  return {
    months: () => Promise.resolve(['2026-11']),
    async *lines(range) {
      const after = 'after' in range ? range.after : undefined;
      for (const each of lines) if (after === undefined || each.id > after) yield each;
    },
    reconcile: answer('reconcile'),
    rebuild: answer('rebuild'),
  };
}

async function nexus(words: string, environment: Record<string, string> = {}) {
  const console = memoryConsole();
  const status = await runLedger(
    ['ledger', ...words.split(' ')].slice(1),
    {
      root: '/nowhere',
      workingDirectory: data,
      environment: { REDIS_URL: server.url, NEXUS_DATA_DIR: data, ...environment },
    },
    { console, now: () => NOW, wait: () => Promise.resolve(), openLedger },
  );
  return { status, ...console.written };
}

async function json(words: string, environment?: Record<string, string>) {
  const { status, result } = await nexus(`${words} --json`, environment);
  return { status, document: JSON.parse(result) as Record<string, unknown> };
}

describe('ledger export', () => {
  test('seals, writes under the data directory, and verifies', async () => {
    const { status, document } = await json('export');
    const out = join(data, 'logs/llm_cost_ledger.jsonl');
    expect([status, document]).toEqual([
      0,
      expect.objectContaining({ out, records: 3, left_out: 0, total_cost_nano: '6', total_cost_usd: '0.000000006' }),
    ]);
    expect(readFileSync(`${out}.chain`, 'utf8').trim()).toBe(document['last_hash']);
    const verified = await json('verify');
    expect(verified).toMatchObject({
      status: 0,
      document: {
        ok: true,
        checks: [
          { what: 'chain', kind: 'ledger', records: 3, head: 'same' },
          { what: 'file', kind: 'ledger', file: out, lines: 3, end: 'head', partial: false },
          { what: 'chain', kind: 'audit', records: 0 },
        ],
      },
    });
  });

  test('takes days in the zone, both included, and files where somebody works', async () => {
    const utc = await json('export --from 2026-11-30 --to 2026-11-30 --out day.jsonl');
    expect(utc.document).toMatchObject({ records: 2, left_out: 1, gaps: 1, out: join(data, 'day.jsonl') });
    expect((await nexus('verify --file day.jsonl')).status).toBe(0);
    const seoul = await json('export --from 2026-11-30 --to 2026-11-30 --no-seal', { FINOPS_TZ: 'Asia/Seoul' });
    expect(seoul.document).toMatchObject({ records: 3, sealed: null, window: { zone: 'Asia/Seoul' } });
    expect((await json('export --from 2027-01-01')).document).toMatchObject({ records: 0 });
  });

  test('goes where the setting says', async () => {
    await nexus('export', { LLM_COST_LEDGER_PATH: 'elsewhere/ledger.jsonl' });
    expect(existsSync(join(data, 'elsewhere/ledger.jsonl'))).toBe(true);
  });

  test('reads well, in both languages', async () => {
    const english = await nexus('export');
    expect(english.result).toMatch(/3 records, USD 0\.000000006\n {2}last hash [0-9a-f]{64}/);
    expect((await nexus('export --lang ko')).result).toContain('기록 3건');
  });

  test('of the audit leaves the ledger alone', async () => {
    await redis.xadd(AUDIT_STREAM, '*', 'record', '{"type":"llm_success","ts_utc":"2026-11-30T00:00:00Z"}');
    expect((await json('export --kind audit')).document).toMatchObject({
      kind: 'audit',
      records: 1,
      out: join(data, 'logs/llm_audit.jsonl'),
    });
    expect((await json('verify --kind audit')).document).toMatchObject({
      ok: true,
      checks: [{ records: 1 }, { lines: 1 }],
    });
    expect(existsSync(join(data, 'finops/ledger'))).toBe(false);
  });

  test('says that another process seals, and writes what is sealed', async () => {
    await redis.set('{nexus}:chain:ledger:lease', 'another');
    const { status, notes, result } = await nexus('export');
    expect(status).toBe(0);
    expect(notes).toContain('another process seals now; waiting');
    expect(notes).toContain('the newest records are not in it');
    expect(result).toContain('0 records');
  });
});

describe('ledger verify', () => {
  test('names the first bad line, with status 1', async () => {
    await nexus('export');
    const out = join(data, 'logs/llm_cost_ledger.jsonl');
    writeFileSync(out, readFileSync(out, 'utf8').replace('"actual_cost_nano":"2"', '"actual_cost_nano":"1"'));
    const { status, result } = await nexus(`verify --file ${out}`);
    expect([status, result]).toEqual([1, expect.stringMatching(/^BROKEN {2}.*\n {2}line 2: the record was changed\n/)]);
    expect((await nexus(`verify --file ${out} --lang ko`)).result).toContain('2번째 줄: 기록이 바뀌었습니다');
    expect((await json('verify')).document).toMatchObject({ ok: false });
  });

  test('notices a cut end by the head when there is no sidecar', async () => {
    await nexus('export');
    const out = join(data, 'logs/llm_cost_ledger.jsonl');
    writeFileSync(out, `${readFileSync(out, 'utf8').split('\n').slice(0, 2).join('\n')}\n`);
    rmSync(`${out}.chain`);
    expect((await json(`verify --file ${out}`)).document).toMatchObject({
      ok: false,
      checks: [{ problem: { line: 2, damage: 'cut' } }],
    });
    expect((await nexus(`verify --file ${out} --no-head`)).status).toBe(0);
  });

  test('goes on without Redis, and says so', async () => {
    await nexus('export');
    const away = { REDIS_URL: 'redis://127.0.0.1:1/0' };
    const { status, notes, result } = await nexus('verify', away);
    expect(status).toBe(0);
    expect(notes).toMatch(/^Redis was not asked: .*127\.0\.0\.1:1/);
    expect(result).toContain('its end is proven by its sidecar');
  });

  test('finds nothing where nothing is, and starts no Redis for it', async () => {
    const { status, result } = await nexus('verify', { REDIS_URL: '' });
    expect([status, result]).toEqual([0, expect.stringContaining('nothing was sealed yet')]);
    expect(existsSync(join(data, 'redis'))).toBe(false);
  });

  test('cannot run without the file', async () => {
    await expect(nexus('verify --file none.jsonl')).rejects.toMatchObject({ code: 'FILE_MISSING' });
    mkdirSync(join(data, 'folder'));
    await expect(nexus('verify --file folder')).rejects.toMatchObject({ code: 'FILE_MISSING' });
  });
});

describe('ledger seal', () => {
  test('seals both chains, and has status 1 when records were lost', async () => {
    expect((await json('seal')).document).toMatchObject({ ledger: { lines: 3 }, audit: { lines: 0 } });
    for (const number of [1, 2, 3]) await redis.xadd(AUDIT_STREAM, 'MAXLEN', '=', 1, `${number}-0`, 'record', '{}');
    const { status, result, notes } = await nexus('seal --kind audit');
    expect([status, result]).toEqual([1, expect.stringContaining('2 records were trimmed from Redis')]);
    expect(notes).toContain('Entries were trimmed from a stream before they were sealed (kind audit');
  });

  test('is refused where another machine sealed', async () => {
    await nexus('seal');
    rmSync(join(data, 'finops'), { recursive: true });
    await expect(nexus('seal')).rejects.toMatchObject({ code: 'SEAL_MISFIT' });
  });
});

describe('ledger reconcile and rebuild', () => {
  const difference = {
    what: 'spent',
    period: 'day',
    at: '2026-11-30',
    name: 'team:\u001b[2Jops',
    expected: '5',
    found: '7',
  } as const;

  test('asks for the month so far, and has status 0 without differences', async () => {
    expect(await json('reconcile')).toEqual({
      status: 0,
      document: {
        ...{ ok: true, from: '2026-11-01', to: '2026-11-30', zone: 'UTC', rebuilt: false },
        ...{ lines: 3, unchecked: [], differences: [] },
      },
    });
    expect(asked).toEqual([['reconcile', '2026-11-01', '2026-11-30']]);
  });

  test('shows differences, inert, with status 1', async () => {
    reconciliation = { differences: [difference], lines: 3, unchecked: ['2026-11-01'] };
    const { status, result } = await nexus('reconcile --from 2026-11-01 --to 2026-11-30');
    expect(status).toBe(1);
    expect(result).toMatch(/1 differences\n.*trimmed: 2026-11-01\n/);
    expect(result).toMatch(/spent +2026-11-30 +team: \[2Jops +5 +7/);
  });

  test('passes on why the ledger refuses, without a stack', async () => {
    refusal = new Error('Rebuild the whole month.');
    await expect(nexus('rebuild --yes')).rejects.toMatchObject({ code: 'LEDGER_REFUSED', message: refusal.message });
  });

  test('changes nothing without --yes', async () => {
    reconciliation = { differences: [difference], lines: 3, unchecked: [] };
    const { status, notes } = await nexus('rebuild --to 2026-11-30');
    expect([status, notes]).toEqual([1, expect.stringContaining('--yes')]);
    expect(asked).toEqual([['reconcile', '2026-11-01', '2026-11-30']]);
    expect(await json('rebuild --yes')).toMatchObject({ status: 0, document: { ok: true, rebuilt: true } });
    expect(asked.at(-1)).toEqual(['rebuild', '2026-11-01', '2026-11-30']);
  });
});

describe('the words', () => {
  test.each([
    ['exprot', 'SUBCOMMAND_UNKNOWN', 'Did you mean export?'],
    ['export --form 2026-11-01', 'OPTION_UNKNOWN', 'Did you mean --from?'],
    ['export --yes', 'OPTION_UNKNOWN', '--yes'],
    ['export --from 2026-02-30', 'OPTION_INVALID', '2026-02-30'],
    ['export --from 2026-11-02 --to 2026-11-01', 'OPTION_INVALID', 'after'],
    ['export --kind cost', 'OPTION_INVALID', 'ledger, audit'],
    ['export --out', 'OPTION_INVALID', 'needs a value'],
    ['verify file', 'OPTION_INVALID', 'no option'],
  ])('%s is refused', async (words, code, text) => {
    await expect(nexus(words)).rejects.toMatchObject({ code, message: expect.stringContaining(text) });
  });

  test('a zone that is none is refused', async () => {
    await expect(nexus('verify', { FINOPS_TZ: 'Mars/Base' })).rejects.toMatchObject({ code: 'SETTINGS_INVALID' });
  });

  test('help comes in both languages and fits a terminal', () => {
    expect(usageOf(['--lang', 'ko'])).toContain('사용법');
    expect(usageOf(['verify', '--lang=en'])).toContain('Usage');
    for (const each of usageOf(['--lang=en']).split('\n')) expect(each.length).toBeLessThanOrEqual(125);
  });
});
