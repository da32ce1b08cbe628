import { beforeEach, describe, expect, test } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { marked } from 'marked';
import { runFinopsReport } from './run-finops-report.ts';

const NOW = Date.parse('2026-12-05T10:00:00Z');

let folder = '';
let root = '';
let ledger = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'finops-report-'));
  root = mkdtempSync(join(tmpdir(), 'finops-root-'));
  ledger = join(folder, 'ledger.jsonl');
});

async function run(words: string[], environment: Record<string, string> = {}) {
  const told = { stdout: '', stderr: '' };
  const status = await runFinopsReport(
    words,
    { root, workingDirectory: folder, environment },
    {
      now: () => NOW,
      result: (text) => void (told.stdout += text),
      note: (text) => void (told.stderr += text),
    },
  );
  return { status, ...told };
}

function recordAt(ts_utc: string, parts: Record<string, unknown> = {}): string {
  return JSON.stringify({
    ...{ ts_utc, ts: Math.floor(Date.parse(ts_utc) / 1000), provider: 'glm', model: 'glm-4.7', purpose: 'ops' },
    ...{ team: 'ops', project: 'kakao', fp: 'a'.repeat(16), estimated_cost_usd: '0.02', actual_cost_usd: '0.01' },
    ...{ tokens_in: 100, tokens_out: 50, approx_tokens: false, latency_ms: 5, budget_reason: 'ok', key_id: 'k' },
    ...parts,
  });
}

function ledgerOf(...lines: string[]): void {
  writeFileSync(ledger, `${lines.join('\n')}\n`);
}

const november = ['--from', '2026-11-01', '--to', '2026-11-30'];
const parseJson = (text: string) => JSON.parse(text) as { files: { path: string }[]; report: Record<string, unknown> };

