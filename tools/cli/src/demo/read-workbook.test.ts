import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeXlsx } from 'hucre/xlsx';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compareCounts } from './compare-counts.ts';
import { describeWorkbook } from './describe-workbook.ts';
import { readWorkbook } from './read-workbook.ts';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'nexus-workbook-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

type Rows = (string | number)[][];

async function workbook(sheets: Record<string, Rows>): Promise<string> {
  const path = join(directory, `${Object.keys(sheets).length}-${Math.random()}.xlsx`);
  writeFileSync(path, await writeXlsx({ sheets: Object.entries(sheets).map(([name, rows]) => ({ name, rows })) }));
  return path;
}

const SHEETS: Record<string, Rows> = {
  메시지: [
    ['순번', '본문'],
    [1, 'a'],
    [2, 'long'],
    [2, 'goes on'],
    [3, 'c'],
  ],
  '메시지 (2)': [
    ['순번', '본문'],
    [4, 'd'],
  ],
  참여자: [
    ['이름', '메시지수'],
    ['가나', 1],
    ['다라', 3],
  ],
  일별통계: [
    ['날짜', '메시지'],
    ['2026-01-01', 2],
    ['2026-01-02', 2],
  ],
  시스템: [
    ['순번', '내용'],
    [1, 'joined'],
  ],
  오류: [['순번', '원문']],
};

const COUNTS = { messages: 4, system: 1, participants: 2, days: 2, unparsed: 0 };

describe('readWorkbook', () => {
  test('counts messages over continued rows and continued sheets, and adds up', async () => {
    const contents = await readWorkbook(await workbook(SHEETS));
    expect(contents).toEqual({
      sheets: ['메시지', '메시지 (2)', '참여자', '일별통계', '시스템', '오류'],
      messages: 4,
      system: 1,
      unparsed: 0,
      days: 2,
      messagesByDay: 4,
      participants: 2,
      messagesByParticipant: 4,
      topSenders: [
        { name: '다라', messages: 3 },
        { name: '가나', messages: 1 },
      ],
    });
    expect(compareCounts(COUNTS, contents).every(({ agrees }) => agrees)).toBe(true);
  });

  test.each([
    ['messages', { messages: 5 }, ['rows of 메시지', 'sum of 메시지 in 일별통계', 'sum of 메시지수 in 참여자']],
    ['system', { system: 0 }, ['rows of 시스템']],
    ['unparsed', { unparsed: 1 }, ['rows of 오류']],
    ['participants', { participants: 3 }, ['rows of 참여자']],
    ['days', { days: 1 }, ['rows of 일별통계']],
  ])('a wrong count of %s is noticed', async (_name, change, wrong) => {
    const contents = await readWorkbook(await workbook(SHEETS));
    const comparisons = compareCounts({ ...COUNTS, ...change }, contents);
    expect(comparisons.filter(({ agrees }) => !agrees).map(({ what }) => what)).toEqual(wrong);
    const text = describeWorkbook({ path: '/x.xlsx', bytes: 9_000, formats: ['windows'], contents, comparisons });
    expect(text.match(/WRONG/g)).toHaveLength(wrong.length);
  });

  test('what is no workbook, or lacks a sheet or a column, is an error', async () => {
    const broken = join(directory, 'broken.xlsx');
    writeFileSync(broken, 'PK not really');
    await expect(readWorkbook(broken)).rejects.toThrow();
    const { 오류: _dropped, ...rest } = SHEETS;
    await expect(readWorkbook(await workbook(rest))).rejects.toThrow('no sheet 오류');
    await expect(readWorkbook(await workbook({ ...SHEETS, 시스템: [['번호'], [1]] }))).rejects.toThrow(
      'no column 순번',
    );
  });
});
