import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { startTestRedis, type TestRedis } from '@nexus/local-redis';
import { silentLogger } from '@nexus/runtime';
import fc from 'fast-check';
import { Redis } from 'ioredis';
import { AUDIT_STREAM, createAuditSource } from './audit-source.ts';
import { GENESIS } from './chain.ts';
import { readChainState } from './chain-head.ts';
import { chainKeys, type ChainKind } from './chain-state.ts';
import { createSealer, type SealerOptions } from './create-sealer.ts';
import { exportRecords } from './export-records.ts';
import { createLedgerSource } from './ledger-source.ts';
import { readManifestFile } from './manifest.ts';
import type { RecordSource } from './record-source.ts';
import { ledgerLine, streamLines, writeLines } from './testing/stream-lines.ts';
import { verifyChain } from './verify-chain.ts';
import { verifyFile } from './verify-file.ts';

jest.setTimeout(60_000);

const HOUR = 3_600_000;
const START = Date.parse('2026-01-30T12:00:00Z');

let server: TestRedis;
let redis: Redis;
let directory: string;
beforeAll(async () => {
  server = await startTestRedis();
  redis = new Redis(server.url);
});
beforeEach(async () => {
  await redis.flushall();
  directory = mkdtempSync(join(tmpdir(), 'nexus-sealer-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));
afterAll(async () => {
  redis.disconnect();
  await server.stop();
});

function sealer(over: Partial<SealerOptions> = {}) {
  return createSealer({
    redis,
    kind: 'ledger',
    source: createLedgerSource(redis, streamLines(redis)),
    directory,
    dayOf,
    now: () => START,
    logger: silentLogger,
    ...over,
  });
}

function dayOf(instant: number): string {
  return new Date(instant).toISOString().slice(0, 10);
}

/** A line written so many hours after the start, whose call was reserved `before` hours earlier. */
function lineAt(hours: number, before = 0) {
  const ts = START + (hours - before) * HOUR;
  return ledgerLine({ id: `${START + hours * HOUR}-0`, ts, day: dayOf(ts), reservation_id: `at ${hours}` });
}

async function exported(kind: ChainKind = 'ledger', window: { from?: number; until?: number } = {}) {
  const out = join(directory, 'out', `${kind}.jsonl`);
  const report = await exportRecords({ redis, kind, directory, out, ...window });
  const records = readFileSync(out, 'utf8').split('\n').filter(Boolean);
  return { out, report, records: records.map((line) => JSON.parse(line) as Record<string, unknown>) };
}

describe('sealing', () => {
  it('seals what is new, once, and tells the head', async () => {
    await writeLines(redis, [lineAt(0), lineAt(1)]);
    const first = await sealer().run();
    expect(first).toMatchObject({ outcome: 'sealed', lines: 2, closed: [], lost: 0, cut_lines: 0, more: false });
    await writeLines(redis, [lineAt(2)]);
    expect(await sealer().run()).toMatchObject({ lines: 1 });
    expect(await sealer().run()).toMatchObject({ lines: 0 });
    const [count, hash] = await redis.hmget(chainKeys('ledger').head, 'count', 'hash');
    const { records, out } = await exported();
    expect(count).toBe('3');
    expect(records.map(({ reservation_id }) => reservation_id)).toEqual(['at 0', 'at 1', 'at 2']);
    expect(records[0]?.['prev_hash']).toBe(GENESIS);
    expect(records[2]?.['hash']).toBe(hash);
    expect(await verifyFile(out, { head: { count: 3, hash: hash ?? '' } })).toMatchObject({ ok: true, end: 'head' });
    expect(Object.keys(records[0] ?? {}).sort()).toEqual(
      [
        ...['ts_utc', 'ts', 'provider', 'model', 'purpose', 'team', 'project', 'fp', 'estimated_cost_usd'],
        ...['estimated_cost_nano', 'actual_cost_usd', 'actual_cost_nano', 'tokens_in', 'tokens_out', 'approx_tokens'],
        ...['latency_ms', 'budget_reason', 'key_id', 'reservation_id', 'task_id', 'chain_ver', 'prev_hash', 'hash'],
      ].sort(),
    );
  });

  it('writes a segment for each day, closes it when the day and its grace are over, and lists it', async () => {
    await writeLines(redis, [lineAt(0), lineAt(11.9), lineAt(12), lineAt(30), lineAt(59)]);
    expect(await sealer().run()).toMatchObject({ lines: 5, closed: ['2026-01-30.ndjson', '2026-01-31.ndjson'] });
    const midnight = Date.parse('2026-02-02T00:00:00Z');
    const before = sealer({ now: () => midnight + 599_999 });
    expect(await before.run()).toMatchObject({ closed: [] });
    const after = sealer({ now: () => midnight + 600_000 });
    expect(await after.run()).toMatchObject({ closed: ['2026-02-01.ndjson'] });
    const { entries } = await readManifestFile(directory);
    expect(
      entries.map(({ name, count, sum_nano, first_id, last_id, verified }) => [
        name,
        count,
        sum_nano,
        first_id,
        last_id,
        verified,
      ]),
    ).toEqual([
      ['2026-01-30.ndjson', 2, '2000', lineAt(0).id, lineAt(11.9).id, true],
      ['2026-01-31.ndjson', 2, '2000', lineAt(12).id, lineAt(30).id, true],
      ['2026-02-01.ndjson', 1, '1000', lineAt(59).id, lineAt(59).id, true],
    ]);
    expect(entries[1]?.first_prev_hash).toBe(entries[0]?.last_hash);
    expect(await verifyFile(join(directory, 'manifest.ndjson'))).toMatchObject({ ok: true, lines: 3 });
    expect(await verifyChain({ kind: 'ledger', directory, redis })).toMatchObject({
      ok: true,
      records: 5,
      segments: 3,
    });
    expect(await verifyChain({ kind: 'ledger', directory })).toMatchObject({ ok: true, records: 5, head: 'unknown' });
  });

  it('takes two months in the order in which they were written, and what comes late where it is met', async () => {
    await writeLines(redis, [lineAt(35), lineAt(37), lineAt(38, 20), lineAt(39)]);
    await sealer().run();
    // Days later a call of January is settled, and one whose server's clock was behind.
    await writeLines(
      redis,
      [lineAt(100), lineAt(110, 100), lineAt(109)].sort((a, b) => Number(b.id < a.id) * 2 - 1),
    );
    await sealer().run();
    await writeLines(redis, [lineAt(111, 110)]);
    await sealer().run();
    const { records } = await exported();
    const ids = records.map(({ reservation_id }) => reservation_id);
    expect(ids).toEqual([35, 37, 38, 39, 100, 109, 110, 111].map((hours) => `at ${hours}`));
    expect(await verifyChain({ kind: 'ledger', directory, redis })).toMatchObject({ ok: true, records: 8 });
  });

  it('stops at its limit and goes on there', async () => {
    await writeLines(
      redis,
      Array.from({ length: 25 }, (_, hours) => lineAt(hours)),
    );
    const some = sealer({ batch: 4 });
    const seen: number[] = [];
    expect(await some.run({ limit: 10, onProgress: (lines) => seen.push(lines) })).toMatchObject({
      lines: 10,
      more: true,
    });
    expect(seen.at(-1)).toBe(10);
    expect(await some.run()).toMatchObject({ lines: 15, more: false });
    expect(await verifyChain({ kind: 'ledger', directory, redis })).toMatchObject({ ok: true, records: 25 });
  });

  it('is done by one of many at once', async () => {
    const others = Array.from({ length: 4 }, () => new Redis(server.url));
    const sealers = others.map((connection) =>
      sealer({ redis: connection, source: createLedgerSource(connection, streamLines(connection)), batch: 3 }),
    );
    let sealed = 0;
    for (let round = 0; round < 8; round += 1) {
      await writeLines(
        redis,
        Array.from({ length: 10 }, (_, index) => lineAt(round * 10 + index)),
      );
      const runs = await Promise.all(sealers.map((each) => each.run()));
      expect(runs.some(({ outcome }) => outcome === 'sealed')).toBe(true);
      for (const run of runs) sealed += run.outcome === 'sealed' ? run.lines : 0;
    }
    for (const connection of others) connection.disconnect();
    expect(sealed).toBe(80);
    expect(await verifyChain({ kind: 'ledger', directory, redis })).toMatchObject({
      ok: true,
      records: 80,
      unknown_files: [],
    });
  });

  it('is not disturbed by one that wakes up after it was given up', async () => {
    for (const stop of [1, 3, 6]) {
      await writeLines(
        redis,
        Array.from({ length: 6 }, (_, hours) => lineAt(stop * 10 + hours)),
      );
      const asleep = sleeper(createLedgerSource(redis, streamLines(redis)), stop);
      const late = sealer({ source: asleep.source, batch: 2 }).run();
      await asleep.sleeping;
      await redis.del(chainKeys('ledger').lease);
      const { count = 0 } = (await readChainState(redis, 'ledger')) ?? {};
      const next = await sealer().run();
      expect(next).toMatchObject({ outcome: 'sealed' });
      asleep.wake();
      await expect(late).rejects.toMatchObject({ code: 'SEAL_TAKEN_OVER' });
      expect((await readChainState(redis, 'ledger'))?.count).toBeGreaterThanOrEqual(count);
      expect(await verifyChain({ kind: 'ledger', directory, redis })).toMatchObject({ ok: true });
    }
    const { records, out } = await exported();
    expect(new Set(records.map(({ reservation_id }) => reservation_id)).size).toBe(records.length);
    expect(records).toHaveLength(18);
    expect(await verifyFile(out)).toMatchObject({ ok: true });
  });
});

function createGate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

/** A source that stops before its nth entry until it is woken. */
function sleeper(source: RecordSource, nth: number) {
  const fell = createGate();
  const woken = createGate();
  let seen = 0;
  return {
    sleeping: fell.opened,
    wake: woken.open,
    source: {
      ...source,
      async *after(stream: string, id: string | undefined) {
        for await (const entry of source.after(stream, id)) {
          seen += 1;
          if (seen === nth) {
            fell.open();
            await woken.opened;
          }
          yield entry;
        }
      },
    },
  };
}

describe('a folder that does not fit the head', () => {
  const misfit = { code: 'SEAL_MISFIT' };
  const open = () => join(directory, '2026-01-30.ndjson');

  beforeEach(async () => {
    await writeLines(redis, [lineAt(0), lineAt(1)]);
    await sealer().run();
    await writeLines(redis, [lineAt(2)]);
  });

  async function refused(over: Partial<SealerOptions> = {}): Promise<void> {
    const before = await readChainState(redis, 'ledger');
    await expect(sealer(over).run()).rejects.toMatchObject(misfit);
    expect(await readChainState(redis, 'ledger')).toEqual(before);
  }

  it('is refused when another machine sealed', async () => {
    await refused({ directory: join(directory, 'elsewhere') });
    expect(await sealer().run()).toMatchObject({ lines: 1, cut_lines: 0 });
  });

  it('is refused when another machine closed its segments', async () => {
    await sealer({ now: () => START + 48 * HOUR }).run();
    await refused({ directory: join(directory, 'elsewhere') });
  });

  it('is refused when the open segment was cut or its end replaced', async () => {
    const whole = readFileSync(open());
    truncateSync(open(), whole.length - 10);
    await refused();
    writeFileSync(open(), whole.toString('latin1').replace(/.{4}"\}\n$/, '0000"}\n'), 'latin1');
    await refused();
    writeFileSync(open(), whole);
    expect(await sealer().run()).toMatchObject({ lines: 1 });
  });

  it('is refused when Redis lost the chain, or is another one', async () => {
    const state = await redis.dump(chainKeys('ledger').head);
    await redis.flushall();
    await writeLines(redis, [lineAt(0)]);
    await refused();
    expect(state).not.toBeNull();
  });

  it('is refused when Redis is older than the manifest', async () => {
    const head = chainKeys('ledger').head;
    const old = await redis.hgetall(head);
    await sealer({ now: () => START + 48 * HOUR }).run();
    await redis.del(head, chainKeys('ledger').manifest);
    await redis.hset(head, old);
    await refused();
  });

  it('keeps what somebody added behind the sealed lines, and goes on in a new segment', async () => {
    appendFileSync(open(), 'an unsealed line\nand half');
    expect(await sealer().run()).toMatchObject({ lines: 1, cut_lines: 1, closed: [] });
    expect(readFileSync(`${open()}.cut-1`, 'utf8')).toBe('an unsealed line\nand half');
    expect(existsSync(join(directory, '2026-01-30.2.ndjson'))).toBe(true);
    expect(await verifyChain({ kind: 'ledger', directory, redis })).toMatchObject({
      ok: true,
      records: 3,
      segments: 2,
    });
  });

  it('is named by the verifier, with file and line', async () => {
    await writeLines(redis, [lineAt(24)]);
    await sealer({ now: () => START + 48 * HOUR }).run();
    await writeLines(redis, [lineAt(50), lineAt(51)]);
    await sealer({ now: () => START + 51 * HOUR }).run();
    const verify = async () => (await verifyChain({ kind: 'ledger', directory, redis })).problem;
    const damage = async (name: string, edit: (text: string) => string) => {
      const path = join(directory, name);
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, edit(text));
      const problem = await verify();
      writeFileSync(path, text);
      expect(await verify()).toBeUndefined();
      return problem;
    };
    const [closed, last, manifest] = ['2026-01-30.ndjson', '2026-02-01.ndjson', 'manifest.ndjson'];
    const change = (text: string) => text.replace('"tokens_in":1', '"tokens_in":2');
    expect(await damage(closed, change)).toMatchObject({ file: closed, line: 1, damage: 'changed' });
    expect(await damage(last, change)).toMatchObject({ file: last, line: 1, damage: 'changed' });
    const cut = (text: string) =>
      text
        .split('\n')
        .slice(0, -2)
        .map((line) => `${line}\n`)
        .join('');
    expect(await damage(closed, cut)).toMatchObject({ file: closed, line: 2, damage: 'cut' });
    expect(await damage(last, cut)).toMatchObject({ file: last, line: 1, damage: 'cut' });
    expect(await damage(closed, (text) => `${text}more\n`)).toMatchObject({ file: closed, line: 4, damage: 'added' });
    expect(await damage(manifest, () => '')).toMatchObject({ file: manifest, line: 0, damage: 'cut' });
    expect(await damage(manifest, change)).toBeUndefined();
    expect(await damage(manifest, (text) => text.replace('"count":3', '"count":2'))).toMatchObject({
      file: manifest,
      damage: 'changed',
    });
    renameSync(join(directory, closed), join(directory, 'away'));
    expect(await verify()).toMatchObject({ file: closed, damage: 'missing' });
  });

  it('is closed as broken when a sealed line was changed meanwhile, and nothing is trimmed behind it', async () => {
    writeFileSync(open(), readFileSync(open(), 'utf8').replace('"tokens_in":1', '"tokens_in":2'));
    const later = { now: () => START + 100 * 24 * HOUR, hotDays: 1 };
    expect(await sealer(later).run()).toMatchObject({ closed: ['2026-01-30.ndjson'], trimmed: 0 });
    expect((await readManifestFile(directory)).entries[0]).toMatchObject({ verified: false });
    expect(await redis.xlen('{nexus}:ledger:2026-01')).toBe(3);
  });
});

describe('trimming', () => {
  it('takes away only what is sealed, closed, whole and old enough; and only when asked', async () => {
    await writeLines(redis, [lineAt(0), lineAt(24), lineAt(48), lineAt(49, 48), lineAt(96)]);
    const at = (hours: number, hotDays?: number) => sealer({ now: () => START + hours * HOUR, hotDays });
    expect(await at(97).run()).toMatchObject({ lines: 5, trimmed: 0 });
    expect(await at(97, 2).run()).toMatchObject({ trimmed: 2 });
    expect(await at(97, 2).run()).toMatchObject({ trimmed: 0, lost: 0 });
    expect(await at(500, 2).run()).toMatchObject({ trimmed: 3 });
    await writeLines(redis, [lineAt(510, 509)]);
    expect(await at(511, 2).run()).toMatchObject({ lines: 1, lost: 0 });
    expect((await exported()).report).toMatchObject({ records: 6, sum_nano: 6000n });
  });

  it('stops at a segment whose bytes are not what they were', async () => {
    await writeLines(redis, [lineAt(0), lineAt(24), lineAt(48)]);
    const old = sealer({ now: () => START + 500 * HOUR, hotDays: 1 });
    await sealer().run();
    const second = join(directory, '2026-01-31.ndjson');
    writeFileSync(second, readFileSync(second, 'utf8').replace('"tokens_in":1', '"tokens_in":2'));
    expect(await old.run()).toMatchObject({ trimmed: 1 });
  });
});

describe('the audit', () => {
  const seal = () => sealer({ kind: 'audit', source: createAuditSource(redis) }).run();

  it('seals records, and what is none, in order', async () => {
    const record = { type: 'llm_success', ts_utc: '2026-01-30T12:00:00.000Z', latency_ms: 1.5, err: null };
    await redis.xadd(AUDIT_STREAM, `${START}-1`, 'record', JSON.stringify(record));
    await redis.xadd(AUDIT_STREAM, `${START}-2`, 'record', '{garbage');
    await redis.xadd(AUDIT_STREAM, `${START}-3`, 'other', 'x');
    await redis.xadd(AUDIT_STREAM, `${START}-4`, 'record', '{"type":"llm_fail","hash":"mine","chain_ver":7}');
    expect(await seal()).toMatchObject({ lines: 4, lost: 0 });
    const { records, out } = await exported('audit');
    expect(records[0]).toMatchObject({ ...record, latency_ms: '1.5' });
    expect(records[1]).toMatchObject({ type: 'unreadable', entry: `${START}-2`, ts_utc: '2026-01-30T12:00:00.000Z' });
    expect(records[2]).toMatchObject({ type: 'unreadable', entry: `${START}-3` });
    expect(records[3]).toMatchObject({ type: 'llm_fail', chain_ver: 1 });
    expect(await verifyFile(out)).toMatchObject({ ok: true, lines: 4 });
  });

  it('says when records were trimmed before they were sealed', async () => {
    const add = (number: number) => redis.xadd(AUDIT_STREAM, 'MAXLEN', '=', 3, `${START}-${number}`, 'record', '{}');
    for (const number of [1, 2, 3]) await add(number);
    expect(await seal()).toMatchObject({ lines: 3, lost: 0 });
    for (const number of [4, 5, 6]) await add(number);
    expect(await seal()).toMatchObject({ lines: 3, lost: 0 });
    for (const number of [7, 8, 9, 10]) await add(number);
    expect(await seal()).toMatchObject({ lines: 3, lost: 1 });
    expect(await seal()).toMatchObject({ lines: 0, lost: 0 });
  });

  it('is a chain of its own', async () => {
    await writeLines(redis, [lineAt(0)]);
    await redis.xadd(AUDIT_STREAM, `${START}-1`, 'record', '{}');
    const ledger = { directory: join(directory, 'ledger') };
    await Promise.all([seal(), sealer(ledger).run()]);
    expect(await verifyChain({ kind: 'audit', directory, redis })).toMatchObject({ ok: true, records: 1 });
    expect(await verifyChain({ kind: 'ledger', ...ledger, redis })).toMatchObject({ ok: true, records: 1 });
  });
});

describe('an export of a window', () => {
  it('has exactly the records of the window, and verifies', async () => {
    const late = fc.record({ hours: fc.nat(120), before: fc.nat(60) });
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(late, { selector: ({ hours }) => hours, minLength: 1, maxLength: 25 }),
        fc.integer({ min: -70, max: 130 }),
        fc.nat(80),
        async (places, from, length) => {
          await redis.flushall();
          rmSync(directory, { recursive: true, force: true });
          const lines = places.sort((a, b) => a.hours - b.hours).map(({ hours, before }) => lineAt(hours, before));
          await writeLines(redis, lines);
          await sealer().run();
          const window = { from: START + from * HOUR, until: START + (from + length) * HOUR };
          const { records, report, out } = await exported('ledger', window);
          const wanted = lines.filter(({ ts }) => ts >= window.from && ts < window.until);
          expect(records.map(({ reservation_id }) => reservation_id)).toEqual(
            wanted.map((line) => line.reservation_id),
          );
          expect(report).toMatchObject({ records: wanted.length, left_out: lines.length - wanted.length });
          expect(report.sum_nano).toBe(BigInt(wanted.length) * 1000n);
          const verdict = await verifyFile(out);
          expect(verdict).toMatchObject({ ok: true, lines: wanted.length, end: 'sidecar' });
          if (wanted.length < 2) return;
          writeFileSync(out, readFileSync(out, 'utf8').split('\n').slice(1).join('\n'));
          expect(await verifyFile(out)).toMatchObject({ ok: false, problem: { line: 1 } });
        },
      ),
      { numRuns: 40 },
    );
  });

  it('replaces an earlier one whole, with its sidecars', async () => {
    await writeLines(redis, [lineAt(0), lineAt(1), lineAt(2)]);
    await sealer().run();
    const { out } = await exported('ledger', { from: START + HOUR, until: START + 2 * HOUR });
    expect(existsSync(`${out}.gaps`)).toBe(true);
    await exported();
    expect(existsSync(`${out}.gaps`)).toBe(false);
    expect(await verifyFile(out)).toMatchObject({ ok: true, partial: false, lines: 3 });
  });

  it('is empty before anything was sealed, and refused when a segment is gone', async () => {
    expect((await exported()).report).toMatchObject({ records: 0, last_hash: GENESIS });
    await writeLines(redis, [lineAt(0)]);
    await sealer().run();
    rmSync(join(directory, '2026-01-30.ndjson'));
    await expect(exported()).rejects.toMatchObject({ code: 'SEAL_MISFIT' });
  });
});
