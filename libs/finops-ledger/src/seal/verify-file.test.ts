import { appendFileSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { canonicalJson } from '@nexus/runtime';
import fc from 'fast-check';
import { chainRecord, GENESIS, hashOf } from './chain.ts';
import { scanLines } from './scan-lines.ts';
import { chainOf, hashOfLine, plainRecord, writeExport } from './testing/chained-file.ts';
import { verifyFile } from './verify-file.ts';

jest.setTimeout(60_000);

const directory = mkdtempSync(join(tmpdir(), 'nexus-verify-'));
const path = join(directory, 'export.jsonl');
const COUNT = 9;
const lines = chainOf(COUNT);
const end = hashOfLine(lines.at(-1));

beforeEach(() => {
  for (const ending of ['', '.chain', '.gaps']) rmSync(`${path}${ending}`, { force: true });
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Line numbers from 1. */
function without(line: number): string[] {
  return lines.toSpliced(line - 1, 1);
}

function rechained(index: number, prev: string, over: object = { team: 'other' }): string {
  return chainRecord({ ...plainRecord(index), ...over }, prev).line;
}

describe('the vector of the contract', () => {
  it('is met', () => {
    const record = { ts_utc: '2026-01-01T00:00:00Z', provider: 'glm', actual_cost_usd: '0.000001' };
    const { line, hash } = chainRecord(record, GENESIS);
    expect(hash).toBe('02ce98c8baa074ec18da9271d61317daa4b329dc50d755b4f95daa075121b7fb');
    expect(line).toBe(
      `{"actual_cost_usd":"0.000001","chain_ver":1,"prev_hash":"${GENESIS}","provider":"glm",` +
        `"ts_utc":"2026-01-01T00:00:00Z","hash":"${hash}"}`,
    );
  });

  it('holds for text outside ASCII, unescaped, and for fractions as text', () => {
    const { line } = chainRecord({ purpose: '작업', latency_ms: 1.5, list: [0.1] }, GENESIS);
    expect(line).toContain('"latency_ms":"1.5","list":["0.1"]');
    expect(line).toContain('"purpose":"작업"');
  });
});

describe('a whole file', () => {
  it('is in order', async () => {
    writeExport(path, lines);
    expect(await verifyFile(path, { head: { count: COUNT, hash: end } })).toMatchObject({
      ok: true,
      lines: COUNT,
      partial: false,
      end: 'head',
      behind_head: 0,
      respelled: 0,
      last_hash: end,
      problem: undefined,
    });
  });

  it('is in order when it is empty', async () => {
    writeExport(path, []);
    expect(await verifyFile(path)).toMatchObject({ ok: true, lines: 0, end: 'sidecar' });
    writeExport(path, [], end);
    expect(await verifyFile(path)).toMatchObject({ ok: false, problem: { damage: 'cut' } });
  });

  it('may be older than the head when its sidecar says that it ended there', async () => {
    writeExport(path, lines.slice(0, 5));
    const head = { count: COUNT, hash: end };
    expect(await verifyFile(path, { head })).toMatchObject({ ok: true, behind_head: 4, end: 'sidecar' });
    rmSync(`${path}.chain`);
    expect(await verifyFile(path, { head })).toMatchObject({ ok: false, problem: { line: 5, damage: 'cut' } });
    expect(await verifyFile(path)).toMatchObject({ ok: true, end: 'unproven' });
  });

  it('is not in order when it has what the head does not', async () => {
    writeExport(path, lines);
    const shorter = { count: 5, hash: hashOfLine(lines[4]) };
    expect(await verifyFile(path, { head: shorter })).toMatchObject({
      ok: false,
      problem: { line: 6, damage: 'added' },
    });
    const other = { count: COUNT, hash: GENESIS };
    expect(await verifyFile(path, { head: other })).toMatchObject({
      ok: false,
      problem: { line: COUNT, damage: 'cut' },
    });
  });

  it('may be spelled as others spell JSON', async () => {
    const respelled = lines.map((line) => {
      const entries = Object.entries(JSON.parse(line) as object).reverse();
      return JSON.stringify(Object.fromEntries(entries))
        .replaceAll(':', ': ')
        .replaceAll(/[^\x20-\x7e]/g, (letter) => `\\u${letter.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .replaceAll(/"ts_utc": "(\d+-\d+-\d+T\d+): (\d+): (\d+)/g, '"ts_utc": "$1:$2:$3');
    });
    writeExport(path, respelled, end);
    expect(await verifyFile(path)).toMatchObject({ ok: true, respelled: COUNT, lines: COUNT });
  });

  it('is read without its last newline, and with the newlines of Windows', async () => {
    writeFileSync(path, lines.join('\r\n'));
    writeFileSync(`${path}.chain`, end);
    expect(await verifyFile(path)).toMatchObject({ ok: true, lines: COUNT });
  });

  it('is read across the borders of what is read at once, and with long lines', async () => {
    const long = chainOf(3000, (index) => ({ purpose: 'x'.repeat(index === 7 ? 9_000_000 : index) }));
    writeExport(path, long);
    expect(await verifyFile(path)).toMatchObject({ ok: true, lines: 3000, respelled: 0 });
  });
});

const PLACES = [
  ['first', 1],
  ['middle', 5],
  ['last', COUNT],
] as const;

describe.each(PLACES)('damage at the %s line', (_place, line) => {
  const index = line - 1;
  const prev = hashOfLine(lines[index - 1]);

  async function damageOf(damaged: string[]): Promise<unknown> {
    writeExport(path, damaged, end);
    const { ok, problem } = await verifyFile(path);
    expect(ok).toBe(false);
    return { line: problem?.line, damage: problem?.damage };
  }

  it('is found when the record was changed', async () => {
    const changed = lines[index]?.replace('"provider":"glm"', '"provider":"gml"') ?? '';
    expect(await damageOf(lines.with(index, changed))).toEqual({ line, damage: 'changed' });
  });

  it('is found when the hash was changed', async () => {
    const changed = lines[index]?.replace(/[0-9a-f]"\}$/, (text) => (text.startsWith('0') ? '1"}' : '0"}')) ?? '';
    expect(await damageOf(lines.with(index, changed))).toEqual({ line, damage: 'changed' });
  });

  it('is found when the record was changed and hashed again', async () => {
    const found = await damageOf(lines.with(index, rechained(index, prev)));
    expect(found).toEqual(line === COUNT ? { line, damage: 'cut' } : { line: line + 1, damage: 'missing' });
  });

  it('is found when a member was told twice', async () => {
    const doubled = lines[index]?.replace('{', '{"provider":"other",') ?? '';
    expect(await damageOf(lines.with(index, doubled))).toEqual({ line, damage: 'unreadable' });
  });

  it('is found when it says that it follows another record', async () => {
    const { hash: _hash, ...record } = JSON.parse(lines[index] ?? '') as Record<string, unknown>;
    const text = canonicalJson({ ...record, prev_hash: 'f'.repeat(64) });
    const forged = `${text.slice(0, -1)},"hash":"${hashOf(text, prev)}"}`;
    expect(await damageOf(lines.with(index, forged))).toEqual({ line, damage: 'changed' });
  });

  it('is found when the record was removed', async () => {
    const found = await damageOf(without(line));
    expect(found).toEqual(line === COUNT ? { line: COUNT - 1, damage: 'cut' } : { line, damage: 'missing' });
  });

  it('is found when a record was inserted before it', async () => {
    expect(await damageOf(lines.toSpliced(index, 0, rechained(99, prev)))).toEqual({ line, damage: 'inserted' });
    expect(await damageOf(lines.toSpliced(index, 0, rechained(99, GENESIS.replace('0', 'f'))))).toEqual({
      line,
      damage: 'inserted',
    });
    const plain = JSON.stringify({ ...(JSON.parse(rechained(99, prev)) as object), hash: GENESIS });
    expect(await damageOf(lines.toSpliced(index, 0, plain))).toEqual({ line, damage: 'inserted' });
  });

  it('is found when a record was added behind it', async () => {
    const added = rechained(99, hashOfLine(lines[index]));
    const found = await damageOf(lines.toSpliced(line, 0, added));
    expect(found).toEqual({ line: line + 1, damage: line === COUNT ? 'added' : 'inserted' });
  });

  it('is found when the record stands there twice, here or elsewhere', async () => {
    const twin = lines[index] ?? '';
    expect(await damageOf(lines.toSpliced(line, 0, twin))).toEqual({ line: line + 1, damage: 'duplicate' });
    expect(await damageOf([...lines, twin])).toEqual({ line: COUNT + 1, damage: 'duplicate' });
  });

  it('is found when it changed places with its neighbour', async () => {
    const first = Math.min(index, COUNT - 2);
    const swapped = lines.toSpliced(first, 2, lines[first + 1] ?? '', lines[first] ?? '');
    expect(await damageOf(swapped)).toEqual({ line: first + 1, damage: 'reordered' });
  });

  it('is found when the file breaks off within it', async () => {
    writeExport(path, lines.slice(0, line), end);
    truncateSync(path, readFileSync(path).length - 20);
    expect((await verifyFile(path)).problem).toMatchObject({ line, damage: 'cut' });
  });

  it.each(['garbage', '', '[]', '{"hash":1}', '['.repeat(200_000)])(
    'is found when it is no record: %.20s',
    async (text) => {
      expect(await damageOf(lines.with(index, text))).toEqual({ line, damage: 'unreadable' });
    },
  );
});

describe('a window', () => {
  it('begins in the middle of the chain and says so', async () => {
    writeExport(path, lines.slice(3, 7), null);
    expect(await verifyFile(path)).toMatchObject({ ok: true, partial: true, first_prev_hash: hashOfLine(lines[2]) });
  });

  it('leaves out what its gaps tell, and nothing else', async () => {
    const shown = [lines[2], lines[3], lines[6]].map((line) => line ?? '');
    writeExport(path, shown);
    const gaps = [
      { after: GENESIS, before: hashOfLine(lines[1]), records: 2 },
      { after: hashOfLine(lines[3]), before: hashOfLine(lines[5]), records: 2 },
    ];
    writeFileSync(`${path}.gaps`, gaps.map((gap) => JSON.stringify(gap)).join('\n'));
    expect(await verifyFile(path)).toMatchObject({ ok: true, partial: true, gaps: 2, lines: 3 });
    writeExport(path, shown.toSpliced(1, 1));
    expect(await verifyFile(path)).toMatchObject({ ok: false, problem: { line: 2, damage: 'missing' } });
  });

  it('is not believed when its sidecar or its gaps are damaged', async () => {
    writeExport(path, lines, 'nonsense');
    await expect(verifyFile(path)).rejects.toMatchObject({ code: 'SIDECAR_UNREADABLE' });
    writeExport(path, lines);
    writeFileSync(`${path}.gaps`, 'nonsense');
    await expect(verifyFile(path)).rejects.toMatchObject({ code: 'SIDECAR_UNREADABLE' });
  });
});

describe('any edit', () => {
  const text = lines.map((line) => `${line}\n`).join('');
  const edit = fc.record({
    at: fc.nat(Buffer.byteLength(text) - 1),
    remove: fc.nat(40),
    insert: fc.oneof(fc.string({ maxLength: 8 }), fc.constantFrom('"', '\n', '0', ' ', '{', '\\', ',"a":1')),
  });

  it('is found, unless it leaves every record as it was', async () => {
    writeExport(path, lines);
    const records = lines.map((line) => JSON.parse(line) as unknown);
    await fc.assert(
      fc.asyncProperty(edit, async ({ at, remove, insert }) => {
        const bytes = Buffer.from(text);
        const edited = Buffer.concat([bytes.subarray(0, at), Buffer.from(insert), bytes.subarray(at + remove)]);
        writeFileSync(path, edited);
        const { ok, problem } = await verifyFile(path);
        if (!ok) return expect(problem?.line).toBeGreaterThan(0);
        const kept: unknown[] = [];
        await scanLines(path, (line) => void kept.push(JSON.parse(line.bytes.toString('utf8'))));
        expect(kept).toEqual(records);
      }),
      { numRuns: 400 },
    );
  });

  it('of lines is found: removed, doubled and moved ones', async () => {
    const place = fc.nat(COUNT - 1);
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(lines, { minLength: 0 }), place, place, async (some, from, to) => {
        const moved = lines.toSpliced(from, 1).toSpliced(to, 0, lines[from] ?? '');
        for (const candidate of [some, moved]) {
          writeExport(path, candidate, end);
          const same = candidate.join('\n') === lines.join('\n');
          expect((await verifyFile(path)).ok).toBe(same);
        }
      }),
      { numRuns: 150 },
    );
  });
});

it('never keeps more than a line of a file that has none', async () => {
  writeFileSync(path, '');
  for (let part = 0; part < 17; part++) appendFileSync(path, Buffer.alloc(1024 * 1024, 'x'));
  await expect(verifyFile(path)).rejects.toMatchObject({ code: 'LINE_TOO_LONG' });
});
