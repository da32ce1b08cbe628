import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readXlsx } from 'hucre';
import { parseChart } from 'hucre/ooxml';
import type { ChatEvent, MessageEvent } from '../chat-export/chat-event.ts';
import { LONGEST_CELL } from './cell-text.ts';
import { ChatWorkbook } from './chat-workbook.ts';
import type { ChatWorkbookOptions } from './chat-workbook.ts';
import { assertWellFormed, readParts } from './testing/read-parts.ts';

const PROPERTIES = { title: '방 <1>', description: '설명 & 끝', created: new Date('2026-11-20T09:03:22Z') };
const NOON = Date.UTC(2026, 10, 18, 12) / 1000;

let directory = '';
let workbooks = 0;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'chat-workbook-'));
});
afterAll(async () => {
  await rm(directory, { recursive: true, force: true });
});

function said(text: string, more: Partial<MessageEvent> = {}): MessageEvent {
  const base = { type: 'message', firstLine: 7, lastLine: 7, at: NOON, sender: '이산', kind: 'text' } as const;
  return { ...base, text, steppedBack: false, ...more };
}

async function write(events: readonly (readonly [ChatEvent, number])[], options: Partial<ChatWorkbookOptions> = {}) {
  const place = join(directory, `${(workbooks += 1)}`);
  await mkdir(place);
  const workbook = new ChatWorkbook({
    directory: place,
    sources: [{ name: '대화.txt', withSeconds: false }],
    ...options,
  });
  for (const [event, source] of events) workbook.add(event, source);
  await workbook.drain();
  const output = join(directory, `${workbooks}.xlsx`);
  await workbook.save(output, PROPERTIES);
  const { sheets } = await readXlsx(await readFile(output));
  const rows = new Map(sheets.map(({ name, rows: cells }) => [name, cells]));
  return { output, counts: workbook.counts, sheets, rows, parts: await readParts(output) };
}

