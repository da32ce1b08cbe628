import type { MessageEvent, SystemEvent, UnparsedEvent } from '../chat-export/chat-event.ts';
import { dayOf } from '../chat-export/wall-clock.ts';
import { dateCell, labelCell, numberCell, textCell, timeCell } from './cell-xml.ts';
import { cellPieces, cleanText, linesOf } from './cell-text.ts';
import { CONTINUED_LABEL, MESSAGE_LABELS, NOTICE_LABELS, REASON_LABELS } from './chat-labels.ts';
import type { SheetColumn, SheetLayout, SheetWriter } from './sheet-writer.ts';
import { STYLE } from './styles.ts';

/** The file an event was read from. */
export interface SourceFile {
  readonly name: string;
  /** The format gives seconds. */
  readonly withSeconds: boolean;
}

const NOTE_COLUMN: SheetColumn = { header: '비고', width: 18 };
/** Widths of the columns that hold whole texts; rows are as high as their text is long. */
const MESSAGE_WIDTH = 70;
const RAW_WIDTH = 80;
const FILE_COLUMN: SheetColumn = { header: '파일', width: 28 };

/** The layout of 메시지; 파일 only where there are several. */
export function messageLayout(severalFiles: boolean): SheetLayout {
  return {
    name: '메시지',
    columns: [
      { header: '순번', width: 9 },
      { header: '날짜', width: 12 },
      { header: '시각', width: 10 },
      { header: '보낸사람', width: 20 },
      { header: '종류', width: 10 },
      { header: '본문', width: MESSAGE_WIDTH },
      { header: '원본줄', width: 10 },
      ...(severalFiles ? [FILE_COLUMN] : []),
      NOTE_COLUMN,
    ],
  };
}

/** The layout of 시스템. */
export function noticeLayout(severalFiles: boolean): SheetLayout {
  return {
    name: '시스템',
    columns: [
      { header: '순번', width: 9 },
      { header: '날짜', width: 12 },
      { header: '시각', width: 10 },
      { header: '종류', width: 10 },
      { header: '내용', width: RAW_WIDTH },
      { header: '원본줄', width: 10 },
      ...(severalFiles ? [FILE_COLUMN] : []),
      NOTE_COLUMN,
    ],
  };
}

/** The layout of 오류. */
export const UNPARSED_LAYOUT: SheetLayout = {
  name: '오류',
  columns: [
    { header: '순번', width: 9 },
    { header: '파일', width: 28 },
    { header: '원본줄', width: 10 },
    { header: '원문', width: RAW_WIDTH },
    { header: '이유', width: 46 },
  ],
};

/** The cells before the text of a row, and those after it, written anew for each row a long text takes. */
interface RowForm {
  readonly textColumn: string;
  readonly textWidth: number;
  readonly before: (row: number, continued: boolean) => string;
  readonly after: (row: number) => string;
  /** The column behind the others, for remarks; undefined where there is none. */
  readonly noteColumn?: string;
}

/** Writes one message: one row, or several where a cell cannot hold the text; those repeat 순번. */
export function writeMessage(sheet: SheetWriter, event: MessageEvent, place: RowPlace): void {
  const { source, sequence, severalFiles } = place;
  const day = dayOf(event.at);
  const sender = cleanText(event.sender).text;
  writeText(sheet, event.text, {
    textColumn: 'F',
    textWidth: MESSAGE_WIDTH,
    before: (row, continued) =>
      numberCell(`A${row}`, sequence, STYLE.number) +
      dateCell(`B${row}`, day) +
      timeCell(`C${row}`, event.at, source.withSeconds) +
      textCell(`D${row}`, sender) +
      textCell(`E${row}`, continued ? CONTINUED_LABEL : MESSAGE_LABELS[event.kind]),
    after: (row) => lineAndFile('G', row, { line: event.firstLine, file: severalFiles ? source.name : undefined }),
    noteColumn: severalFiles ? 'I' : 'H',
    notes: event.steppedBack ? ['시계가 뒤로 감'] : [],
  });
}

/** Where a row comes from and its running number. */
export interface RowPlace {
  readonly source: SourceFile;
  readonly sequence: number;
  readonly severalFiles: boolean;
}

/** Writes one notice. */
export function writeNotice(sheet: SheetWriter, event: SystemEvent, place: RowPlace): void {
  const { source, sequence, severalFiles } = place;
  const { at } = event;
  const time = (row: number) =>
    at === undefined ? '' : dateCell(`B${row}`, dayOf(at)) + timeCell(`C${row}`, at, source.withSeconds);
  const notes = event.timeInferred ? [at === undefined ? '시각 없음' : '시각 추정'] : [];
  writeText(sheet, event.text, {
    textColumn: 'E',
    textWidth: RAW_WIDTH,
    before: (row, continued) =>
      numberCell(`A${row}`, sequence, STYLE.number) +
      time(row) +
      textCell(`D${row}`, continued ? CONTINUED_LABEL : NOTICE_LABELS[event.notice]),
    after: (row) => lineAndFile('F', row, { line: event.firstLine, file: severalFiles ? source.name : undefined }),
    noteColumn: severalFiles ? 'H' : 'G',
    notes: event.steppedBack ? [...notes, '시계가 뒤로 감'] : notes,
  });
}

/** Writes one line that was not understood. */
export function writeUnparsed(sheet: SheetWriter, event: UnparsedEvent, place: RowPlace): void {
  writeText(sheet, event.text, {
    textColumn: 'D',
    textWidth: RAW_WIDTH,
    before: (row) =>
      numberCell(`A${row}`, place.sequence, STYLE.number) +
      labelCell(`B${row}`, place.source.name) +
      numberCell(`C${row}`, event.firstLine, STYLE.number),
    after: (row) => textCell(`E${row}`, REASON_LABELS[event.reason]),
    notes: [],
  });
}

function writeText(sheet: SheetWriter, text: string, form: RowForm & { notes: readonly string[] }): void {
  const { text: clean, removed } = cleanText(text);
  const pieces = cellPieces(clean);
  for (const [index, piece] of pieces.entries()) {
    const row = sheet.nextRow();
    const notes = pieces.length > 1 ? [`${index + 1}/${pieces.length}`, ...form.notes] : [...form.notes];
    if (removed > 0) notes.push(`제어 문자 ${removed}개 제거`);
    if (clean.includes('\uFFFD')) notes.push('읽을 수 없는 글자');
    const note = form.noteColumn === undefined ? '' : textCell(`${form.noteColumn}${row}`, notes.join(', '));
    sheet.write(
      form.before(row, index > 0) + textCell(`${form.textColumn}${row}`, piece, true) + form.after(row) + note,
      linesOf(piece, form.textWidth),
    );
  }
}

function lineAndFile(column: string, row: number, { line, file }: { line: number; file: string | undefined }): string {
  const lineCell = numberCell(`${column}${row}`, line, STYLE.number);
  const next = String.fromCharCode(column.charCodeAt(0) + 1);
  return file === undefined ? lineCell : lineCell + labelCell(`${next}${row}`, file);
}
