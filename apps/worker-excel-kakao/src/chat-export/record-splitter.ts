/**
 * The longest line that is read as a whole, in UTF-16 units. KakaoTalk's own messages end far below; the limit bounds
 * memory when a file has no line ends.
 */
export const LONGEST_LINE = 1_048_576;

/** What a splitter calls for each record, in the order of the file. */
export interface RecordSink {
  /** A whole record without its terminator. It began at the physical line `line` (1-based). */
  record(text: string, line: number): void;
  /** The next part of a record longer than LONGEST_LINE, whose first part went to `record`. */
  rest(text: string, line: number): void;
}

/** What ends a record: any line end, or only CR LF, so that a bare LF belongs to the record. */
export type Terminator = 'line' | 'crlf';

/**
 * Cuts text that arrives in pieces into records and counts physical lines (a line ends with LF). Android and iOS end a
 * record with CR LF and write the line breaks inside a message as LF, so `crlf` reads them exactly, even where somebody
 * pasted lines of another export into a message.
 */
export class RecordSplitter {
  readonly #terminator: string;
  readonly #sink: RecordSink;
  #carry = '';
  #line = 1;
  #inRest = false;

  constructor(terminator: Terminator, sink: RecordSink) {
    this.#terminator = terminator === 'crlf' ? '\r\n' : '\n';
    this.#sink = sink;
  }

  push(piece: string): void {
    // A terminator may be cut in two, so the search begins one character before the new piece.
    let from = Math.max(0, this.#carry.length - 1);
    const text = this.#carry + piece;
    let start = 0;
    for (let end = text.indexOf(this.#terminator, from); end !== -1; end = text.indexOf(this.#terminator, from)) {
      this.#emit(text.slice(start, end));
      this.#line += 1;
      this.#inRest = false;
      start = end + this.#terminator.length;
      from = start;
    }
    this.#carry = text.slice(start);
    while (this.#carry.length > LONGEST_LINE) this.#cut();
  }

  /** The end of the text: what is left is the last record. */
  end(): void {
    if (this.#carry !== '') this.#emit(this.#carry);
    this.#carry = '';
  }

  #cut(): void {
    const last = this.#carry.charCodeAt(LONGEST_LINE - 1);
    const cutsPair = last >= 0xd800 && last <= 0xdbff;
    const length = cutsPair || last === 0x0d ? LONGEST_LINE - 1 : LONGEST_LINE;
    this.#emit(this.#carry.slice(0, length));
    this.#inRest = true;
    this.#carry = this.#carry.slice(length);
  }

  #emit(record: string): void {
    const text = this.#terminator === '\n' && record.endsWith('\r') ? record.slice(0, -1) : record;
    if (this.#inRest) this.#sink.rest(text, this.#line);
    else this.#sink.record(text, this.#line);
    if (this.#terminator === '\r\n') this.#line += lineFeeds(text);
  }
}

/** How many line feeds a text holds. */
export function lineFeeds(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) count += 1;
  return count;
}
