import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { buildReport } from '../build-report.ts';
import { arbitraryCells } from '../testing/arbitrary-cells.ts';
import { dayCell, reportInput } from '../testing/report-input.ts';
import { seededCells } from '../testing/seeded-month.ts';
import { renderMarkdown } from './render-markdown.ts';

const window = { from: '2026-11-01', to: '2026-11-02', zone: 'UTC' };

describe('the report as Markdown', () => {
  test('has the named parts of the contract', () => {
    const cells = [
      dayCell({ calls: 3, approx_calls: 1, cost_nano: 1_234_550_000n }),
      dayCell({ provider: 'openai', model: 'gpt-5.2', purpose: 'ops', team: 'hr', project: 'x|y', cost_nano: 5n }),
    ];
    const input = reportInput({ window, as_of: Date.parse('2026-11-03'), cells });
    expect(renderMarkdown(buildReport(input))).toBe(`# FinOps Report

- Window: 2026-11-01 to 2026-11-02 (UTC, both days included)
- Rows: 4
- Total cost: $1.2346
- Approx token rows: 1 (25.00%)
- Run rate: $0.6173 a day over 2 complete days, $18.5183 a month
- As of: 2026-11-03 00:00 (UTC), from the ledger’s rollups

## Top providers

| Provider | Cost (USD) | Share | Rows | Approx | Tokens |
| --- | ---: | ---: | ---: | ---: | ---: |
| gemini | 1.2346 | 100.0% | 3 | 1 (33.3%) | 1.1k |
| openai | 0.0000 | 0.0% | 1 | 0 (0.0%) | 1.1k |

## Top models

| Model | Cost (USD) | Share | Rows | Approx | Tokens |
| --- | ---: | ---: | ---: | ---: | ---: |
| gemini-3-flash-preview | 1.2346 | 100.0% | 3 | 1 (33.3%) | 1.1k |
| gpt-5.2 | 0.0000 | 0.0% | 1 | 0 (0.0%) | 1.1k |

## Top purposes

| Purpose | Cost (USD) | Share | Rows | Approx | Tokens |
| --- | ---: | ---: | ---: | ---: | ---: |
| summary | 1.2346 | 100.0% | 3 | 1 (33.3%) | 1.1k |
| ops | 0.0000 | 0.0% | 1 | 0 (0.0%) | 1.1k |

## Team/Project

| Team/Project | Cost (USD) | Share | Rows | Approx | Tokens |
| --- | ---: | ---: | ---: | ---: | ---: |
| ops/kakao | 1.2346 | 100.0% | 3 | 1 (33.3%) | 1.1k |
| \`hr/x\\|y\` | 0.0000 | 0.0% | 1 | 0 (0.0%) | 1.1k |

## By day

| Day | Rows | Cost (USD) | gemini | openai |
| --- | ---: | ---: | ---: | ---: |
| 2026-11-01 | 0 | 0.0000 | 0.0000 | 0.0000 |
| 2026-11-02 | 4 | 1.2346 | 1.2346 | 0.0000 |

## Unit costs

| Unit | Now |
| --- | ---: |
| Per call | $0.3086 |
| Per accepted answer | $0.3086 |
| Per 1K tokens | $0.5612 |
| Cache hit ratio (input tokens) | 0.0% |
| Saved by caching | $0.00 |
| Latency per call | 400 ms |

## Wasted and avoided

- Wasted spend: $0.00 (0 billed answers nobody could use, 0.0% of the cost)
- Avoided spend (credit): $0.00 (0 calls answered again without a provider; not part of the cost)
- Saved by caching: $0.00 (0.0% of the input tokens were read from a cache)

## Forecast for Nov 2026

- Spent so far: $0.00
- No forecast: it needs 7 complete days of history, there are 0.

## Data quality

- Lines, rollups and counters: add up to the same
- Answers whose tokens were estimated: 1 (25.00%)
- Answers at a base price, because the model has no price of its own: 0 (0.00%)
- Reservations that expired: 0
- Settled after they had expired: 0
- Reservations given back: 0
- Calls refused for a budget: 0
- Lines not yet sealed: 0
- Price book: 2026-11-01
`);
  });

  test('of an empty window says so, with 0 rows', () => {
    const text = renderMarkdown(buildReport(reportInput()));
    expect(text).toContain('- Rows: 0\n- Total cost: $0.0000\n- Approx token rows: 0 (0.00%)\n');
    expect(text).toContain('Nothing was spent in this window');
    expect(text).not.toContain('## Top providers');
    expect(renderMarkdown(buildReport(reportInput()), { language: 'ko' })).toContain('이 기간에는 지출이 없습니다');
  });

  test('shows ten of each and twenty projects, and the rest as one', () => {
    const cells = Array.from({ length: 30 }, (_, index) =>
      dayCell({ model: `m${index}`, project: `p${index}`, cost_nano: BigInt(100 - index) * 1_000_000_000n }),
    );
    const text = renderMarkdown(buildReport(reportInput({ cells })));
    const section = (name: string) => text.split(`## ${name}\n`)[1]?.split('\n## ')[0] ?? '';
    expect(section('Top models').match(/^\| m/gm)).toHaveLength(10);
    expect(section('Top models')).toContain('| 20 others | 1610.0000 |  | 20 |  |  |');
    expect(section('Team/Project').match(/^\| ops\/p/gm)).toHaveLength(20);
  });

  test('equal input gives equal bytes, and all sections appear in both languages', () => {
    const cells = seededCells('2026-09-01', '2026-11-18');
    const input = reportInput({
      cells,
      history: cells,
      as_of: Date.parse('2026-11-18T12:00:00Z'),
      previous: { how: 'prev', from: '2026-10-01', to: '2026-10-31', cells },
      anomalies: [
        {
          ...{
            id: 'a',
            started_at: Date.parse('2026-11-05T01:00:00Z'),
            ended_at: null,
            scope: 'team:<b>',
            kind: 'spike',
          },
          ...{ actual_nano: 5n, expected_nano: null },
        },
      ],
      filters: { team: ['ops', 'finance'] },
    });
    const headings = (text: string) => text.match(/^#+ .*/gm)?.length;
    const [one, two] = [input, input].map((each) => renderMarkdown(buildReport(each)));
    expect(one).toBe(two);
    expect(headings(renderMarkdown(buildReport(input), { language: 'ko' }))).toBe(headings(one ?? ''));
    expect(one).toContain('- Only Team: ops, finance');
    expect(one).toContain('`team:<b>`');
    expect(one).toContain('2026-11-18 (not complete)');
  });

  test('a name is a cell and nothing else: every row of a table has the columns of its head', () => {
    fc.assert(
      fc.property(arbitraryCells, (cells) => {
        let columns = 0;
        const previous = { how: 'yoy' as const, from: '2026-11-01', to: '2026-11-30', cells };
        for (const line of renderMarkdown(buildReport(reportInput({ cells: cells.slice(1), previous }))).split('\n')) {
          const bars = line.replaceAll('\\|', '').split('|').length - 1;
          if (bars > 0 && columns > 0) expect([line, bars]).toEqual([line, columns]);
          columns = bars;
        }
      }),
    );
  });
});