describe('ChatWorkbook', () => {
  test('has the five sheets with frozen, filtered headings, and every part is well-formed', async () => {
    const { sheets, parts } = await write([[said('안녕'), 0]]);
    expect(sheets.map(({ name }) => name)).toEqual(['메시지', '참여자', '일별통계', '시스템', '오류']);
    for (const [name, xml] of parts) assertWellFormed(name, xml);
    for (let sheet = 1; sheet <= 5; sheet += 1) {
      const xml = parts.get(`xl/worksheets/sheet${sheet}.xml`) ?? '';
      expect(xml).toMatch(/<pane ySplit="1" topLeftCell="A2" [^>]*state="frozen"/);
      expect(xml).toMatch(/<col min="1" max="1" width="\d+" customWidth="1"\/>/);
      expect(xml).toMatch(/<\/sheetData><autoFilter ref="A1:[A-Z]+\d+"\/>/);
    }
    expect(parts.get('docProps/core.xml')).toContain('<dc:title>방 &lt;1&gt;</dc:title>');
    expect(parts.get('docProps/core.xml')).toContain('>2026-11-20T09:03:22Z<');
    expect(parts.get('xl/styles.xml')).toContain('맑은 고딕');
  });

  test('writes real dates and times, wrapped text, and the line it came from', async () => {
    const { rows, parts } = await write([[said('두\n줄', { at: NOON + 59 * 60 }), 0]]);
    expect(rows.get('메시지')?.[0]).toEqual(['순번', '날짜', '시각', '보낸사람', '종류', '본문', '원본줄', '비고']);
    const [sequence, date, time, sender, kind, text, line] = rows.get('메시지')?.[1] ?? [];
    expect([sequence, sender, kind, text, line]).toEqual([1, '이산', '글', '두\n줄', 7]);
    expect(date).toEqual(new Date(Date.UTC(2026, 10, 18)));
    expect(time).toBeInstanceOf(Date);
    const xml = parts.get('xl/worksheets/sheet1.xml') ?? '';
    expect(xml).toContain('<c r="B2" s="3"><v>46344</v></c><c r="C2" s="4"><v>0.5409722222222222</v></c>');
    expect(xml).toContain('<c r="F2" s="8" t="inlineStr"><is><t xml:space="preserve">두\n줄</t></is></c>');
    const formats =
      parts
        .get('xl/styles.xml')
        ?.match(/<xf .*?(?:\/>|<\/xf>)/g)
        ?.slice(1) ?? [];
    expect(formats[8]).toContain('wrapText="1"');
    expect(formats[3]).toContain('numFmtId="164"');
  });

  test('chat text never becomes a formula', async () => {
    const attack = '=HYPERLINK("http://x","y")';
    const { rows, parts } = await write([[said(attack, { sender: '+cmd' }), 0]]);
    expect(rows.get('메시지')?.[1]?.[5]).toBe(attack);
    expect(rows.get('참여자')?.[1]?.[0]).toBe('+cmd');
    for (const [name, xml] of parts) if (name.startsWith('xl/worksheets/sheet')) expect(xml).not.toContain('<f>');
    const formats =
      parts
        .get('xl/styles.xml')
        ?.match(/<xf .*?(?:\/>|<\/xf>)/g)
        ?.slice(1) ?? [];
    const style = Number(/<c r="F2" s="(\d+)"/.exec(parts.get('xl/worksheets/sheet1.xml') ?? '')?.[1]);
    expect(formats[style]).toContain('quotePrefix="1"');
  });

  test('a text longer than a cell goes on in the rows below under the same number', async () => {
    const text = 'ㄱ'.repeat(LONGEST_CELL * 2 + 5);
    const { rows, counts } = await write([[said(text), 0], [said('다음'), 0]]); // prettier-ignore
    const body = rows.get('메시지')?.slice(1) ?? [];
    expect(body.map((row) => [row[0], row[4], row[7]])).toEqual([
      [1, '글', '1/3'],
      [1, '이어짐', '2/3'],
      [1, '이어짐', '3/3'],
      [2, '글', null],
    ]);
    expect(body.slice(0, 3).map((row) => row[5]).join('')).toBe(text); // prettier-ignore
    expect(counts.messages).toBe(2);
  });

  test('flags what was removed, a clock that stepped back, times that were inferred', async () => {
    const notice: ChatEvent = {
      type: 'system', firstLine: 9, lastLine: 9, at: NOON, timeInferred: true, notice: 'leave', text: '이산님이 나갔습니다.',
      movements: [{ name: '이산', action: 'leave' }], steppedBack: false,
    }; // prettier-ignore
    const undated: ChatEvent = { ...notice, at: undefined, movements: [] };
    const { rows } = await write([[said('a\u0000\u0001b\ufffd', { steppedBack: true }), 0], [notice, 0], [undated, 0]]); // prettier-ignore
    expect(rows.get('메시지')?.[1]?.[7]).toBe('시계가 뒤로 감, 제어 문자 2개 제거, 읽을 수 없는 글자');
    expect(rows.get('메시지')?.[1]?.[5]).toBe('ab\ufffd');
    expect(rows.get('시스템')?.[1]?.slice(3)).toEqual(['퇴장', '이산님이 나갔습니다.', 9, '시각 추정']);
    expect(rows.get('시스템')?.[2]?.slice(0, 4)).toEqual([2, null, null, '퇴장']);
    expect(rows.get('참여자')?.[1]?.[5]).toEqual(new Date(Date.UTC(2026, 10, 18)));
  });

  test('several inputs name the file of each row', async () => {
    const sources = [{ name: '1부.txt', withSeconds: false }, { name: '2부.csv', withSeconds: true }]; // prettier-ignore
    const broken: ChatEvent = {
      type: 'unparsed',
      firstLine: 3,
      lastLine: 3,
      reason: 'impossible_date',
      text: '2026-13-45',
    };
    const { rows, parts } = await write([[said('a'), 0], [said('b', { at: NOON + 1 }), 1], [broken, 1]], { sources }); // prettier-ignore
    expect(rows.get('메시지')?.map((row) => row[7])).toEqual(['파일', '1부.txt', '2부.csv']);
    expect(rows.get('오류')?.[1]).toEqual([1, '2부.csv', 3, '2026-13-45', '달력에 없는 날짜']);
    expect(parts.get('xl/worksheets/sheet1.xml')).toMatch(/<c r="C3" s="5"><v>0\.5000115/);
  });

  test('a full sheet is continued on the next one', async () => {
    const events = Array.from(
      { length: 10 },
      (_, index) => [said(`글 ${index}`, { sender: `사람 ${index}` }), 0] as const,
    );
    const { sheets, rows, parts } = await write(events, { sheetRows: 5 });
    expect(sheets.map(({ name }) => name)).toEqual([
      '메시지', '메시지 (2)', '메시지 (3)', '참여자', '참여자 (2)', '참여자 (3)', '일별통계', '시스템', '오류',
    ]); // prettier-ignore
    expect(rows.get('메시지 (2)')?.map((row) => row[5])).toEqual(['본문', '글 4', '글 5', '글 6', '글 7']);
    expect(rows.get('메시지 (3)')?.map((row) => row[0])).toEqual(['순번', 9, 10]);
    expect(parts.get('xl/workbook.xml')).toContain("'메시지 (2)'!$A$1:$H$5");
    expect(parts.get('xl/worksheets/_rels/sheet7.xml.rels')).toContain('drawing1.xml');
  });

  test('the days have a chart over their columns, and bars', async () => {
    const days = [0, 1, 2, 2].map((day) => [said('x', { at: NOON + day * 86_400 }), 0] as const);
    const { parts } = await write(days);
    const chart = parseChart(parts.get('xl/charts/chart1.xml') ?? '');
    expect(chart?.kinds).toEqual(['bar']);
    expect(chart?.series?.[0]).toMatchObject({
      categoriesRef: "'일별통계'!$A$2:$A$4",
      valuesRef: "'일별통계'!$B$2:$B$4",
    });
    expect(parts.get('xl/charts/chart1.xml')).toContain('<c:pt idx="2"><c:v>2</c:v></c:pt>');
    expect(parts.get('xl/worksheets/sheet3.xml')).toContain('<drawing r:id="rId1"/>');
    expect(parts.get('xl/worksheets/sheet3.xml')).toContain('<cfRule type="dataBar"');
  });

  test('the same chat gives the same bytes', async () => {
    const [one, two] = [await write([[said('a'), 0]]), await write([[said('a'), 0]])]; // prettier-ignore
    expect(await readFile(one.output)).toEqual(await readFile(two.output));
  });

  test('what was at the output stays until the new workbook is whole, and after an error', async () => {
    const place = join(directory, 'broken');
    await mkdir(place);
    const output = join(directory, 'kept.xlsx');
    await writeFile(output, 'before');
    const workbook = new ChatWorkbook({ directory: place, sources: [{ name: 'x', withSeconds: false }] });
    workbook.add(said('a'), 0);
    await rm(place, { recursive: true });
    await expect(workbook.save(output, PROPERTIES)).rejects.toMatchObject({ code: 'ENOENT' });
    await workbook.discard();
    expect(await readFile(output, 'utf8')).toBe('before');
    expect((await readdir(directory)).filter((name) => name.endsWith('.partial'))).toEqual([]);
  });
});
