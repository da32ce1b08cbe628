import { readRoomLine, readSavedLine } from './export-head.ts';
import type { ExportGrammar } from './export-grammar.ts';
import { RecordAssembler } from './record-assembler.ts';
import { readDayLine } from './stamp.ts';
import { readNotice } from './system-notice.ts';
import { meridiemOf, secondsOfDay, startOfDay } from './wall-clock.ts';

/**
 * `[name] [time] text`. The name is as short as can be, because the bracket with a time must follow it: names with
 * brackets come out whole, and a message that quotes a log is not mistaken for its quotation.
 */
const MESSAGE =
  /^\[([^\n]{1,300}?)\] \[(?:(오전|오후) )?(\d{1,2}):(\d{2})(?:[ \u00a0\u202f]([AaPp][Mm]))?\](?: ([\s\S]*)|$|(\S[\s\S]*))/;
const DATE_LINE = /^-{5,} (.+) -{5,}$/;
const LONGEST_DATE_LINE = 120;

/**
 * The Windows app's text export: `[name] [time] text` under date lines, notices as bare lines without a time. Anything
 * else continues the message or the notice above it.
 */
export class WindowsGrammar implements ExportGrammar {
  readonly #assembler = new RecordAssembler();
  readonly #englishInvite: boolean;
  #day: number | undefined;
  savedAt: number | undefined;
  room: string | undefined;

  constructor(options: { language: 'ko' | 'en' }) {
    this.#englishInvite = options.language === 'en';
  }

  take() {
    return this.#assembler.take();
  }

  rest(text: string, line: number): void {
    this.#assembler.unparsed('line_too_long', text, line);
  }

  end(): void {
    this.#assembler.close();
  }

  record(text: string, line: number): void {
    const first = text[0];
    if (first === '[' && this.#message(text, line)) return;
    if (first === '-' && this.#dateLine(text, line)) return;
    const notice = readNotice(text, { englishInvite: this.#englishInvite });
    if (notice !== undefined) return this.#assembler.notice({ at: undefined, ...notice }, text, line);
    const saved = readSavedLine(text);
    if (saved !== undefined) return this.#savedLine(text, line, saved.at);
    const room = this.#day === undefined && this.room === undefined ? readRoomLine(text) : undefined;
    if (room === undefined) return this.#assembler.other(text, line);
    this.room = room;
    this.#assembler.frame('header', text, { line });
  }

  #message(text: string, line: number): boolean {
    const match = MESSAGE.exec(text);
    if (match === null) return false;
    const meridiem = meridiemOf(match[2] ?? match[5]);
    const seconds = secondsOfDay(Number(match[3]), Number(match[4]), { meridiem });
    if (seconds === undefined || this.#day === undefined) {
      this.#assembler.unparsed(seconds === undefined ? 'impossible_time' : 'no_date_above', text, line);
      return true;
    }
    const at = startOfDay(this.#day) + seconds;
    this.#assembler.message({ at, sender: match[1] ?? '', text: match[6] ?? match[7] ?? '' }, line);
    return true;
  }

  #dateLine(text: string, line: number): boolean {
    const match = text.length > LONGEST_DATE_LINE ? null : DATE_LINE.exec(text.trimEnd());
    const date = match === null ? undefined : readDayLine(match[1] ?? '');
    if (date === undefined) return false;
    this.#day = date.day;
    if (date.day === undefined) this.#assembler.unparsed('impossible_date', text, line);
    else this.#assembler.frame('date', text, { line, at: startOfDay(date.day) });
    return true;
  }

  #savedLine(text: string, line: number, at: number | undefined): void {
    this.#assembler.takeBackAsHeader((before) => readRoomLine(before) !== undefined, line);
    this.#assembler.frame('header', text, { line });
    this.savedAt = at ?? this.savedAt;
  }
}