describe('nexus finops-report', () => {
  test('writes into the data directory, wherever it is called from, and tells where', async () => {
    ledgerOf(
      recordAt('2026-10-31T23:59:59Z'),
      recordAt('2026-11-03T00:00:00Z'),
      recordAt('2026-11-04T00:00:00Z', { actual_cost_usd: 0.0234 }),
    );
    const { status, stdout } = await run([...november, '--ledger', 'ledger.jsonl']);
    const path = join(root, '.nexus', 'logs', 'finops_report.md');
    expect(status).toBe(0);
    expect(stdout).toBe(
      `FinOps Report 2026-11-01 – 2026-11-30 (UTC)\n  Total cost: $0.0334 (+234.0%, against 2026-10-01 – 2026-10-31), Rows: 2\n  ${path}\n`,
    );
    const text = readFileSync(path, 'utf8');
    expect(text).toContain(
      '# FinOps Report\n\n- Window: 2026-11-01 to 2026-11-30 (UTC, both days included)\n- Rows: 2\n',
    );
    expect(text).toContain('- Total cost: $0.0334\n- Approx token rows: 0 (0.00%)\n');
    expect(text).toContain('| ops/kakao | 0.0334 | 100.0% | 2 | 0 (0.0%) | 300 |');
  });

  test('both days are included to their last instant, in the zone of FINOPS_TZ', async () => {
    ledgerOf(
      recordAt('2026-10-31T14:59:59Z'),
      recordAt('2026-10-31T15:00:00Z', { project: 'first' }),
      recordAt('2026-11-30T14:59:59Z', { project: 'last' }),
      recordAt('2026-11-30T15:00:00Z'),
    );
    const { stdout } = await run([...november, '--ledger', ledger, '--out', '-', '--compare', 'none'], {
      FINOPS_TZ: 'Asia/Seoul',
    });
    expect(stdout).toContain('- Rows: 2\n');
    expect(stdout).toMatch(/ops\/first \| 0\.0100[^]*ops\/last \| 0\.0100/);
    expect(stdout).toContain('(Asia/Seoul, both days included)');
  });

  test('an empty window is a report with 0 rows', async () => {
    ledgerOf(recordAt('2026-11-03T00:00:00Z'));
    const { status, stdout } = await run([
      '--from',
      '2026-01-01',
      '--to',
      '2026-01-31',
      '--ledger',
      ledger,
      '--out',
      '-',
    ]);
    expect(status).toBe(0);
    expect(stdout).toContain('- Rows: 0\n- Total cost: $0.0000\n');
    writeFileSync(ledger, '');
    expect((await run([...november, '--ledger', ledger])).stdout).toContain('Nothing was spent');
  });

  test('all formats have the same total, and the same bytes the next time', async () => {
    ledgerOf(
      ...Array.from({ length: 300 }, (_, index) =>
        recordAt(new Date(Date.parse('2026-10-15') + index * 9_000_000).toISOString(), {
          actual_cost_usd: `0.${String(index * 7919 + 1).padStart(9, '0')}`,
          project: `p${index % 7}`,
        }),
      ),
    );
    const words = [...november, '--ledger', ledger, '--format', 'md,json,csv,focus,html', '--bom'];
    const { files, report } = parseJson((await run([...words, '--out', 'one/r', '--json'])).stdout);
    const again = parseJson((await run([...words, '--out', 'two/r', '--json'])).stdout);
    const [one, two] = [files, again.files].map((list) => list.map(({ path }) => readFileSync(path, 'utf8')));
    expect(two).toEqual(one);
    const [, json = '', csv = '', focus = '', html = ''] = one ?? [];
    const { cost_usd } = report['totals'] as { cost_usd: string };
    expect(JSON.parse(json)).toEqual(report);
    expect(csv).toMatch(new RegExp(`^\ufeffmonth,[^]*\nTOTAL,,,\\d+,(\\d+,){5}${cost_usd.replace('.', '\\.')},`));
    expect(focus).toMatch(/^\ufeffBilledCost,/);
    expect(html).toMatch(/^<!doctype html>/);
  });

  test('the report is in the language that is asked for, not the machine’s', async () => {
    ledgerOf(recordAt('2026-11-03T00:00:00Z'));
    const words = [...november, '--ledger', ledger, '--out'];
    expect((await run([...words, '-'], { LANG: 'ko_KR.UTF-8' })).stdout).toContain('- Window: ');
    expect((await run([...words, '-'], { NEXUS_LANG: 'ko' })).stdout).toContain('- 기간: ');
    expect((await run([...words, '-', '--lang', 'ko'])).stdout).toContain('- 총비용: $0.0100');
    expect((await run([...words, 'a.md'], { LANG: 'ko_KR.UTF-8' })).stdout).toContain('총비용');
  });

  test('as of an instant: days that had not ended are not complete', async () => {
    ledgerOf(recordAt('2026-11-03T00:00:00Z'));
    const words = ['--ledger', ledger, '--json', '--out', 'r.json', '--as-of'];
    const dayOf = async (asOf: string) => parseJson((await run([...words, asOf])).stdout).report;
    expect(await dayOf('2026-11-03')).toMatchObject({
      as_of: '2026-11-04T00:00:00.000Z',
      window: { from: '2026-11-01', to: '2026-11-03' },
      run_rate: { complete_days: 3 },
    });
    expect(await dayOf('2026-11-03T12:00:00+09:00')).toMatchObject({
      as_of: '2026-11-03T03:00:00.000Z',
      run_rate: { complete_days: 2 },
    });
    expect(parseJson((await run([...words.slice(0, -1), ...november])).stdout).report['as_of']).toBe(
      '2026-12-01T00:00:00.000Z',
    );
  });

  test('can be limited to names', async () => {
    ledgerOf(recordAt('2026-11-03T00:00:00Z'), recordAt('2026-11-03T00:00:00Z', { team: 'hr' }));
    const words = [...november, '--ledger', ledger, '--team', 'hr', '--json', '--out', 'r.md'];
    const { report } = parseJson((await run(words)).stdout);
    expect(report).toMatchObject({ filters: { team: ['hr'] }, totals: { calls: 1 } });
  });

  test('corrupt lines end it with their numbers, or are counted', async () => {
    const good = recordAt('2026-11-03T00:00:00Z');
    ledgerOf(good, '{"ts":', good, '{"provider":1}', good.replace('"0.01"', '"1e3"'), good);
    const words = [...november, '--ledger', ledger, '--out', '-'];
    await expect(run(words)).rejects.toThrow(/has 3 lines that are no cost records:\n {2}line 2: [^\n]+\n {2}line 4: /);
    const { status, stdout } = await run([...words, '--skip-corrupt']);
    expect(status).toBe(0);
    expect(stdout).toContain('- Rows: 3\n');
    expect(stdout).toContain('- Corrupt lines left out: 3');
  });

  test('a relative ledger is looked for here, then in the data directory', async () => {
    const logs = join(root, '.nexus', 'logs');
    mkdirSync(logs, { recursive: true });
    writeFileSync(join(logs, 'llm_cost_ledger.jsonl'), `${recordAt('2026-11-03T00:00:00Z')}\n`);
    const words = [...november, '--ledger', 'logs/llm_cost_ledger.jsonl', '--out', '-'];
    expect((await run(words)).stdout).toContain('- Rows: 1\n');
    await expect(run([...november, '--ledger', 'nowhere.jsonl'])).rejects.toMatchObject({ code: 'LEDGER_UNREADABLE' });
    await expect(run([...november, '--ledger', folder])).rejects.toMatchObject({ code: 'LEDGER_UNREADABLE' });
    expect(existsSync(join(logs, 'finops_report.md'))).toBe(false);
  });

  test('hostile names make no link, picture, markup or cell in what Markdown becomes', async () => {
    const names = [
      '<img src=x onerror=alert(1)>',
      '[a](https://evil.example)',
      'a|b|c',
      'https://evil.example',
      '\n# x',
      '`|`',
    ];
    ledgerOf(...names.map((name) => recordAt('2026-11-03T00:00:00Z', { team: name, project: name, model: name })));
    const { stdout } = await run([...november, '--ledger', ledger, '--out', '-']);
    const html = await marked(stdout);
    expect(html).not.toMatch(/<(a|img|script)\b/);
    expect(html.match(/<h1>/g)).toHaveLength(1);
    const [head = '', ...rows] = /<h2>Team\/Project<\/h2>[^]*?<\/table>/.exec(html)?.[0].split('<tr>').slice(1) ?? [];
    expect(rows).toHaveLength(names.length);
    for (const row of rows) expect(row.match(/<td/g)?.length).toBe(head.match(/<th/g)?.length);
  });

  test.each([
    [['--form', '2026-11-01'], /no option --form here. Did you mean --from/],
    [['--compare', 'last'], /must be one of prev, yoy, none/],
    [['--from'], /--from needs a value/],
    [['--bom=1'], /--bom is a flag/],
    [['november'], /nothing to do with "november"/],
    [['--as-of', 'now'], /--as-of must be like/],
    [['--lang', 'de'], /must be one of en, ko/],
    [['--out', '-', '--json'], /leave --json and other files out/],
  ])('%j is refused', async (words, message) => {
    await expect(run(['--ledger', ledger, ...words])).rejects.toThrow(message);
  });

  test('settings that are wrong are refused', async () => {
    ledgerOf();
    await expect(run(['--ledger', ledger], { FINOPS_TZ: 'Mars' })).rejects.toThrow(/FINOPS_TZ "Mars" is no time zone/);
    const focus = [...november, '--ledger', ledger, '--format', 'focus'];
    await expect(run(focus, { LLM_PRICING_JSON: '{' })).rejects.toThrow(
      /LLM_PRICING_JSON is not .* Correct it, or unset it/,
    );
  });
});
