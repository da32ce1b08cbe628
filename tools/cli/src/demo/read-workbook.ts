import { readXlsx, streamXlsxRows } from 'hucre/xlsx';
import { readFile } from 'node:fs/promises';

/** What a workbook of a chat says by itself, counted from its cells. */
export interface WorkbookContents {
  /** The names of all sheets, in order. */
  readonly sheets: readonly string[];
  /** Messages in 메시지; a long text that takes several rows counts once, by its 순번. */
  readonly messages: number;
  readonly system: number;
  readonly unparsed: number;
  /** Rows of 일별통계 and the sum of its column 메시지. */
  readonly days: number;
  readonly messagesByDay: number;
  /** Rows of 참여자 and the sum of its column 메시지수. */
  readonly participants: number;
  readonly messagesByParticipant: number;
  /** Who wrote most, most first. */
  readonly topSenders: readonly { readonly name: string; readonly messages: number }[];
}

/** Each row as far as it is read: the cells under the headers. */
type Row = (header: string) => unknown;

const TOP_SENDERS = 5;

/** Opens a workbook and counts. Rejects when it is not one, or a sheet is missing. */
export async function readWorkbook(path: string): Promise<WorkbookContents> {
  const bytes = await readFile(path);
  const sheets: string[] = [];
  await readXlsx(bytes, {
    sheets: (info) => {
      sheets.push(info.name);
      return false;
    },
  });
  const rows = (title: string): AsyncGenerator<Row> => rowsOf(bytes, sheets.filter(isSheetOf(title)), title);
  const byDay = await sums(rows('일별통계'), '메시지');
  const senders = await ranking(rows('참여자'));
  return {
    sheets,
    messages: await countNumbers(rows('메시지')),
    system: await countNumbers(rows('시스템')),
    unparsed: await countNumbers(rows('오류')),
    days: byDay.rows,
    messagesByDay: byDay.sum,
    participants: senders.rows,
    messagesByParticipant: senders.sum,
    topSenders: senders.top,
  };
}

/** A sheet that grows beyond Excel's row limit goes on in `메시지 (2)` and so on. */
function isSheetOf(title: string): (name: string) => boolean {
  const pattern = new RegExp(`^${title}( ?[(_-]?\\d+\\)?)?$`);
  return (name) => pattern.test(name);
}

async function* rowsOf(bytes: Uint8Array, sheets: readonly string[], title: string): AsyncGenerator<Row> {
  if (sheets.length === 0) throw new Error(`the workbook has no sheet ${title}`);
  for (const sheet of sheets) {
    let headers: unknown[] | undefined;
    for await (const { values } of streamXlsxRows(bytes, { sheet })) {
      if (headers === undefined) headers = [...values];
      else yield rowUnder(headers, values);
    }
  }
}

function rowUnder(headers: readonly unknown[], values: readonly unknown[]): Row {
  return (header) => {
    const column = headers.indexOf(header);
    if (column < 0) throw new Error(`the workbook has no column ${header}`);
    return values[column];
  };
}

/** Different values of 순번; equal ones follow each other. */
async function countNumbers(rows: AsyncIterable<Row>): Promise<number> {
  let count = 0;
  let last: unknown;
  for await (const cell of rows) {
    const number = cell('순번');
    if (number !== last) count += 1;
    last = number;
  }
  return count;
}

async function sums(rows: AsyncIterable<Row>, header: string): Promise<{ rows: number; sum: number }> {
  const total = { rows: 0, sum: 0 };
  for await (const cell of rows) {
    total.rows += 1;
    total.sum += Number(cell(header));
  }
  return total;
}

interface Ranking {
  readonly rows: number;
  readonly sum: number;
  readonly top: readonly { readonly name: string; readonly messages: number }[];
}

async function ranking(rows: AsyncIterable<Row>): Promise<Ranking> {
  const people: { name: string; messages: number }[] = [];
  for await (const cell of rows) people.push({ name: String(cell('이름')), messages: Number(cell('메시지수')) });
  const sum = people.reduce((total, { messages }) => total + messages, 0);
  const top = people.toSorted((left, right) => right.messages - left.messages).slice(0, TOP_SENDERS);
  return { rows: people.length, sum, top };
}
