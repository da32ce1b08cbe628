import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sumSpend } from '../../spend/sum-spend.ts';
import { nanoOf } from '../amount.ts';
import { buildReport } from '../build-report.ts';
import { arbitraryCells } from '../testing/arbitrary-cells.ts';
import { readCsv } from '../testing/read-csv.ts';
import { dayCell, reportInput } from '../testing/report-input.ts';
import { renderCsv } from './render-csv.ts';

describe('the chargeback', () => {
  test('has a row for each team, project and month, and the total', () => {
    const cells = [
      dayCell({ team: '=1+1', project: '배송,"조회"', day: '2026-10-31' }),
      dayCell({ team: 'hr', project: 'a', cost_nano: 2_000_000_001n }),
    ];
    const window = { from: '2026-10-01', to: '2026-11-30', zone: 'UTC' };
    expect(renderCsv(buildReport(reportInput({ window, cells })))).toBe(
      `month,team,project,calls,input_tokens,cache_read_tokens,cache_write_tokens,output_tokens,reasoning_tokens,cost_usd,list_usd,wasted_usd,avoided_usd,approx_calls,share
2026-10,'=1+1,"배송,""조회""",1,1000,0,0,100,0,1,1,0,0,0,0.333333
2026-11,hr,a,1,1000,0,0,100,0,2.000000001,2.000000001,0,0,0,0.666667
TOTAL,,,2,2000,0,0,200,0,3.000000001,3.000000001,0,0,0,1.000000
`,
    );
  });

  test('adds up to its total and to the cells, to the nano; no cell is a formula', () => {
    fc.assert(
      fc.property(arbitraryCells, (cells) => {
        const rows = readCsv(renderCsv(buildReport(reportInput({ cells }))));
        const [head = [], ...body] = rows;
        const total = body.pop() ?? [];
        const column = head.indexOf('cost_usd');
        const sum = body.reduce((added, row) => added + nanoOf(row[column] ?? ''), 0n);
        expect(nanoOf(total[column] ?? '')).toBe(sum);
        expect(sum).toBe(sumSpend(cells).cost_nano);
        for (const cell of rows.flat()) expect(cell).not.toMatch(/^[=+\-@\t\r＝＋－＠]/);
        for (const row of rows) expect(row).toHaveLength(head.length);
      }),
    );
  });

  test('begins with a byte order mark for Excel when asked to', () => {
    const report = buildReport(reportInput());
    expect(renderCsv(report, { bom: true })).toBe(`\ufeff${renderCsv(report)}`);
    expect(renderCsv(report)).toMatch(/^month,[^\n]*\nTOTAL,,,0,/);
  });
});
