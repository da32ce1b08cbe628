import { LONGEST_LINE } from './record-splitter.ts';

/** A record of a CSV file, possibly of several lines. */
export interface CsvRecord {
  readonly text: string;
  readonly line: number;
}

/**
 * Finds where the records of a CSV file end (RFC 4180: a line end inside quotes belongs to the field), so that the
 * records can be given to a CSV parser in bounded portions, with their line numbers. A quote that is never closed does
 * not swallow the file: after LONGEST_LINE characters, or at the end, its lines are given back one by one as `broken`.
 */
export class CsvRecordSplitter {
  #lines: string[] = [];
  #length = 0;
  #line = 0;
  #quoted = false;

  /** Takes the next line; returns what is complete: at most one record, or the lines of a broken one. */
  push(text: string, line: number): { records: CsvRecord[]; broken: boolean } {
    if (this.#lines.length === 0) this.#line = line;
    this.#lines.push(text);
    this.#length += text.length + 1;
    this.#quoted = endsInsideQuotes(text, this.#quoted);
    if (!this.#quoted) return { records: [{ text: this.#takeLines().join('\n'), line: this.#line }], broken: false };
    return this.#length > LONGEST_LINE ? this.end() : { records: [], broken: false };
  }

  /** Gives up on a quote that was not closed. */
  end(): { records: CsvRecord[]; broken: boolean } {
    const first = this.#line;
    const lines = this.#takeLines();
    return { records: lines.map((text, index) => ({ text, line: first + index })), broken: true };
  }

  #takeLines(): string[] {
    const lines = this.#lines;
    this.#lines = [];
    this.#length = 0;
    this.#quoted = false;
    return lines;
  }
}

/** Whether the line end belongs to a quoted field. A quote opens a field only at the field's beginning. */
function endsInsideQuotes(line: string, startsQuoted: boolean): boolean {
  let quoted = startsQuoted;
  let at = 0;
  while (at <= line.length) {
    if (!quoted && line[at] === '"') {
      quoted = true;
      at += 1;
    }
    if (!quoted) {
      const comma = line.indexOf(',', at);
      if (comma === -1) return false;
      at = comma + 1;
      continue;
    }
    const quote = line.indexOf('"', at);
    if (quote === -1) return true;
    const doubled = line[quote + 1] === '"';
    if (!doubled) quoted = false;
    at = quote + (doubled ? 2 : 1);
  }
  return quoted;
}
