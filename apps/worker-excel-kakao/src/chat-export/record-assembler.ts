import type {
  ChatEvent,
  FrameEvent,
  LineSpan,
  MessageEvent,
  Movement,
  NoticeKind,
  SystemEvent,
  UnparsedReason,
} from './chat-event.ts';
import { messageKind } from './message-kind.ts';
import { LONGEST_LINE } from './record-splitter.ts';

/** What a grammar knows of a notice when it begins. `at` undefined: the notice takes the time of what came before. */
export interface NoticeStart {
  readonly at: number | undefined;
  readonly kind: NoticeKind;
  readonly movements: readonly Movement[];
}

type Open = {
  readonly firstLine: number;
  lastLine: number;
  text: string;
  /** Blank lines seen since; they belong to the record only if text follows. */
  blanks: string;
} & ({ type: 'message'; at: number; sender: string } | ({ type: 'system' } & NoticeStart));

/**
 * Turns the lines a grammar has told apart into events: joins the lines of a message, drops the blank lines behind it,
 * infers missing times, notices a clock that steps back, and keeps every line it cannot place. State of one export.
 */
export class RecordAssembler {
  #events: ChatEvent[] = [];
  #open: Open | undefined;
  /** The time a notice without one takes: that of the last record, or the start of the day a date line names. */
  #inferredAt: number | undefined;
  #clock: number | undefined;
  #orphanReason: UnparsedReason = 'not_understood';

  /** The events that are complete, in the order of the file; each is handed out once. */
  take(): ChatEvent[] {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  message(start: { at: number; sender: string; text: string }, line: number): void {
    this.close();
    this.#open = { type: 'message', at: start.at, sender: start.sender, ...spanned(start.text, line) };
  }

  notice(start: NoticeStart, text: string, line: number): void {
    this.close();
    this.#open = { type: 'system', ...start, ...spanned(text, line) };
  }

  /** A line of the frame. A date line may say from when on messages without a time are (`at`). */
  frame(type: FrameEvent['type'], text: string, { line, at }: { line: number; at?: number | undefined }): void {
    this.close();
    const { firstLine, lastLine, text: trimmed } = spanned(text, line);
    this.#events.push({ type, firstLine, lastLine, text: trimmed });
    this.#orphanReason = 'not_understood';
    if (at !== undefined) this.#inferredAt = at;
  }

  /** A line that has the shape of something but cannot be it. The lines after it share its fate until a record begins. */
  unparsed(reason: UnparsedReason, text: string, line: number): void {
    this.close();
    this.#push(reason, text, line);
    this.#orphanReason = 'follows_unparsed';
  }

  /** Any other line: it continues the record before it, if there is one. */
  other(text: string, line: number): void {
    const open = this.#open;
    if (text.trim() === '') {
      if (open !== undefined && open.blanks.length < LONGEST_LINE) open.blanks += `\n${text}`;
      return;
    }
    if (open === undefined) return this.#push(this.#orphanReason, text, line);
    if (open.text.length + open.blanks.length + text.length >= LONGEST_LINE) {
      this.unparsed('message_too_long', text, line);
      this.#orphanReason = 'message_too_long';
      return;
    }
    const span = spanned(text, line);
    open.text += `${open.blanks}\n${span.text}`;
    open.blanks = span.blanks;
    open.lastLine = span.lastLine;
  }

  /**
   * The line before turned out to be the first line of an export's head, because its second line follows (exports that
   * somebody joined into one file, or a wording of the room line that is not known).
   */
  takeBackAsHeader(isHeader: (line: string) => boolean, line: number): void {
    const before = this.#events.at(-1);
    if (this.#open === undefined && before?.type === 'unparsed' && before.lastLine === line - 1) {
      this.#events.pop();
      return this.frame('header', before.text, { line: before.firstLine });
    }
    const open = this.#open;
    if (open === undefined || open.lastLine !== line - 1) return;
    const lineFeed = open.text.lastIndexOf('\n');
    const last = open.text.slice(lineFeed + 1);
    if (lineFeed === -1 || !isHeader(last)) return;
    open.text = withoutBlankEnd(open.text.slice(0, lineFeed)).text;
    open.lastLine = Math.max(open.firstLine, line - 2);
    this.frame('header', last, { line: line - 1 });
  }

  /** The open record ends at this line, whatever its text says (the fields of a CSV record may hold line ends, too). */
  spanTo(lastLine: number): void {
    if (this.#open !== undefined) this.#open.lastLine = lastLine;
  }

  /** Ends the record that lines may still be added to. */
  close(): void {
    const open = this.#open;
    if (open === undefined) return;
    this.#open = undefined;
    this.#events.push(open.type === 'message' ? this.#closeMessage(open) : this.#closeNotice(open));
  }

  #closeMessage(open: Open & { type: 'message' }): MessageEvent {
    const { firstLine, lastLine, at, sender, text } = open;
    const kind = messageKind(text);
    return { type: 'message', firstLine, lastLine, at, sender, kind, text, steppedBack: this.#stepsBack(at) };
  }

  #closeNotice(open: Open & { type: 'system' }): SystemEvent {
    const { firstLine, lastLine, at, kind, movements, text } = open;
    const base = { type: 'system', firstLine, lastLine, notice: kind, movements, text } as const;
    if (at === undefined) return { ...base, at: this.#inferredAt, timeInferred: true, steppedBack: false };
    return { ...base, at, timeInferred: false, steppedBack: this.#stepsBack(at) };
  }

  #stepsBack(at: number): boolean {
    const steppedBack = this.#clock !== undefined && at < this.#clock;
    this.#clock = at;
    this.#inferredAt = at;
    return steppedBack;
  }

  #push(reason: UnparsedReason, text: string, line: number): void {
    const span = spanned(text, line);
    this.#events.push({
      type: 'unparsed',
      firstLine: span.firstLine,
      lastLine: span.lastLine,
      reason,
      text: span.text,
    });
  }
}

function spanned(record: string, line: number): LineSpan & { text: string; blanks: string; lastLine: number } {
  const { text, blanks } = withoutBlankEnd(record);
  let lastLine = line;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lastLine += 1;
  return { firstLine: line, lastLine, text, blanks };
}

/** Parts a text from the blank lines at its end. */
function withoutBlankEnd(record: string): { text: string; blanks: string } {
  let end = record.length;
  for (let at = record.lastIndexOf('\n'); at !== -1; at = record.lastIndexOf('\n', at - 1)) {
    if (record.slice(at, end).trim() !== '') break;
    end = at;
    if (at === 0) break;
  }
  return end === record.length
    ? { text: record, blanks: '' }
    : { text: record.slice(0, end), blanks: record.slice(end) };
}
