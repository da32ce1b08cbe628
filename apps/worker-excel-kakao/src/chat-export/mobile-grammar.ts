import type { UnparsedReason } from './chat-event.ts';
import type { ExportGrammar } from './export-grammar.ts';
import { readRoomLine, readSavedLine } from './export-head.ts';
import { RecordAssembler } from './record-assembler.ts';
import { lineFeeds } from './record-splitter.ts';
import { readDayLine, readStamp, readTimeOnlyStamp } from './stamp.ts';
import type { Stamp } from './stamp.ts';
import { readNotice } from './system-notice.ts';
import { dayOf, startOfDay } from './wall-clock.ts';

const TALK = ' : ';
/** The iOS app writes a deleted message as a record of its own, without time or sender. */
export const DELETED_RECORDS: ReadonlySet<string> = new Set([
  '메시지가 삭제되었습니다.',
  'The message has been deleted.',
]);
/** Names are learned to divide "a : b : c"; beyond this many the first colon divides. */
const MOST_KNOWN_NAMES = 20_000;
const MOST_DIVISIONS = 4;
const LONGEST_FRAME = 400;
/** Far beyond any name KakaoTalk allows: what is longer is no name. */
const LONGEST_NAME = 300;

/**
 * The text exports of the phone apps: `stamp, name : text` for talk, `stamp, notice` (Android) or `stamp: notice` (iOS)
 * for notices, date lines between the days. Every wording of the stamp is understood in either.
 */
export class MobileGrammar implements ExportGrammar {
  readonly #assembler = new RecordAssembler();
  readonly #knownNames = new Set<string>();
  readonly #timeOnly: boolean;
  #day: number | undefined;
  savedAt: number | undefined;
  room: string | undefined;

  /** `timeOnly`: the stamps of this export give no date (some iOS exports); the date lines do. */
  constructor(options: { timeOnly: boolean }) {
    this.#timeOnly = options.timeOnly;
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

  record(record: string, recordLine: number): void {
    const { text, line } = withoutBlankStart(record, recordLine);
    const stamp = readStamp(text) ?? (this.#timeOnly ? readTimeOnlyStamp(text) : undefined);
    if (stamp !== undefined) return this.#stamped(stamp, text, line);
    const isFrame = text.length <= LONGEST_FRAME && this.#frame(text.trim(), text, line);
    if (!isFrame) this.#assembler.other(record, recordLine);
  }

  /** A line of the export's frame or a deleted message; false for anything else. */
  #frame(trimmed: string, text: string, line: number): boolean {
    const date = readDayLine(trimmed);
    const saved = readSavedLine(trimmed);
    const room = this.room === undefined && this.#day === undefined ? readRoomLine(trimmed) : undefined;
    if (date !== undefined) this.#dateLine(date.day, text, line);
    else if (DELETED_RECORDS.has(trimmed)) this.#deleted(trimmed, line);
    else if (saved !== undefined) this.#savedLine(text, line, saved.at);
    else if (room === undefined) return false;
    else this.#roomLine(room, text, line);
    return true;
  }

  #deleted(text: string, line: number): void {
    this.#assembler.notice({ at: undefined, kind: 'deleted', movements: [] }, text, line);
  }

  #roomLine(room: string, text: string, line: number): void {
    this.room = room;
    this.#assembler.frame('header', text, { line });
  }

  #stamped(stamp: Stamp, text: string, line: number): void {
    const at = stamp.at ?? this.#atOnDateLine(stamp);
    if (at === undefined) return this.#assembler.unparsed(this.#whyUndated(stamp), text, line);
    if (stamp.at !== undefined) this.#day = dayOf(at);
    if (stamp.separator === '') return this.#assembler.frame('date', text, { line, at });
    const content = text.slice(stamp.length);
    const talk = stamp.separator === ', ' ? this.#divide(content) : undefined;
    if (talk !== undefined) return this.#assembler.message({ at, ...talk }, line);
    const notice = readNotice(content, { englishInvite: true }) ?? { kind: 'other', movements: [] };
    for (const { name } of notice.movements) this.#learn(name);
    this.#assembler.notice({ at, ...notice }, content, line);
  }

  #whyUndated(stamp: Stamp): UnparsedReason {
    if (stamp.seconds === undefined) return 'impossible_time';
    return this.#timeOnly && this.#day === undefined ? 'no_date_above' : 'impossible_date';
  }

  #atOnDateLine(stamp: Stamp): number | undefined {
    if (!this.#timeOnly || stamp.seconds === undefined || this.#day === undefined) return undefined;
    return startOfDay(this.#day) + stamp.seconds;
  }

  #dateLine(day: number | undefined, text: string, line: number): void {
    if (day === undefined) {
      if (this.#timeOnly) this.#day = undefined;
      return this.#assembler.unparsed('impossible_date', text, line);
    }
    this.#day = day;
    this.#assembler.frame('date', text, { line, at: startOfDay(day) });
  }

  #savedLine(text: string, line: number, at: number | undefined): void {
    this.#assembler.takeBackAsHeader((before) => readRoomLine(before) !== undefined, line);
    this.#assembler.frame('header', text, { line });
    this.savedAt = at ?? this.savedAt;
  }

  /** Divides "name : text". A name that holds " : " itself is recognised only when it has been seen before. */
  #divide(content: string): { sender: string; text: string } | undefined {
    const lineFeed = content.indexOf('\n');
    const firstLine = lineFeed === -1 ? content : content.slice(0, lineFeed);
    const first = firstLine.indexOf(TALK);
    if (first > LONGEST_NAME) return undefined;
    if (first < 1) return this.#divideEmpty(firstLine, content);
    const name = this.#knownName(firstLine, first) ?? firstLine.slice(0, first);
    this.#learn(name);
    return { sender: name, text: content.slice(name.length + TALK.length) };
  }

  /** "name :" is what an editor that trims line ends leaves of an empty message. */
  #divideEmpty(firstLine: string, content: string): { sender: string; text: string } | undefined {
    if (!firstLine.endsWith(' :') || firstLine.length < 3 || firstLine.length > LONGEST_NAME) return undefined;
    return { sender: firstLine.slice(0, -2), text: content.slice(firstLine.length) };
  }

  #knownName(firstLine: string, first: number): string | undefined {
    let longest: string | undefined;
    let at = first;
    for (let division = 0; at !== -1 && at <= LONGEST_NAME && division < MOST_DIVISIONS; division += 1) {
      const name = firstLine.slice(0, at);
      if (this.#knownNames.has(name)) longest = name;
      at = firstLine.indexOf(TALK, at + 1);
    }
    return longest;
  }

  #learn(name: string): void {
    if (this.#knownNames.size < MOST_KNOWN_NAMES) this.#knownNames.add(name);
  }
}

/** Where CR LF ends the records, blank lines that end with LF may stand before one. */
function withoutBlankStart(text: string, line: number): { text: string; line: number } {
  const blank = text.charCodeAt(0) <= 0x20 && text.includes('\n') ? /^(?:[^\S\n]*\n)+/.exec(text) : null;
  return blank === null ? { text, line } : { text: text.slice(blank[0].length), line: line + lineFeeds(blank[0]) };
}
