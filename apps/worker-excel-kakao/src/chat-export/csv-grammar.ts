import { parse } from 'csv-parse/sync';
import type { ExportGrammar } from './export-grammar.ts';
import { CsvRecordSplitter } from './csv-record-splitter.ts';
import type { CsvRecord } from './csv-record-splitter.ts';
import { RecordAssembler } from './record-assembler.ts';
import { readIsoTime } from './stamp.ts';
import { readNotice } from './system-notice.ts';
import type { Notice } from './system-notice.ts';

const HEADER = /^"?date"?,"?user"?,"?message"?$/i;
const BATCH = 500;
/** Far beyond any name KakaoTalk allows: what is longer is no name. */
const LONGEST_NAME = 300;
const DELETED = new Set(['삭제된 메시지입니다.', '메시지가 삭제되었습니다.', 'The message has been deleted.']);

/** True for the first line of a macOS export, or of any CSV with the same three columns. */
export function isCsvHeader(line: string): boolean {
  return line.length < 60 && HEADER.test(line.trim());
}

/**
 * The macOS app's CSV export: `Date,User,Message`, the only format with seconds. csv-parse reads the fields, in portions
 * of whole records, so that one broken record costs only itself.
 */
export class CsvGrammar implements ExportGrammar {
  readonly #assembler = new RecordAssembler();
  readonly #splitter = new CsvRecordSplitter();
  #batch: CsvRecord[] = [];
  readonly savedAt = undefined;
  readonly room = undefined;

  take() {
    return this.#assembler.take();
  }

  record(text: string, line: number): void {
    this.#accept(this.#splitter.push(text, line));
  }

  rest(text: string, line: number): void {
    this.#accept(this.#splitter.end());
    this.#parseBatch();
    this.#assembler.unparsed('line_too_long', text, line);
  }

  end(): void {
    this.#accept(this.#splitter.end());
    this.#parseBatch();
    this.#assembler.close();
  }

  #accept({ records, broken }: { records: CsvRecord[]; broken: boolean }): void {
    if (broken && records.length > 0) {
      this.#parseBatch();
      for (const record of records) this.#single(record);
      return;
    }
    this.#batch.push(...records);
    if (this.#batch.length >= BATCH) this.#parseBatch();
  }

  #parseBatch(): void {
    const batch = this.#batch.filter(({ text }) => text.trim() !== '');
    this.#batch = [];
    const rows = batch.length === 0 ? [] : fieldsOf(batch.map(({ text }) => text).join('\n'));
    if (rows?.length !== batch.length) return batch.forEach((record) => this.#single(record));
    batch.forEach((record, index) => this.#row(record, rows[index] ?? []));
  }

  #single(record: CsvRecord): void {
    if (record.text.trim() === '') return;
    const rows = fieldsOf(record.text);
    if (rows?.length === 1) this.#row(record, rows[0] ?? []);
    else this.#broken(record);
  }

  /** A quote out of place may have joined lines that are records of their own: each gets its chance. */
  #broken(record: CsvRecord): void {
    const lines = record.text.split('\n');
    if (lines.length === 1) return this.#assembler.unparsed('broken_csv', record.text, record.line);
    for (const [index, text] of lines.entries()) this.#single({ text, line: record.line + index });
  }

  #row(record: CsvRecord, fields: readonly string[]): void {
    const [date, sender, text] = fields;
    if (isCsvHeader(record.text)) return this.#assembler.frame('header', record.text, { line: record.line });
    const whole = fields.length === 3 && sender !== undefined && sender.length <= LONGEST_NAME;
    if (date === undefined || text === undefined || !whole) return this.#broken(record);
    const at = date === '' ? undefined : readIsoTime(date.trim());
    if (at === undefined && !(date === '' && sender === '')) {
      return this.#assembler.unparsed(date === '' ? 'no_date_above' : 'impossible_date', record.text, record.line);
    }
    this.#event({ at, sender, text }, record);
  }

  #event(row: { at: number | undefined; sender: string; text: string }, record: CsvRecord): void {
    const { at, sender, text } = row;
    const notice = noticeOf(sender, text);
    if (at !== undefined && notice === undefined && sender !== '')
      this.#assembler.message({ at, sender, text }, record.line);
    else this.#assembler.notice({ at, ...(notice ?? { kind: 'other', movements: [] }) }, text, record.line);
    this.#assembler.spanTo(record.line + lineFeedsIn(record.text));
    this.#assembler.close();
  }
}

/** A row is a notice when nobody sent it, or when its wording is that of a notice about the very user it names. */
function noticeOf(sender: string, text: string): Notice | undefined {
  if (sender === '' && DELETED.has(text)) return { kind: 'deleted', movements: [] };
  const notice = readNotice(text, { englishInvite: true });
  if (notice === undefined || sender === '' || notice.movements.length === 0) return notice;
  return notice.movements.some(({ name }) => name === sender) ? notice : undefined;
}

function lineFeedsIn(text: string): number {
  return text.split('\n').length - 1;
}

function fieldsOf(text: string): string[][] | undefined {
  try {
    return parse(text, { relax_quotes: true, relax_column_count: true, record_delimiter: ['\r\n', '\n'] });
  } catch {
    return undefined;
  }
}
