import type { ChatFormat, ChatLanguage } from './chat-event.ts';
import { isCsvHeader } from './csv-grammar.ts';
import { DELETED_RECORDS } from './mobile-grammar.ts';
import { readRoomLine, readSavedLine } from './export-head.ts';
import type { Terminator } from './record-splitter.ts';
import { readDayLine, readStamp, readTimeOnlyStamp } from './stamp.ts';

/** What the beginning of an export tells about the whole of it. */
export interface ExportShape {
  readonly format: ChatFormat;
  readonly language: ChatLanguage;
  readonly terminator: Terminator;
  /** iOS only: the stamps give no date. */
  readonly timeOnly: boolean;
}

const WINDOWS_MESSAGE = /^\[[^\n]+?\] \[(?:(?:오전|오후) )?\d{1,2}:\d{2}(?: [AP]M)?\]/;
const WINDOWS_DATE = /^-{5,} (.{6,60}) -{5,}$/;
const IOS_TITLE = /^Talk_\d{4}\.|\(\d+명\)과 카카오톡 대화/;
/** Android writes `2026년 11월 20일` and whole months, iOS `2026. 11. 20.` and short ones. */
const IOS_SAVED_LINE = /: ?(?:\d{4}\. |(?!May )[A-Z][a-z]{2} )/;
/** The head says more than any number of lines that people may have pasted into their messages. */
const SAVED_LINE_WEIGHT = 500_000;
const SHORT_MONTH = /^[A-Z][a-z]{2} /;
const HANGUL = /[가-힣]/;

interface Evidence {
  windows: number;
  mobile: number;
  timeOnly: number;
  dayLines: number;
  /** Above zero: iOS; below: Android. */
  ios: number;
  english: number;
  korean: number;
  afterCrlf: number;
  afterBareLf: number;
  /** Lines after CR LF that begin no record, are not blank and no head. */
  othersAfterCrlf: number;
  headLines: number;
  /** Whose the first saved line is; later ones may have been pasted. */
  savedBy: 'windows' | 'phone' | undefined;
}

/**
 * Recognises an export by its content, from the first 256 KB or so of its text; the file's name plays no part. Undefined
 * when neither a head nor a single message or date line of any known export is among it.
 */
export function recogniseExport(head: string, mixedLineEnds: boolean): ExportShape | undefined {
  const pieces = head.split(/(\r?\n)/);
  const firstLine = pieces.find((piece) => piece.trim() !== '') ?? '';
  if (isCsvHeader(firstLine))
    return { format: 'macos', language: languageOfText(head), terminator: 'line', timeOnly: false };
  const evidence = gather(pieces);
  const terminator = mixedLineEnds && crlfEndsRecords(evidence) ? 'crlf' : 'line';
  const language = evidence.english > evidence.korean ? 'en' : 'ko';
  const timeOnly = evidence.dayLines > 0 && evidence.timeOnly > evidence.mobile;
  const mobile = timeOnly ? evidence.timeOnly : evidence.mobile;
  const byWindows = evidence.savedBy === undefined ? evidence.windows >= mobile : evidence.savedBy === 'windows';
  if (evidence.windows > 0 && (byWindows || mobile === 0)) {
    // The Windows app ends every line with CR LF, also inside a message: where the ends are mixed, an editor was at work.
    return { format: 'windows', language, terminator: 'line', timeOnly: false };
  }
  if (mobile > 0) return { format: evidence.ios > 0 ? 'ios' : 'android', language, terminator, timeOnly };
  if (evidence.headLines === 0) return undefined;
  const phone = evidence.ios > 0 ? 'ios' : 'android';
  return { format: evidence.savedBy === 'windows' ? 'windows' : phone, language, terminator, timeOnly: false };
}

/**
 * In an export as the phone wrote it nearly every line after CR LF begins a record; the lines after a bare LF are inside
 * messages, also those that look like records because somebody pasted them. A few stray CR LF in a file that an editor
 * turned to LF do not count.
 */
function crlfEndsRecords({ afterCrlf, afterBareLf, othersAfterCrlf }: Evidence): boolean {
  return afterCrlf >= afterBareLf || (afterCrlf * 10 >= afterBareLf && afterCrlf >= othersAfterCrlf * 9);
}

function languageOfText(text: string): ChatLanguage {
  return HANGUL.test(text) ? 'ko' : 'en';
}

function gather(pieces: readonly string[]): Evidence {
  const evidence: Evidence = {
    windows: 0,
    mobile: 0,
    timeOnly: 0,
    dayLines: 0,
    ios: 0,
    english: 0,
    korean: 0,
    afterCrlf: 0,
    afterBareLf: 0,
    othersAfterCrlf: 0,
    headLines: 0,
    savedBy: undefined,
  };
  // Lines and the line ends between them alternate.
  for (let index = 0; index < pieces.length; index += 2) {
    const line = pieces[index] ?? '';
    const headLines = evidence.headLines;
    const starts = weigh(line, evidence, index < 20);
    const afterCrlf = pieces[index - 1] === '\r\n';
    if (starts && afterCrlf) evidence.afterCrlf += 1;
    else if (starts && index > 0) evidence.afterBareLf += 1;
    else if (afterCrlf && line.trim() !== '' && evidence.headLines === headLines) evidence.othersAfterCrlf += 1;
  }
  return evidence;
}

/** Adds what a line tells; true when a record begins with it. */
function weigh(line: string, evidence: Evidence, mayBeHead: boolean): boolean {
  if (line === '') return false;
  if (WINDOWS_MESSAGE.test(line)) {
    evidence.windows += 1;
    return true;
  }
  const date = WINDOWS_DATE.exec(line);
  if (date !== null && readDayLine(date[1] ?? '') !== undefined) {
    evidence.windows += 1;
    countLanguage(date[1] ?? '', evidence);
    return true;
  }
  if (readStamp(line) !== undefined) {
    weighStamp(line, evidence);
    return true;
  }
  if (readDayLine(line) !== undefined) {
    evidence.dayLines += 1;
    evidence.ios += 3;
    countLanguage(line, evidence);
    return true;
  }
  if (DELETED_RECORDS.has(line)) return true;
  if (readTimeOnlyStamp(line) !== undefined) evidence.timeOnly += 1;
  if (mayBeHead) weighHead(line, evidence);
  return false;
}

function weighStamp(line: string, evidence: Evidence): void {
  evidence.mobile += 1;
  countLanguage(line.slice(0, 14), evidence);
  const dotted = line.charCodeAt(4) === 0x2e;
  evidence.ios += dotted || SHORT_MONTH.test(line) ? 1 : -1;
}

function weighHead(line: string, evidence: Evidence): void {
  if (IOS_TITLE.test(line)) evidence.ios += 1_000_000;
  const saved = readSavedLine(line);
  if (saved === undefined && readRoomLine(line) === undefined) return;
  evidence.headLines += 1;
  countLanguage(line, evidence);
  if (saved === undefined) return;
  const windows = /\d{4}-\d{2}-\d{2} /.test(line);
  evidence.savedBy ??= windows ? 'windows' : 'phone';
  if (!windows) evidence.ios += IOS_SAVED_LINE.test(line) ? SAVED_LINE_WEIGHT : -SAVED_LINE_WEIGHT;
}

function countLanguage(text: string, evidence: Evidence): void {
  const korean = /[년월일.]|대화|저장한/.test(text);
  if (korean) evidence.korean += 1;
  else evidence.english += 1;
}
