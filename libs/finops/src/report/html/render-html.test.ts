import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { nanoOf } from '../amount.ts';
import { buildReport } from '../build-report.ts';
import { money } from '../render/format.ts';
import { wordsOf } from '../render/words.ts';
import { arbitraryCells, HOSTILE_NAMES } from '../testing/arbitrary-cells.ts';
import { dayCell, reportInput } from '../testing/report-input.ts';
import { seededCells } from '../testing/seeded-month.ts';
import type { ReportInput } from '../report-input.ts';
import { renderHtml } from './render-html.ts';
import { providerColours } from './palette.ts';
import { timelineOf } from './timeline.ts';

const USD = 1_000_000_000n;

function month(parts: Partial<ReportInput> = {}): ReportInput {
  const cells = seededCells('2026-09-10', '2026-11-19', { scale: 2 });
  const budget = { starts_at: Date.parse('2026-11-01'), ends_at: Date.parse('2026-12-01'), held_nano: 1n };
  return reportInput({
    ...{ window: { from: '2026-11-01', to: '2026-11-19', zone: 'UTC' }, as_of: Date.parse('2026-11-19T10:00:00Z') },
    ...{ cells, history: cells },
    previous: { how: 'prev', from: '2026-10-01', to: '2026-10-19', cells },
    budgets: [
      {
        ...budget,
        scope: 'global',
        period: 'month',
        cap_nano: 250n * USD,
        soft_nano: 200n * USD,
        spent_nano: 165n * USD,
      },
      { ...budget, scope: 'team:ops', period: 'day', cap_nano: 0n, soft_nano: 0n, spent_nano: 1n },
    ],
    ...parts,
  });
}

/** Tags with their attributes, in order: what a browser acts on. */
const tagsOf = (html: string) => html.match(/<[^>]*>/g) ?? [];

/** Numbers move with amounts; names must move nothing. */
function withNames(nameOf: (index: number) => string): string {
  const cells = Array.from({ length: HOSTILE_NAMES.length }, (_, index) => {
    const name = nameOf(index);
    const cost_nano = BigInt(index + 1) * USD;
    return dayCell({ team: name, project: name, model: name, purpose: name, provider: 'openai', cost_nano });
  });
  const anomaly = { id: nameOf(1), started_at: 0, ended_at: null, scope: nameOf(0), kind: nameOf(1) };
  const previous = { how: 'prev' as const, from: '2026-10-01', to: '2026-10-31', cells: [] };
  const quality = { ...reportInput().quality, price_books: [nameOf(0)] };
  const anomalies = [{ ...anomaly, actual_nano: 1n, expected_nano: null }];
  const filters = { provider: ['openai', nameOf(0)] };
  return renderHtml(buildReport(reportInput({ cells, previous, anomalies, quality, filters })));
}

describe('the report as HTML', () => {
  test('names change no tag and no attribute', () => {
    const hostile = withNames((index) => HOSTILE_NAMES[index] ?? '');
    expect(tagsOf(hostile)).toEqual(tagsOf(withNames((index) => `name ${index}`)));
    expect(hostile).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  });

  test('runs no script, loads nothing, and says so to the browser', () => {
    const html = renderHtml(buildReport(month()));
    expect(html).toContain("content=\"default-src 'none'; style-src 'unsafe-inline';");
    expect(html).not.toMatch(/<script|<link|<img|\ssrc=|\shref=|url\(|@import|\son\w+=/i);
  });

  test.each(['en', 'ko'] as const)('is complete and well-formed in %s', (language) => {
    const html = renderHtml(buildReport(month()), { language });
    const words = wordsOf(language);
    const shown = [words.budgets, words.byDay, words.movers, words.unitCosts, words.waste, words.quality];
    expect(shown.filter((name) => !html.includes(`<h2>${name}</h2>`))).toEqual([]);
    expect(html).toContain(`<html lang="${language}">`);
    expect(html).not.toMatch(/undefined|NaN|null|\{\w+\}(?![^<]*<\/style>)/);
    const empty = ['meta', 'br', '!doctype', 'rect', 'line', 'path'];
    const open: string[] = [];
    for (const [, slash, name = ''] of html.matchAll(/<(\/?)([a-z0-9!]+)[^>]*>/gi)) {
      if (empty.includes(name.toLowerCase())) continue;
      if (slash === '') open.push(name);
      else expect(open.pop()).toBe(name);
    }
    expect(open).toEqual([]);
  });

  test('charts have a title, a description and a table, and ids are unique', () => {
    const html = renderHtml(buildReport(month()));
    for (const [, ids = ''] of html.matchAll(/role="img" aria-labelledby="([^"]+)"/g)) {
      for (const id of ids.split(' ')) expect(html).toContain(`id="${id}"`);
    }
    const ids = [...html.matchAll(/\sid="([^"]+)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(html.match(/role="img"/g)).toHaveLength(2);
    expect(html.match(/<details>/g)).toHaveLength(2);
  });

  test('shows the total of the cells, whatever they are', () => {
    fc.assert(
      fc.property(arbitraryCells, (cells) => {
        const report = buildReport(reportInput({ cells, history: cells }));
        const html = renderHtml(report);
        expect(html).not.toMatch(/undefined|NaN/);
        if (cells.length > 0)
          expect(html).toContain(`<div class="value">${money(nanoOf(report.totals.cost_usd))}</div>`);
      }),
      { numRuns: 40 },
    );
  });

  test('of an empty window says so and draws nothing', () => {
    const html = renderHtml(buildReport(reportInput()));
    expect(html).toContain(wordsOf('en').empty);
    expect(html).not.toContain('<svg');
  });

  test('warns when the numbers do not add up', () => {
    const quality = { ...reportInput().quality, reconciled: { differences: 2 }, skipped_lines: 3 };
    const html = renderHtml(buildReport(reportInput({ quality })));
    expect(html).toMatch(/class="banner"[^]*2 differences[^]*left out: 3/);
  });

  test('equal input gives equal bytes', () => {
    expect(renderHtml(buildReport(month()))).toBe(renderHtml(buildReport(month())));
  });
});

test('a provider keeps its colour', () => {
  expect(providerColours(['openai', 'x']).get('openai')).toBe(providerColours(['glm', 'openai']).get('openai'));
  const many = providerColours(Array.from({ length: 9 }, (_, index) => `p${index}`));
  expect(many.get('p8')).toBe('var(--series-rest)');
});

test('long windows are drawn by week and by month', () => {
  const days = (to: string) => buildReport(reportInput({ window: { from: '2026-01-01', to, zone: 'UTC' } })).days;
  expect(timelineOf(days('2026-03-01'))).toMatchObject({ grain: 'day' });
  const weeks = timelineOf(days('2026-12-31'));
  expect([weeks.grain, weeks.bars.length, weeks.bars[1]?.from]).toEqual(['week', 53, '2026-01-05']);
  expect(timelineOf(days('2027-12-31'))).toMatchObject({ grain: 'month', bars: { length: 24 } });
});
